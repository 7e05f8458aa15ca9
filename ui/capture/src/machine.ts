/**
 * What the page shows and what it does next, without a browser: a model, the events that change it, and the effects
 * that an event asks for. The service's answer, not the page, says where the session stands.
 */

import type { Asked, Choice, Delivered, Drawn, Opened, Shot, Standing, Submission, Take } from "./contract";
import type { FaultCode } from "./faults";

export type Screen = "loading" | "splash" | "consent" | "capture" | "preview" | "confirmation" | "error";

export type Effect =
  | { do: "look" }
  | { do: "open" }
  | { do: "consent"; version: string }
  | { do: "decline" }
  | { do: "draw"; choice: Choice | null }
  | { do: "deliver"; shot: Shot }
  | { do: "remember"; nonce: string }
  | { do: "seal"; take: Take; digest: string }
  | { do: "submit"; submission: Submission };

/** A failure on screen: `again` is what a retry repeats, `from` the screen on which it goes on. */
export interface Trouble {
  code: FaultCode;
  from: Screen;
  again: Effect | null;
  waitSeconds: number | null;
}

export interface Model {
  screen: Screen;
  /** The person waits for an answer: buttons are busy. */
  waiting: boolean;
  /** This browser was opened by a hand-off link, whose code it has not used yet. */
  handoff: boolean;
  /** The session went on in another browser; this one follows. */
  watching: boolean;
  standing: Standing | null;
  opened: Opened | null;
  attemptsLeft: number;
  /** The person wants less motion: no flash unless they choose it. */
  calm: boolean;
  /** Null where nothing is asked. */
  choice: Choice | null;
  /** The shutter was pressed; the service draws what to take. */
  drawing: boolean;
  take: Take | null;
  /** The last take came too late: the next one starts by itself. */
  late: boolean;
  /** One selfie was not enough: the session goes on with another, perhaps with another challenge. */
  more: boolean;
  shot: Shot | null;
  digest: string | null;
  /** Whether this device is remembered by a passkey; null where that is not offered. */
  remembering: "offered" | "asking" | "done" | "refused" | null;
  /** Submit was pressed before the frames had arrived. */
  submitting: boolean;
  outcome: "submitted" | "declined" | null;
  trouble: Trouble | null;
}

export type Event =
  | { is: "started"; handoff: boolean; watching: boolean; calm: boolean; missing: FaultCode | null }
  | { is: "looked"; standing: Standing }
  | { is: "opened"; opened: Opened }
  | { is: "continue" }
  | { is: "agree" }
  | { is: "consented"; standing: Standing }
  | { is: "decline" }
  | { is: "declined"; standing: Standing }
  | { is: "choose"; choice: Choice }
  | { is: "shutter" }
  | { is: "drawn"; drawn: Drawn }
  | { is: "shot"; shot: Shot }
  | { is: "delivered"; shot: Shot; delivered: Delivered }
  | { is: "remember" }
  | { is: "remembered"; done: boolean }
  | { is: "retake" }
  | { is: "submit" }
  | { is: "sealed"; submission: Submission }
  | { is: "submitted"; standing: Standing }
  | { is: "followed"; standing: Standing }
  | { is: "failed"; code: FaultCode; effect: Effect | null; waitSeconds?: number }
  | { is: "retry" };

export type Next = readonly [Model, ...Effect[]];

export const START: Model = {
  screen: "loading",
  waiting: true,
  handoff: false,
  watching: false,
  standing: null,
  opened: null,
  attemptsLeft: 0,
  calm: false,
  choice: null,
  drawing: false,
  take: null,
  late: false,
  more: false,
  shot: null,
  digest: null,
  remembering: null,
  submitting: false,
  outcome: null,
  trouble: null,
};

/** Failures after which the very same request may be sent again. */
const PASSING: ReadonlySet<FaultCode> = new Set(["networkLost", "busy", "unexpected"]);

const LOOK: Effect = { do: "look" };

type Handlers = { [Kind in Event["is"]]: (model: Model, event: Extract<Event, { is: Kind }>) => Next };

