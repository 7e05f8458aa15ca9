/** The law of the screens: what the service says decides, nothing is sent twice, and every trouble has its way on. */

import { describe, expect, it } from "vitest";
import type { Asked, Delivered, Drawn, Opened, SessionState, Shot, Standing, Submission, Take } from "./contract";
import { FAULT_CODES } from "./faults";
import { follows, START, step, type Effect, type Event, type Model } from "./machine";
import { words } from "./words";

const EXPIRES = "2030-01-01T00:00:00Z";
const standing = (state: SessionState, bound = true): Standing => ({ state, bound, expires_at: EXPIRES });
const opened = (state: SessionState, left = 6, handoff: string | null = null, challenge: Asked = "flash"): Opened => ({
  ...standing(state),
  consent: { version: "1", title: "T", paragraphs: ["P"] },
  capture: { frames: 24, interval_ms: 120, max_bytes: 1000, attempts_left: left, challenge },
  handoff_url: handoff,
  device_binding: false,
});
const aTake = (): Take => ({
  nonce: "n",
  key: "k",
  expires_at: EXPIRES,
  frames: 24,
  neutral: 8,
  interval_ms: 120,
  challenge: { kind: "flash", steps: ["#ffd8c0", "#c0ffd8"], step_ms: 400 },
});
const drawn = (take: Take): Drawn => ({ ...standing("consented"), take });
const aShot = (): Shot => ({ take: aTake(), signed: { envelope: "{}", mac: "0" }, frames: [], photo: new Blob() });
/** The shutter, the service's draw and the burst. */
const shooting = (shot: Shot): Event[] => [
  { is: "shutter" },
  { is: "drawn", drawn: drawn(shot.take) },
  { is: "shot", shot },
];
const aSubmission = (digest: string): Submission => ({ digest, envelope: "{}", mac: "0" });
const delivered = (digest: string, left: number): Delivered => ({
  ...standing("captured"),
  digest,
  attempts_left: left,
});
const started: Extract<Event, { is: "started" }> = {
  is: "started",
  handoff: false,
  watching: false,
  calm: false,
  missing: null,
};

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
    const ready: Event[] = [...atCapture, ...shooting(shot), { is: "delivered", shot, delivered: delivered("d", 5) }];
    const pressed: Event[] = [...ready, { is: "submit" }];
    expect(after(...pressed).effects).toEqual([{ do: "seal", take: shot.take, digest: "d" }]);
    expect(after(...pressed, { is: "submit" }).effects).toEqual([]);
    const submission = aSubmission("d");
    expect(after(...pressed, { is: "sealed", submission }).effects).toEqual([{ do: "submit", submission }]);
  });

  it("waits for the frames where submit comes first", () => {
    const shot = aShot();
    const early: Event[] = [...atCapture, ...shooting(shot), { is: "submit" }];
    expect(after(...early).effects).toEqual([]);
    expect(after(...early, { is: "delivered", shot, delivered: delivered("d", 5) }).effects).toEqual([
      { do: "seal", take: shot.take, digest: "d" },
    ]);
  });

  it("never submits the digest of a shot that was taken again", () => {
    const [old, fresh] = [aShot(), aShot()];
    const late: Event[] = [...atCapture, ...shooting(old), { is: "retake" }, ...shooting(fresh)];
    const { model } = after(...late, { is: "delivered", shot: old, delivered: delivered("old", 5) });
    expect(model.digest).toBeNull();
    const failed: Event = { is: "failed", code: "networkLost", effect: { do: "deliver", shot: old } };
    expect(after(...late, failed).model.screen).toBe("preview");
    const stale: Event[] = [{ is: "submit" }, { is: "sealed", submission: aSubmission("old") }];
    expect(after(...late, ...stale).effects).toEqual([]);
  });

  it("repeats the same submission after a lost network", () => {
    const shot = aShot();
    const submission = aSubmission("d");
    const again: Effect = { do: "submit", submission };
    const { model, effects } = after(
      ...atCapture,
      ...shooting(shot),
      { is: "delivered", shot, delivered: delivered("d", 5) },
      { is: "submit" },
      { is: "sealed", submission },
      { is: "failed", code: "networkLost", effect: again },
      { is: "retry" },
    );
    expect([model.screen, effects]).toEqual(["preview", [again]]);
  });

  it("keeps the wish to submit over a failed delivery", () => {
    const shot = aShot();
    const again: Effect = { do: "deliver", shot };
    const lost: Event[] = [...atCapture, ...shooting(shot), { is: "submit" }, { is: "failed", code: "busy", effect: again, waitSeconds: 2 }];
    expect(after(...lost).model.trouble?.waitSeconds).toBe(2);
    const arrived: Event = { is: "delivered", shot, delivered: delivered("d", 5) };
    expect(after(...lost, { is: "retry" }, arrived).effects).toEqual([
      { do: "seal", take: shot.take, digest: "d" },
    ]);
  });

  it("offers no retake after the last try", () => {
    const shot = aShot();
    const last: Event[] = [...atCapture, ...shooting(shot), { is: "delivered", shot, delivered: delivered("d", 0) }];
    expect(after(...last, { is: "retake" }).model.screen).toBe("preview");
  });

  it("keeps nothing of the selfie once it is over", () => {
    const shot = aShot();
    const { model } = after(...atCapture, ...shooting(shot), { is: "submitted", standing: standing("submitted") });
    expect([model.screen, model.outcome, model.shot]).toEqual(["confirmation", "submitted", null]);
  });
});

