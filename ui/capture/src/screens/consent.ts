/** The service's text, and two answers of the same weight. No camera before the first of them. */

import { notice } from "../challenge/notice";
import { h } from "../dom";
import { button, frame, heading } from "../parts/frame";
import type { Draw } from "../view";
import { words } from "../words";

export const consent: Draw = (model, send) => {
  const text = model.opened?.consent ?? { title: "", version: "", paragraphs: [] };
  const agree = button("agree", "primary", words.consent.agree, () => send({ is: "agree" }));
  const decline = button("decline", "quiet", words.consent.decline, () => send({ is: "decline" }));
  const challenge = notice(model, send, false);
  const element = frame(
    "consent",
    "consent",
    h(
      "main",
      { class: "body reading" },
      heading(text.title),
      challenge?.element ?? null,
      h(
        "div",
        { class: "paper", tabindex: 0, role: "region", "aria-label": words.consent.scroll },
        ...text.paragraphs.map((paragraph) => h("p", {}, paragraph)),
        h("p", { class: "fine" }, words.consent.version(text.version)),
      ),
    ),
    h("footer", { class: "actions two" }, h("p", { class: "fine" }, words.consent.note), decline, agree),
  );
  return {
    element,
    update: (now) => {
      for (const each of [agree, decline]) each.setAttribute("aria-disabled", String(now.waiting));
      agree.toggleAttribute("data-busy", now.waiting);
      challenge?.update(now);
    },
  };
};