const handlers: Handlers = {
  started: (model, { handoff, watching, calm, missing }) =>
    missing === null ? [{ ...model, handoff, watching, calm }, LOOK] : [troubled(model, missing, null)],

  looked: (model, { standing }) => entered({ ...model, standing }, standing),

  opened: (model, { opened }) => placed({ ...model, opened, standing: opened, handoff: false, waiting: false }, opened),

  continue: (model) => [{ ...model, screen: "consent" }],

  agree: (model) => {
    if (model.opened === null || model.waiting) return [model];
    return [{ ...model, waiting: true }, { do: "consent", version: model.opened.consent.version }];
  },

  consented: (model, { standing }) => [{ ...model, standing, waiting: false, screen: "capture" }],

  decline: (model) => (model.waiting ? [model] : [{ ...model, waiting: true }, { do: "decline" }]),

  declined: (model, { standing }) => [ended({ ...model, standing }, "declined")],

  choose: (model, { choice }) => [model.drawing || asked(model) === "none" ? model : { ...model, choice }],

  shutter: (model) =>
    model.screen !== "capture" || model.drawing
      ? [model]
      : [{ ...model, drawing: true }, { do: "draw", choice: model.choice }],

  drawn: (model, { drawn }) => (model.drawing ? [{ ...model, take: drawn.take, standing: drawn }] : [model]),

  shot: (model, { shot }) => {
    if (shot.take !== model.take) return [model];
    const left = Math.max(0, model.attemptsLeft - 1);
    return [{ ...untaken(model), shot, screen: "preview", attemptsLeft: left }, { do: "deliver", shot }];
  },

  delivered: (model, { shot, delivered }) => {
    if (shot !== model.shot) return [model];
    const { digest, attempts_left: attemptsLeft } = delivered;
    const remembering = model.opened?.device_binding ? ("offered" as const) : null;
    const arrived = { ...model, digest, attemptsLeft, remembering, standing: delivered };
    return model.submitting ? sealing(arrived) : [{ ...arrived, waiting: false }];
  },

  remember: (model) => {
    const can = model.remembering === "offered" || model.remembering === "refused";
    if (!can || model.waiting || model.shot === null) return [model];
    return [{ ...model, remembering: "asking" }, { do: "remember", nonce: model.shot.take.nonce }];
  },

  remembered: (model, { done }) =>
    model.remembering === "asking" ? [{ ...model, remembering: done ? "done" : "refused" }] : [model],

  retake: (model) =>
    model.waiting || model.attemptsLeft === 0 ? [model] : [{ ...untaken(model), screen: "capture" }],

  submit: (model) => {
    if (model.submitting) return [model];
    const sending = { ...model, submitting: true, waiting: true };
    return sealing(sending);
  },

  sealed: (model, { submission }) =>
    submission.digest === model.digest && model.submitting ? [model, { do: "submit", submission }] : [model],

  submitted: (model, { standing }) => {
    if (standing.state !== "consented") return [ended({ ...model, standing }, "submitted")];
    const once = { ...untaken(model), standing, more: true, submitting: false, choice: null };
    return [{ ...once, screen: "loading", waiting: true }, { do: "open" }];
  },

  followed: (model, { standing }) => followed({ ...model, standing }, standing),

  failed: (model, { code, effect, waitSeconds }) => {
    if (effect?.do === "deliver" && effect.shot !== model.shot) return [model];
    if (effect?.do === "draw" && !model.drawing) return [model];
    if (effect?.do === "remember") return handlers.remembered(model, { is: "remembered", done: false });
    if (code === "consentNeeded") return [{ ...untaken(model), submitting: false }, { do: "open" }];
    if (code === "challengeExpired" && effect !== null) return [tooLate(model, effect)];
    if (code === "sessionElsewhere" && canHandOff(model)) return [watched(model)];
    const again = PASSING.has(code) && effect?.do !== "draw" ? effect : null;
    return [troubled(model, code, again, waitSeconds ?? null)];
  },

  retry: (model) => {
    if (model.trouble === null) return [model];
    const { again, from } = model.trouble;
    const on = { ...model, trouble: null };
    if (again !== null) return [{ ...on, screen: from, waiting: again.do !== "deliver" || model.submitting }, again];
    if (from !== "capture" && from !== "preview") return [{ ...on, screen: "loading", waiting: true }, LOOK];
    return [{ ...untaken(on), screen: "capture", waiting: false }];
  },
};

export function step(model: Model, event: Event): Next {
  const handle = handlers[event.is] as (model: Model, event: Event) => Next;
  return handle(model, event);
}

/** What the strategy asks in front of the camera. */
export const asked = (model: Model): Asked => model.opened?.capture.challenge ?? "none";