describe("what is asked before the camera", () => {
  const entering = (challenge: Asked, calm = false): Event[] => [
    { ...started, calm },
    { is: "opened", opened: opened("consented", 6, null, challenge) },
  ];

  it.each([
    ["none", false, null],
    ["none", true, null],
    ["flash", false, "flash"],
    ["flash", true, "turn"],
    ["turn", false, "turn"],
  ] as const)("of a strategy that asks %s, less motion wanted: %s, is %s", (challenge, calm, wanted) => {
    expect(after(...entering(challenge, calm), { is: "shutter" }).effects).toEqual([{ do: "draw", choice: wanted }]);
  });

  it("is what the person chose, also for the next take and after another opening", () => {
    const chose: Event[] = [...entering("flash"), { is: "choose", choice: "neither" }];
    const again: Event[] = [{ is: "opened", opened: opened("consented") }, { is: "shutter" }];
    expect(after(...chose, ...again).effects).toEqual([{ do: "draw", choice: "neither" }]);
  });

  it("cannot be chosen where nothing is asked, nor once it is drawn", () => {
    expect(after(...entering("none"), { is: "choose", choice: "flash" }).model.choice).toBeNull();
    expect(after(...entering("flash"), { is: "shutter" }, { is: "choose", choice: "turn" }).model.choice).toBe("flash");
  });

  it("is drawn once for a press, and anew for each take", () => {
    expect(after(...atCapture, { is: "shutter" }, { is: "shutter" }).effects).toEqual([]);
    const shot = aShot();
    const ready: Event[] = [...atCapture, ...shooting(shot), { is: "delivered", shot, delivered: delivered("d", 5) }];
    const { model, effects } = after(...ready, { is: "retake" }, { is: "shutter" });
    expect([model.take, effects]).toEqual([null, [{ do: "draw", choice: "flash" }]]);
  });

  it("is never taken from a draw that comes after all is over", () => {
    const lost: Event = { is: "failed", code: "cameraInUse", effect: null };
    expect(after(...atCapture, { is: "shutter" }, lost, { is: "drawn", drawn: drawn(aTake()) }).model.take).toBeNull();
  });

  it("a draw that fails goes back to the camera and draws nothing by itself", () => {
    const lost: Event = { is: "failed", code: "networkLost", effect: { do: "draw", choice: "flash" } };
    const { model, effects } = after(...atCapture, { is: "shutter" }, lost, { is: "retry" });
    expect([model.screen, model.drawing, effects]).toEqual(["capture", false, []]);
  });
});

