/** What the camera will ask, with its warning, and the other ways: shown before the camera and again at it. */

import type { Choice } from "../contract";
import { h } from "../dom";
import { asked, type Model } from "../machine";
import type { Send } from "../view";
import { words } from "../words";

export interface Notice {
  element: HTMLElement;
  update(model: Model): void;
}

const CHOICES: readonly Choice[] = ["flash", "turn", "neither"];

/** `brief`: for the camera's screen. Null where nothing is asked. */
export function notice(model: Model, send: Send, brief: boolean): Notice | null {
  if (asked(model) === "none") return null;
  const said = words.challenge;
  const text = h("p", { class: "notice-text", "aria-live": "polite" });
  const buttons = CHOICES.map((choice) => choiceButton(choice, brief, send));
  const title = h("h2", { class: brief ? "unseen" : "" }, said.title);
  const group = h("div", { class: "choices", role: "group", "aria-label": said.choose }, ...buttons);
  const element = h("section", { class: brief ? "notice brief" : "notice" }, title, text, group);
  const update = (now: Model): void => {
    const choice = now.choice ?? "flash";
    element.dataset["choice"] = choice;
    text.textContent = brief ? briefly(now, choice) : said.text[choice];
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset["action"] === choice));
  };
  update(model);
  return { element, update };
}

/** Who was not asked for a flash with the consent, and is now, has not read its warning yet. */
const briefly = ({ more }: Model, choice: Choice): string =>
  more && choice === "flash" ? words.challenge.warning : words.challenge.brief[choice];

function choiceButton(choice: Choice, brief: boolean, send: Send): HTMLButtonElement {
  const name = brief ? words.challenge.short[choice] : words.challenge.long[choice];
  const press = (): void => send({ is: "choose", choice });
  return h("button", { type: "button", class: "choice", "data-action": choice, "aria-pressed": "false", click: press }, name);
}
