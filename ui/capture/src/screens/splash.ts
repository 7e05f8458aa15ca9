/** What happens and how long it takes; on a desktop also the way to a phone. */

import { h } from "../dom";
import type { Model } from "../machine";
import { button, frame, heading } from "../parts/frame";
import { handoff } from "../parts/handoff";
import { icon } from "../parts/icons";
import { portrait } from "../parts/oval";
import type { Draw } from "../view";
import { words } from "../words";

export const splash: Draw = (model, send) => {
  const aside = handoff(model);
  const element = frame(
    "splash",
    "splash",
    h(
      "main",
      { class: "body" },
      h("div", { class: "hero" }, portrait()),
      heading(words.splash.title),
      h("p", { class: "lead" }, words.splash.lead),
      plan(),
      h("p", { class: "tip" }, icon("light"), words.splash.tips),
    ),
    aside,
    h(
      "footer",
      { class: "actions" },
      h("p", { class: "fine" }, until(model)),
      button("continue", "primary", words.splash.continue, () => send({ is: "continue" })),
    ),
  );
  element.classList.toggle("beside", aside !== null);
  return { element };
};

function plan(): HTMLElement {
  const rows = words.splash.steps.map(({ title, text }) => h("li", {}, h("strong", {}, title), h("span", {}, text)));
  return h("ol", { class: "plan" }, ...rows);
}

function until(model: Model): string {
  const ends = new Date(model.standing?.expires_at ?? "");
  if (Number.isNaN(ends.getTime())) return "";
  const time = { hour: "2-digit", minute: "2-digit" } as const;
  if (ends.toDateString() === new Date().toDateString()) return words.splash.until(ends.toLocaleTimeString(words.language, time));
  return words.splash.until(ends.toLocaleString(words.language, { weekday: "long", month: "long", day: "numeric", ...time }));
}
