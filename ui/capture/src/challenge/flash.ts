/**
 * The colours of a flash, one after another over the whole window, so that their light falls on the face.
 *
 * A stable handle: `[data-flash]` is there while the flash runs and has the colour as its background.
 */

import type { Picture } from "../burst";
import type { Challenge } from "../contract";
import { h } from "../dom";
import { oval } from "../parts/oval";
import { words } from "../words";
import { painted, until } from "./moments";
import type { Answered, Scene } from "./scene";

type Flash = Extract<Challenge, { kind: "flash" }>;

/** From the step's first frame: half of it, when camera and screen have settled, and shortly before its end. */
const EARLY = 0.5;
const LATE = 0.825;

export async function flash(challenge: Flash, count: number, scene: Scene): Promise<Answered> {
  const { element, show, fill } = overlay(count);
  const each = Math.floor(count / challenge.steps.length);
  const pictures: Picture[] = [];
  const shown: number[] = [];
  scene.say(words.challenge.flash.now);
  scene.place.append(element);
  try {
    for (const colour of challenge.steps) {
      const at = await show(colour);
      shown.push(at);
      for (const share of moments(each)) {
        pictures.push(await scene.film.next(at + share * challenge.step_ms));
        fill(pictures.length / count);
      }
      await until(at + challenge.step_ms);
    }
  } finally {
    element.remove();
  }
  return { pictures, shown };
}

/** When to take the pictures of a step, as shares of it. */
const moments = (each: number): number[] =>
  Array.from({ length: each }, (_, at) => (each === 1 ? EARLY : EARLY + (at * (LATE - EARLY)) / (each - 1)));

function overlay(segments: number): { element: HTMLElement; show(colour: string): Promise<number>; fill(share: number): void } {
  const ring = oval(segments);
  const element = h(
    "div",
    { class: "flash", "data-flash": "" },
    ring.element,
    h("p", { class: "flash-words" }, h("strong", {}, words.challenge.flash.hold), h("span", {}, words.challenge.flash.look)),
  );
  const show = (colour: string): Promise<number> => {
    element.style.backgroundColor = colour;
    return painted();
  };
  return { element, show, fill: ring.fill };
}
