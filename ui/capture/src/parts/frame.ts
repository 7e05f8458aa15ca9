/** What all screens share: the bar with the mark and the steps, the heading, the buttons. */

import { h, type Child } from "../dom";
import type { Screen } from "../machine";
import { mark } from "./oval";
import { words } from "../words";

const STEPS: readonly Screen[] = ["splash", "consent", "capture", "confirmation"];

/** A whole screen. `step` is where the person is among four, null where that means nothing. */
export function frame(screen: Screen, step: Screen | null, ...children: Child[]): HTMLElement {
  return h("div", { class: "screen", "data-screen": screen }, bar(step), ...children);
}

/** The heading, which takes the focus when its screen comes. */
export const heading = (text: string, name = "title"): HTMLHeadingElement =>
  h("h1", { class: name, tabindex: -1 }, text);

/** A button with its stable handle for tests. */
export function button(action: string, kind: "primary" | "quiet", text: string, press: () => void): HTMLButtonElement {
  return h("button", { type: "button", class: `button ${kind}`, "data-action": action, click: press }, text);
}

/** Busy: the button keeps its place and says so, and further presses do nothing. */
export function setBusy(target: HTMLButtonElement, busy: boolean, text: string): void {
  target.toggleAttribute("data-busy", busy);
  target.setAttribute("aria-disabled", String(busy));
  target.textContent = text;
}

function bar(step: Screen | null): HTMLElement {
  return h("header", { class: "bar" }, h("span", { class: "brand" }, mark(), words.brand), step && steps(step));
}

function steps(now: Screen): HTMLElement {
  const at = STEPS.indexOf(now);
  const dots = STEPS.map((_, index) => h("i", { class: index < at ? "done" : index === at ? "now" : "" }));
  return h("div", { class: "steps", role: "img", "aria-label": words.step(at + 1, STEPS.length) }, ...dots);
}
