/** Words and ring while the person gets ready, and the selfie that takes itself. Loaded after consent, in a file of its own. */

import { announce } from "../announce";
import { words } from "../words";
import { autoSwitch } from "./auto";
import { Countdown } from "./countdown";
import { createGuide, type Guide } from "./guide";
import type { Hint, Sight } from "./sight";
import { Steady } from "./steady";
import { targetIn } from "./target";

export type { Sight } from "./sight";

/** A person or a test that presses the shutter as soon as it can be pressed is never overtaken. */
export const FIRST_MS = 2_000;
/** People who listen are told at most so often, and not before they heard that the camera is ready. */
const ALOUD_MS = 3_000;

export interface Surroundings {
  video: HTMLVideoElement;
  oval: Element;
  hint: HTMLElement;
  /** The switch of the selfie that takes itself comes after it. */
  shutter: HTMLElement;
  /** Fill the ring up to a share. */
  fill: (share: number) => void;
  /** All has been good long enough. */
  take: () => void;
  /** Everything that is seen, for whoever else wants to know. */
  seen: (sight: Sight) => void;
  /** The guide broke while it ran. */
  lost: () => void;
  /** When the shutter could first be pressed, on the page's clock; null as long as it cannot. */
  readyAt: () => number | null;
}

export interface Guidance {
  /** Say and count nothing any more, but go on to look where `looking`; the burst has begun. */
  hush(looking: boolean): void;
  /** Nothing is taken by itself before `moment` (the page's clock), for example while a warning is new. */
  wait(moment: number): void;
  stop(): void;
}

/** Look and guide; fails where the nets cannot be had or run. */
export async function startGuidance(around: Surroundings): Promise<Guidance> {
  const guiding = new Guiding(around);
  const { video, oval, seen, lost } = around;
  const guide = await createGuide({
    video,
    target: () => targetIn(video, oval),
    seen: (sight) => {
      seen(sight);
      guiding.see(sight);
    },
    lost,
  });
  return guiding.with(guide);
}

class Guiding {
  private readonly steady = new Steady();
  private readonly countdown = new Countdown();
  private readonly auto = autoSwitch();
  private told: Hint | null = null;
  private aloud: { hint: Hint; at: number } | null = null;
  private quiet = false;

  constructor(private readonly around: Surroundings) {}

  with(guide: Guide): Guidance {
    this.around.shutter.after(this.auto.element);
    return {
      hush: (looking) => {
        this.quiet = true;
        guide.rest(!looking);
      },
      wait: (moment) => this.countdown.wait(moment),
      stop: () => guide.stop(),
    };
  }

  see({ message }: Sight): void {
    const readyAt = this.around.readyAt();
    if (this.quiet || readyAt === null) return;
    this.countdown.wait(readyAt + FIRST_MS);
    const now = performance.now();
    const auto = this.auto.on();
    this.tell(this.steady.see(message, now), auto, now - readyAt);
    const share = this.countdown.see(auto && message === "good", now);
    this.around.fill(share);
    if (share < 1) return;
    this.quiet = true;
    this.around.take();
  }

  /** On the screen at once; aloud now and then. */
  private tell(hint: Hint, auto: boolean, since: number): void {
    const text = hint === "good" && !auto ? words.guide.press : words.guide[hint];
    const { hint: place } = this.around;
    if (place.textContent !== text) place.textContent = text;
    if (hint !== this.told) place.dataset.hint = this.told = hint;
    if (this.aloud?.hint === hint || since - (this.aloud?.at ?? 0) < ALOUD_MS) return;
    this.aloud = { hint, at: since };
    announce(text);
  }
}
