/** One take before the camera: neutral frames first, then what the service asks. */

import { framesOf } from "../burst";
import type { Challenge, Frame, Take } from "../contract";
import { flash } from "./flash";
import type { Answered, Scene } from "./scene";
import { turn } from "./turn";

export interface Taken {
  frames: Frame[];
  /** The one to show the person: the last before the challenge. */
  photo: Blob;
  /** When each step of the challenge was on the screen, on the clock of the frames. */
  shownMs: number[];
}

export async function taken(take: Take, scene: Scene): Promise<Taken> {
  const { challenge, frames: all } = take;
  const plain = challenge.steps.length === 0 ? all : take.neutral;
  const neutral = await scene.film.series(plain, take.interval_ms, (count) => scene.fill(count / all));
  const { pictures, shown } = await answered(challenge, scene, plain, all - plain);
  const frames = await framesOf([...neutral, ...pictures]);
  const first = neutral[0]?.time ?? 0;
  const photo = frames[plain - 1]?.jpeg ?? new Blob();
  return { frames, photo, shownMs: shown.map((time) => Math.round(time - first)) };
}

async function answered(challenge: Challenge, scene: Scene, before: number, count: number): Promise<Answered> {
  const fill = (done: number): void => scene.fill((before + done * count) / (before + count));
  if (challenge.kind === "flash") return flash(challenge, count, { ...scene, fill });
  if (challenge.kind === "turn") return turn(challenge, count, { ...scene, fill });
  return { pictures: [], shown: [] };
}