describe("a selfie that was not enough", () => {
  const shot = aShot();
  const sent: Event[] = [
    ...atCapture,
    { is: "choose", choice: "turn" },
    ...shooting(shot),
    { is: "delivered", shot, delivered: delivered("d", 5) },
    { is: "submit" },
    { is: "sealed", submission: aSubmission("d") },
    { is: "submitted", standing: standing("consented") },
  ];

  it("asks what is wanted now, and keeps nothing of the first", () => {
    const { model, effects } = after(...sent);
    expect([model.screen, model.outcome, model.shot, model.digest, model.submitting]).toEqual(["loading", null, null, null, false]);
    expect(effects).toEqual([{ do: "open" }]);
  });

  it("goes on at the camera with the new challenge, and ends as any other", () => {
    const { model } = after(...sent, { is: "opened", opened: opened("consented", 6, null, "flash") });
    expect([model.screen, model.more, model.choice, model.waiting]).toEqual(["capture", true, "flash", false]);
    const second = aShot();
    const on: Event[] = [
      ...shooting(second),
      { is: "delivered", shot: second, delivered: delivered("e", 5) },
      { is: "submit" },
      { is: "sealed", submission: aSubmission("e") },
      { is: "submitted", standing: standing("submitted") },
    ];
    const end = after(...sent, { is: "opened", opened: opened("consented", 6, null, "flash") }, ...on).model;
    expect([end.screen, end.outcome]).toEqual(["confirmation", "submitted"]);
  });
});

describe("a take that came too late", () => {
  const shot = aShot();
  const taken: Event[] = [...atCapture, ...shooting(shot)];
  const late: Event = { is: "failed", code: "challengeExpired", effect: { do: "deliver", shot } };

  it("is taken again by itself, and costs no try", () => {
    const { model } = after(...taken, late);
    expect([model.screen, model.late, model.shot, model.attemptsLeft]).toEqual(["capture", true, null, 6]);
  });

  it("also where only the submission was late, as long as there are tries", () => {
    const submit: Effect = { do: "submit", submission: aSubmission("d") };
    const refused: Event = { is: "failed", code: "challengeExpired", effect: submit };
    const arrived = (left: number): Event[] => [...taken, { is: "delivered", shot, delivered: delivered("d", left) }];
    const { model } = after(...arrived(5), { is: "submit" }, refused);
    expect([model.screen, model.late, model.submitting, model.waiting]).toEqual(["capture", true, false, false]);
    expect(after(...arrived(0), { is: "submit" }, refused).model.trouble?.code).toBe("tooManyAttempts");
  });

  it("is forgotten with the next burst", () => {
    const next = aShot();
    expect(after(...taken, late, ...shooting(next)).model.late).toBe(false);
  });
});

describe("remembering the device", () => {
  const shot = aShot();
  const offering: Event = { is: "opened", opened: { ...opened("consented"), device_binding: true } };
  const arrived: Event = { is: "delivered", shot, delivered: delivered("d", 5) };
  const offered: Event[] = [started, offering, ...shooting(shot), arrived];

  it("is offered once the frames have arrived, where the workflow wants it", () => {
    expect(after(...offered.slice(0, -1)).model.remembering).toBeNull();
    expect(after(...offered).model.remembering).toBe("offered");
    expect(after(...atCapture, ...shooting(shot), arrived).model.remembering).toBeNull();
  });

  it("asks once for a press, for this take", () => {
    expect(after(...offered, { is: "remember" }).effects).toEqual([{ do: "remember", nonce: "n" }]);
    expect(after(...offered, { is: "remember" }, { is: "remember" }).effects).toEqual([]);
    expect(after(...offered, { is: "remember" }, { is: "remembered", done: true }, { is: "remember" }).effects).toEqual([]);
  });

  it("is no trouble where it fails, can be tried again, and is forgotten with the take", () => {
    const failed: Event = { is: "failed", code: "unexpected", effect: { do: "remember", nonce: "n" } };
    const { model } = after(...offered, { is: "remember" }, failed);
    expect([model.screen, model.remembering]).toEqual(["preview", "refused"]);
    expect(after(...offered, { is: "remember" }, failed, { is: "remember" }).effects).toHaveLength(1);
    expect(after(...offered, { is: "retake" }, failed).model.remembering).toBeNull();
  });
});

describe("troubles", () => {
  it("a camera trouble goes back to the camera", () => {
    const events: Event[] = [...atCapture, { is: "failed", code: "cameraInUse", effect: null }, { is: "retry" }];
    expect(after(...events).model.screen).toBe("capture");
  });

  it("a refusal that no retry can change lets go of the selfie", () => {
    const shot = aShot();
    const submit: Effect = { do: "submit", submission: aSubmission("d") };
    const refused: Event = { is: "failed", code: "sessionExpired", effect: submit };
    const { model } = after(...atCapture, ...shooting(shot), { is: "submit" }, refused);
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
