/** How the page was used: counts, never what was typed or where the pointer went. */

export interface BehaviorFacts {
  /** Since the page was opened. */
  completion_ms: number;
  events: number;
  /** Events that a script made. */
  untrusted_events: number;
  retakes: number;
  /** How often the page lost the person's attention: another tab, window or app. */
  focus_losses: number;
  pointer: PointerKind[];
}

export type PointerKind = "mouse" | "touch" | "pen" | "keyboard";

const COUNTED = ["pointerdown", "keydown", "click"] as const;
const POINTERS: ReadonlySet<string> = new Set(["mouse", "touch", "pen"]);

/** Counts from its making on. */
export class Behavior {
  private events = 0;
  private untrusted = 0;
  private retakes = 0;
  private losses = 0;
  private attended = true;
  private readonly kinds = new Set<PointerKind>();

  constructor(page: Window = window) {
    for (const kind of COUNTED) page.addEventListener(kind, (event) => this.count(event), { capture: true });
    page.document.addEventListener("visibilitychange", () => this.attend(page.document.visibilityState === "visible"));
    page.addEventListener("blur", () => this.attend(false));
    page.addEventListener("focus", () => this.attend(true));
  }

  retake(): void {
    this.retakes += 1;
  }

  facts(): BehaviorFacts {
    return {
      completion_ms: Math.round(performance.now()),
      events: this.events,
      untrusted_events: this.untrusted,
      retakes: this.retakes,
      focus_losses: this.losses,
      pointer: [...this.kinds],
    };
  }

  private count(event: Event): void {
    this.events += 1;
    if (!event.isTrusted) this.untrusted += 1;
    else if (event.type === "keydown") this.kinds.add("keyboard");
    else if (event.type === "pointerdown") this.point((event as PointerEvent).pointerType);
  }

  private point(kind: string): void {
    if (POINTERS.has(kind)) this.kinds.add(kind as PointerKind);
  }

  /** A tab that is left tells so twice, by its window and by its visibility: that is one loss. */
  private attend(now: boolean): void {
    if (this.attended && !now) this.losses += 1;
    this.attended = now;
  }
}
