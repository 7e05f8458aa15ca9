/** What is told does not flicker: one hint at a time, each long enough to be read, and only what lasts. */

import type { Hint } from "./sight";

export const SHOWN_MS = 600;
/** A hint that comes and goes within this time is never told. */
export const LASTS_MS = 240;

export class Steady {
  private shown: { hint: Hint; since: number } | null = null;
  private next: { hint: Hint; since: number } | null = null;

  /** The hint to show once `hint` is what one sees at `now` (milliseconds, growing). */
  see(hint: Hint, now: number): Hint {
    if (this.shown === null) this.shown = { hint, since: now };
    if (hint === this.shown.hint) this.next = null;
    else if (hint !== this.next?.hint) this.next = { hint, since: now };
    if (this.next !== null && now - this.shown.since >= SHOWN_MS && now - this.next.since >= LASTS_MS) {
      this.shown = { hint: this.next.hint, since: now };
      this.next = null;
    }
    return this.shown.hint;
  }
}
