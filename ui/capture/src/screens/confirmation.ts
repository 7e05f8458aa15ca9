/** The end: sent, or declined. Never a decision. */

import { h } from "../dom";
import { frame, heading } from "../parts/frame";
import { icon } from "../parts/icons";
import type { Draw } from "../view";
import { words } from "../words";

export const confirmation: Draw = ({ outcome, watching }) => {
  const declined = outcome === "declined";
  const said = words.confirmation;
  const element = frame(
    "confirmation",
    declined ? null : "confirmation",
    h(
      "main",
      { class: "body calm" },
      h("div", { class: `badge ${declined ? "" : "good"}` }, icon(declined ? "hand" : "check")),
      heading(declined ? said.declinedTitle : said.title),
      h("p", { class: "lead" }, declined ? said.declinedText : watching ? said.phoneText : said.text),
      h("p", { class: "fine" }, said.close),
    ),
  );
  element.dataset["outcome"] = outcome ?? "";
  return { element };
};