/** Whether this browser should ask again and again how the session stands: it offers a hand-off, or handed over. */
export const follows = (model: Model): boolean =>
  model.outcome === null && (model.watching || (canHandOff(model) && (model.screen === "splash" || inCameraTrouble(model))));

/** A hand-off to a phone is possible: the service offered one, and nobody used it yet. */
export const canHandOff = (model: Model): boolean => !model.watching && Boolean(model.opened?.handoff_url);

const inCameraTrouble = (model: Model): boolean => model.screen === "error" && isCameraFault(model.trouble?.code);

export const isCameraFault = (code: FaultCode | undefined): boolean =>
  code === "cameraPermissionDeclined" || code === "cameraNotFound" || code === "cameraInUse";

/** The first look decides whether this browser may open the session, watches it, or comes too late. */
function entered(model: Model, { state, bound }: Standing): Next {
  if (state === "expired") return [troubled(model, "sessionExpired", null)];
  if (state === "submitted" || state === "declined") {
    return bound || model.watching ? [ended(model, state)] : [troubled(model, "sessionUsed", null)];
  }
  if (state === "failed") return [troubled(model, "sessionUsed", null)];
  if (bound || state === "created" || model.handoff) return [{ ...model, watching: false }, { do: "open" }];
  if (model.watching) return [{ ...model, screen: "splash", waiting: false }];
  return [troubled(model, "sessionElsewhere", null)];
}

/** An opened session goes on where it stands; frames delivered before a reload are taken again. */
function placed(model: Model, { state, capture }: Opened): Next {
  const at = { ...model, attemptsLeft: capture.attempts_left, choice: model.choice ?? chosen(model, capture.challenge) };
  if (state === "submitted" || state === "declined") return [ended(at, state)];
  if (state !== "consented" && state !== "captured") return [{ ...at, screen: "splash" }];
  if (capture.attempts_left === 0) return [troubled(at, "tooManyAttempts", null)];
  return [{ ...at, screen: "capture" }];
}

/** What is taken where the person chooses nothing: what is asked, but no flash for who wants less motion. */
const chosen = ({ calm }: Model, challenge: Asked): Choice | null =>
  challenge === "none" ? null : calm ? "turn" : challenge;

/** Submit as soon as the frames have arrived: what the page says is signed with the key of their take. */
function sealing(model: Model): Next {
  const { shot, digest } = model;
  return shot === null || digest === null ? [model] : [model, { do: "seal", take: shot.take, digest }];
}

/** The take was too old when it arrived: another one, without a press, while there are tries left. */
function tooLate(model: Model, effect: Effect): Model {
  const left = model.attemptsLeft + (effect.do === "deliver" ? 1 : 0);
  const again = { ...untaken(model), attemptsLeft: left, submitting: false, waiting: false };
  return left === 0 ? troubled(again, "tooManyAttempts", null) : { ...again, screen: "capture", late: true };
}

/** Nothing is taken yet, or no more. */
const untaken = (model: Model): Model => ({
  ...model,
  drawing: false,
  take: null,
  late: false,
  shot: null,
  digest: null,
  remembering: null,
});

/** News of a session that goes on, or may go on, in another browser. */
function followed(model: Model, { state, bound }: Standing): Next {
  if (state === "expired") return [troubled(model, "sessionExpired", null)];
  if (bound && !model.watching) return [model];
  if (state === "submitted" || state === "declined") return [ended({ ...model, watching: true }, state)];
  if (state === "failed") return [troubled(model, "sessionUsed", null)];
  return [watched(model)];
}

/** The session went to a phone: nothing can be done here any more but to follow. */
const watched = (model: Model): Model => ({
  ...untaken(model),
  watching: true,
  screen: "splash",
  waiting: false,
  trouble: null,
});

/** Nothing of the selfie stays in memory once the session is over. */
function ended(model: Model, outcome: "submitted" | "declined"): Model {
  return { ...untaken(model), outcome, screen: "confirmation", waiting: false, submitting: false, trouble: null };
}

/** Where nothing is to be sent again, the selfie is let go of at once. */
function troubled(model: Model, code: FaultCode, again: Effect | null, waitSeconds: number | null = null): Model {
  const from = model.trouble?.from ?? model.screen;
  const kept = again === null ? { ...untaken(model), submitting: false } : model;
  return { ...kept, screen: "error", waiting: false, trouble: { code, from, again, waitSeconds } };
}
