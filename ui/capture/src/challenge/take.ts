/** One take before the camera: neutral frames first, then what the service asks. */

import { framesOf, type Film, type Picture } from "../burst";
import type { Challenge, Frame, Take } from "../contract";
import { flash } from "./flash";
import { turn } from "./turn";

/** The screen on which a take happens. */
export interface Scene {
  film: Film;
  /** Where a challenge puts what it shows. */
  place: HTMLElement;
  /** Fill the ring up to `share` (0..1). */
  fill: (share: number) => void;
  say: (text: string) => void;
  /** Where the head points now, in degrees, positive to the person's left; null where nobody can tell. */
  yaw: () => number | null;
}

export interface Taken {
  frames: Frame[];
  /** The one to show the person: the last before the challenge. */
  photo: Blob;
  /** When each step of the challenge was on the screen, on the clock of the frames. */
  shownMs: number[];
}

/** What a challenge gives: pictures in the order of their times, and when each step was shown, on the page's clock. */
export interface Answered {
  pictures: Picture[];
  shown: number[];
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
