/** When the selfie takes itself: all has been good for a while, read often enough to mean it. */

export const GOOD_MS = 1_500;
const READINGS = 4;
/** A longer silence between two readings tells nothing of the time between them. */
const GAP_MS = 1_500;

export class Countdown {
  private since: number | null = null;
  private last = 0;
  private readings = 0;
  private notBefore = 0;

  /** It does not end before `moment`, on the clock of `see`. */
  wait(moment: number): void {
    if (moment <= this.notBefore) return;
    this.notBefore = moment;
    this.since = null;
  }

  /** How far it has counted once the person is seen at `now`: 0..1, and 1 takes the selfie. */
  see(good: boolean, now: number): number {
    const broken = !good || now - this.last > GAP_MS;
    this.last = now;
    if (!good) this.since = null;
    else if (broken || this.since === null) [this.since, this.readings] = [Math.max(now, this.notBefore - GOOD_MS), 0];
    if (this.since === null) return 0;
    this.readings += 1;
    return Math.max(0, Math.min((now - this.since) / GOOD_MS, this.readings / READINGS, 1));
  }
}
