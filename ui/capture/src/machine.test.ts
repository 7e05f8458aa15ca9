/** The law of the screens: what the service says decides, nothing is sent twice, and every trouble has its way on. */

import { describe, expect, it } from "vitest";
import type { Delivered, Opened, SessionState, Shot, Standing } from "./contract";
import { FAULT_CODES } from "./faults";
import { follows, START, step, type Effect, type Event, type Model } from "./machine";
import { words } from "./words";

const EXPIRES = "2030-01-01T00:00:00Z";
const standing = (state: SessionState, bound = true): Standing => ({ state, bound, expires_at: EXPIRES });
const opened = (state: SessionState, left = 6, handoff: string | null = null): Opened => ({
  ...standing(state),
  consent: { version: "1", title: "T", paragraphs: ["P"] },
  capture: { frames: 6, interval_ms: 150, max_bytes: 1000, attempts_left: left },
  handoff_url: handoff,
});
const aShot = (): Shot => ({ frames: [], camera: { label: "", width: 1, height: 1, facing: null } });
const delivered = (digest: string, left: number): Delivered => ({
  ...standing("captured"),
  digest,
  attempts_left: left,
});
const started: Event = { is: "started", handoff: false, watching: false, missing: null };

/** Every event in turn: the last model, and the effects of the last event. */
function after(...events: Event[]): { model: Model; effects: readonly Effect[] } {
  let model = START;
  let effects: readonly Effect[] = [];
  for (const event of events) [model, ...effects] = step(model, event);
  return { model, effects };
}

const atCapture: Event[] = [started, { is: "looked", standing: standing("consented") }, { is: "opened", opened: opened("consented") }];

describe("the first look", () => {
  it.each([
    ["created", false, "open"],
    ["opened", true, "open"],
    ["captured", true, "open"],
    ["opened", false, "sessionElsewhere"],
    ["submitted", false, "sessionUsed"],
    ["submitted", true, "confirmation"],
    ["declined", true, "confirmation"],
    ["declined", false, "sessionUsed"],
    ["failed", true, "sessionUsed"],
    ["expired", true, "sessionExpired"],
  ] as const)("of a session %s, held here: %s, gives %s", (state, bound, wanted) => {
    const { model, effects } = after(started, { is: "looked", standing: standing(state, bound) });
    expect(effects[0]?.do ?? model.trouble?.code ?? model.screen).toBe(wanted);
  });

  it("asks for nothing where the browser cannot take a selfie", () => {
    const { model, effects } = after({ ...started, missing: "insecureContext" });
    expect([model.screen, model.trouble?.code, effects]).toEqual(["error", "insecureContext", []]);
  });

  it("opens with a hand-off although another browser holds the session", () => {
    const events: Event[] = [{ ...started, handoff: true }, { is: "looked", standing: standing("opened", false) }];
    expect(after(...events).effects).toEqual([{ do: "open" }]);
  });
});

describe("a reload goes on where the session stands", () => {
  it.each([
    ["opened", "splash"],
    ["consented", "capture"],
    ["captured", "capture"],
    ["submitted", "confirmation"],
  ] as const)("%s: %s", (state, screen) => {
    expect(after(started, { is: "opened", opened: opened(state) }).model.screen).toBe(screen);
  });

  it("but not to the camera when no tries are left", () => {
    expect(after(started, { is: "opened", opened: opened("captured", 0) }).model.trouble?.code).toBe("tooManyAttempts");
  });
});

