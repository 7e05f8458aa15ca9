/**
 * Turns of the head, one after another: an arrow and words; on when the head followed, or after a while.
 *
 * A stable handle: `[data-turn]` is there while a turn is asked, and names its direction.
 */

import { announce } from "../announce";
import type { Picture } from "../burst";
import type { Challenge, Direction } from "../contract";
import { h } from "../dom";
import { arrow } from "../parts/arrow";
import { words } from "../words";
import { Following } from "./following";
import { painted } from "./moments";
import type { Answered, Scene } from "./scene";
import { spread, type Candidate } from "./spread";

type Turn = Extract<Challenge, { kind: "turn" }>;

/** Between two pictures. */
const EVERY_MS = 250;

export async function turn(challenge: Turn, count: number, scene: Scene): Promise<Answered> {
  const sign = h("div", { class: "turn", "aria-hidden": "true" });
  const steps: Candidate[][] = [];
  const shown: number[] = [];
  scene.stage.append(sign);
  try {
    for (const direction of challenge.steps) {
      show(sign, direction, scene);
      const at = await painted();
      shown.push(at);
      const step = { direction, start: at, end: at + challenge.step_ms };
      steps.push(await followed(step, scene, (share) => scene.fill((steps.length + share) / challenge.steps.length)));
    }
    await enough(steps, count, scene);
  } finally {
    sign.remove();
  }
  return { pictures: spread(steps, count), shown };
}

function show(sign: HTMLElement, direction: Direction, { say }: Scene): void {
  sign.dataset["turn"] = direction;
  sign.replaceChildren(arrow());
  say(words.challenge.turn[direction]);
  announce(words.challenge.turn[direction]);
}

/** On the page's clock. At its end a step waits no longer for a head that does not follow, or that nobody can see. */
interface Step {
  direction: Direction;
  start: number;
  end: number;
}

/** Pictures until the head has gone to this side and come back. */
async function followed({ direction, start, end }: Step, scene: Scene, fill: (share: number) => void): Promise<Candidate[]> {
  const following = new Following(direction);
  const candidates: Candidate[] = [];
  let due = start;
  for (;;) {
    const picture = await scene.film.next(due);
    const yaw = scene.yaw();
    candidates.push({ picture, reached: following.towards(yaw) });
    due = picture.time + EVERY_MS;
    if (following.see(yaw) === "away") scene.say(words.challenge.turn.back);
    fill(following.share());
    if (following.done() || picture.time >= end) return candidates;
  }
}

/** A quick head gives few pictures: the rest come after the last step. */
async function enough(steps: Candidate[][], count: number, { film }: Scene): Promise<void> {
  const last = steps.at(-1);
  if (last === undefined) return;
  let missing = count - steps.flat().length;
  let before: Picture | undefined = last.at(-1)?.picture;
  for (; missing > 0; missing -= 1) {
    before = await film.next((before?.time ?? 0) + EVERY_MS / 2);
    last.push({ picture: before, reached: 0 });
  }
}
