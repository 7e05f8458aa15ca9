/** The switch of the selfie that takes itself: on, unless the person wants less motion or turned it off. */

import { h } from "../dom";
import { words } from "../words";

export interface Auto {
  element: HTMLButtonElement;
  on(): boolean;
}

/** Remembered while the page lives, so that a retake does not ask again. */
let wanted: boolean | null = null;

export function autoSwitch(): Auto {
  const on = (): boolean => wanted ?? !matchMedia("(prefers-reduced-motion: reduce)").matches;
  const element = h(
    "button",
    { type: "button", class: "auto", role: "switch", "data-action": "auto", click: flip },
    h("i", { class: "auto-track" }),
    words.guide.auto,
  );
  const show = (): void => element.setAttribute("aria-checked", String(on()));
  function flip(): void {
    wanted = !on();
    show();
  }
  show();
  return { element, on };
}
