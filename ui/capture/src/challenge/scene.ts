/** What a challenge works with, and what it gives. */

import type { Film, Picture } from "../burst";

/** The screen on which a take happens. */
export interface Scene {
  film: Film;
  /** The whole screen, for what fills the window. */
  place: HTMLElement;
  /** The live picture, for what is shown over it. */
  stage: HTMLElement;
  /** Fill the ring up to `share` (0..1). */
  fill: (share: number) => void;
  say: (text: string) => void;
  /** Where the head points now, in degrees, positive to the person's left; null where nobody can tell. */
  yaw: () => number | null;
}

/** What a challenge gives: pictures in the order of their times, and when each step was shown, on the page's clock. */
export interface Answered {
  pictures: Picture[];
  shown: number[];
}