describe("sending", () => {
  it("delivers a shot once and submits its digest once, however often the button is pressed", () => {
    const shot = aShot();
    const ready: Event[] = [...atCapture, { is: "shot", shot }, { is: "delivered", shot, delivered: delivered("d", 5) }];
    expect(after(...ready, { is: "submit" }).effects).toEqual([{ do: "submit", digest: "d" }]);
    expect(after(...ready, { is: "submit" }, { is: "submit" }).effects).toEqual([]);
  });

  it("waits for the frames where submit comes first", () => {
    const shot = aShot();
    const early: Event[] = [...atCapture, { is: "shot", shot }, { is: "submit" }];
    expect(after(...early).effects).toEqual([]);
    expect(after(...early, { is: "delivered", shot, delivered: delivered("d", 5) }).effects).toEqual([
      { do: "submit", digest: "d" },
    ]);
  });

  it("never submits the digest of a shot that was taken again", () => {
    const [old, fresh] = [aShot(), aShot()];
    const late: Event[] = [...atCapture, { is: "shot", shot: old }, { is: "retake" }, { is: "shot", shot: fresh }];
    const { model } = after(...late, { is: "delivered", shot: old, delivered: delivered("old", 5) });
    expect(model.digest).toBeNull();
    const failed: Event = { is: "failed", code: "networkLost", effect: { do: "deliver", shot: old } };
    expect(after(...late, failed).model.screen).toBe("preview");
  });

  it("repeats the same submission after a lost network", () => {
    const shot = aShot();
    const again: Effect = { do: "submit", digest: "d" };
    const { model, effects } = after(
      ...atCapture,
      { is: "shot", shot },
      { is: "delivered", shot, delivered: delivered("d", 5) },
      { is: "submit" },
      { is: "failed", code: "networkLost", effect: again },
      { is: "retry" },
    );
    expect([model.screen, effects]).toEqual(["preview", [again]]);
  });

  it("keeps the wish to submit over a failed delivery", () => {
    const shot = aShot();
    const again: Effect = { do: "deliver", shot };
    const lost: Event[] = [...atCapture, { is: "shot", shot }, { is: "submit" }, { is: "failed", code: "busy", effect: again, waitSeconds: 2 }];
    expect(after(...lost).model.trouble?.waitSeconds).toBe(2);
    const arrived: Event = { is: "delivered", shot, delivered: delivered("d", 5) };
    expect(after(...lost, { is: "retry" }, arrived).effects).toEqual([{ do: "submit", digest: "d" }]);
  });

  it("offers no retake after the last try", () => {
    const shot = aShot();
    const last: Event[] = [...atCapture, { is: "shot", shot }, { is: "delivered", shot, delivered: delivered("d", 0) }];
    expect(after(...last, { is: "retake" }).model.screen).toBe("preview");
  });

  it("keeps nothing of the selfie once it is over", () => {
    const shot = aShot();
    const { model } = after(...atCapture, { is: "shot", shot }, { is: "submitted", standing: standing("submitted") });
    expect([model.screen, model.outcome, model.shot]).toEqual(["confirmation", "submitted", null]);
  });
});

describe("troubles", () => {
  it("a camera trouble goes back to the camera", () => {
    const events: Event[] = [...atCapture, { is: "failed", code: "cameraInUse", effect: null }, { is: "retry" }];
    expect(after(...events).model.screen).toBe("capture");
  });

  it("a refusal that no retry can change lets go of the selfie", () => {
    const shot = aShot();
    const submit: Effect = { do: "submit", digest: "d" };
    const refused: Event = { is: "failed", code: "sessionExpired", effect: submit };
    const { model } = after(...atCapture, { is: "shot", shot }, { is: "submit" }, refused);
    expect([model.trouble?.again, model.shot, model.submitting]).toEqual([null, null, false]);
  });

  it("two troubles in a row still go back to the screen before the first", () => {
    const look: Effect = { do: "look" };
    const lost: Event = { is: "failed", code: "networkLost", effect: look };
    expect(after(started, lost, { is: "retry" }, lost).model.trouble?.from).toBe("loading");
  });

  it.each(FAULT_CODES)("%s has its words", (code) => {
    expect(words.faults[code].title.length * words.faults[code].text.length).toBeGreaterThan(0);
  });
});

describe("the hand-off", () => {
  const onDesktop: Event[] = [started, { is: "opened", opened: opened("opened", 6, "https://x/capture/#t~c") }];

  it("is followed while it is offered, and not once the camera runs here", () => {
    expect(follows(after(...onDesktop).model)).toBe(true);
    const agreed: Event[] = [{ is: "continue" }, { is: "agree" }, { is: "consented", standing: standing("consented") }];
    expect(follows(after(...onDesktop, ...agreed).model)).toBe(false);
  });

  it("turns this browser into a watcher until the end", () => {
    const moved: Event[] = [...onDesktop, { is: "followed", standing: standing("opened", false) }];
    expect(after(...moved).model.watching).toBe(true);
    const { model } = after(...moved, { is: "followed", standing: standing("submitted", false) });
    expect([model.screen, model.outcome, follows(model)]).toEqual(["confirmation", "submitted", false]);
  });

  it("is noticed by the first refusal too", () => {
    const { model } = after(...onDesktop, { is: "continue" }, { is: "failed", code: "sessionElsewhere", effect: null });
    expect([model.screen, model.watching]).toEqual(["splash", true]);
  });
});
