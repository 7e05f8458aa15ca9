/** The session went on in another browser: this one shows how far it got. */

import { h } from "../dom";
import type { Model } from "../machine";
import { frame, heading } from "../parts/frame";
import { icon } from "../parts/icons";
import type { Draw } from "../view";
import { words } from "../words";

const STAGES = ["opened", "consented", "captured", "submitted"] as const;

export const watching: Draw = (first) => {
  const list = h("ol", { class: "stages", "aria-live": "polite" });
  const update = (model: Model): void => list.replaceChildren(...stages(model));
  update(first);
  const element = frame(
    "splash",
    null,
    h(
      "main",
      { class: "body calm" },
      h("div", { class: "badge" }, icon("phone")),
      heading(words.watching.title),
      h("p", { class: "lead" }, words.watching.text),
      list,
    ),
  );
  element.dataset["watching"] = "";
  return { element, update };
};

function stages(model: Model): HTMLElement[] {
  const reached = STAGES.findIndex((stage) => stage === model.standing?.state);
  return STAGES.map((stage, index) =>
    h("li", { class: index <= reached ? "done" : index === reached + 1 ? "now" : "" }, words.watching.stages[stage]),
  );
}
