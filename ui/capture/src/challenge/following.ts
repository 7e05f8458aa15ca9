/** Whether a head follows: to the side that was asked, and back. */

import type { Direction } from "../contract";

/** Degrees; beyond what the strictest policy asks, for the page's mesh and the service's differ a little. */
const AWAY = 25;
const BACK = 10;

export class Following {
  private far = 0;
  private away = false;
  private back = false;

  constructor(private readonly direction: Direction) {}

  /** How far the head points to the asked side; 0 where that cannot be told. */
  towards(yaw: number | null): number {
    return yaw === null ? 0 : Math.max(0, this.direction === "left" ? yaw : -yaw);
  }

  /** Where the head is now on its way; `away` is told once. */
  see(yaw: number | null): "going" | "away" | "coming" | "done" {
    const towards = this.towards(yaw);
    this.far = Math.max(this.far, towards);
    if (!this.away) {
      this.away = towards >= AWAY;
      return this.away ? "away" : "going";
    }
    this.back ||= yaw !== null && Math.abs(yaw) < BACK;
    return this.back ? "done" : "coming";
  }

  done(): boolean {
    return this.back;
  }

  /** How much of the step is done: 0..1. */
  share(): number {
    return this.back ? 1 : Math.min(0.8, (0.8 * this.far) / AWAY);
  }
}
