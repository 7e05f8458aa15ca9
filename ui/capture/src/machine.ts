/**
 * What the page shows and what it does next, without a browser: a model, the events that change it, and the effects
 * that an event asks for. The service's answer, not the page, says where the session stands.
 */

import type { Delivered, Opened, Shot, Standing } from "./contract";
import type { FaultCode } from "./faults";

export type Screen = "loading" | "splash" | "consent" | "capture" | "preview" | "confirmation" | "error";

export type Effect =
  | { do: "look" }
  | { do: "open" }
  | { do: "consent"; version: string }
  | { do: "decline" }
  | { do: "deliver"; shot: Shot }
  | { do: "submit"; digest: string };

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
  shot: Shot | null;
  digest: string | null;
  /** Submit was pressed before the frames had arrived. */
  submitting: boolean;
  outcome: "submitted" | "declined" | null;
  trouble: Trouble | null;
}

export type Event =
  | { is: "started"; handoff: boolean; watching: boolean; missing: FaultCode | null }
  | { is: "looked"; standing: Standing }
  | { is: "opened"; opened: Opened }
  | { is: "continue" }
  | { is: "agree" }
  | { is: "consented"; standing: Standing }
  | { is: "decline" }
  | { is: "declined"; standing: Standing }
  | { is: "shot"; shot: Shot }
  | { is: "delivered"; shot: Shot; delivered: Delivered }
  | { is: "retake" }
  | { is: "submit" }
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
  shot: null,
  digest: null,
  submitting: false,
  outcome: null,
  trouble: null,
};

/** Failures after which the very same request may be sent again. */
const PASSING: ReadonlySet<FaultCode> = new Set(["networkLost", "busy", "unexpected"]);

const LOOK: Effect = { do: "look" };

type Handlers = { [Kind in Event["is"]]: (model: Model, event: Extract<Event, { is: Kind }>) => Next };

const handlers: Handlers = {
  started: (model, { handoff, watching, missing }) =>
    missing === null ? [{ ...model, handoff, watching }, LOOK] : [troubled(model, missing, null)],

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

  shot: (model, { shot }) => [
    { ...model, shot, digest: null, screen: "preview", attemptsLeft: Math.max(0, model.attemptsLeft - 1) },
    { do: "deliver", shot },
  ],

  delivered: (model, { shot, delivered }) => {
    if (shot !== model.shot) return [model];
    const arrived = { ...model, digest: delivered.digest, attemptsLeft: delivered.attempts_left, standing: delivered };
    return model.submitting
      ? [arrived, { do: "submit", digest: delivered.digest }]
      : [{ ...arrived, waiting: false }];
  },

  retake: (model) =>
    model.waiting || model.attemptsLeft === 0 ? [model] : [{ ...model, screen: "capture", shot: null, digest: null }],

  submit: (model) => {
    if (model.submitting) return [model];
    const sending = { ...model, submitting: true, waiting: true };
    return model.digest === null ? [sending] : [sending, { do: "submit", digest: model.digest }];
  },

  submitted: (model, { standing }) => [ended({ ...model, standing }, "submitted")],

  followed: (model, { standing }) => followed({ ...model, standing }, standing),

  failed: (model, { code, effect, waitSeconds }) => {
    if (effect?.do === "deliver" && effect.shot !== model.shot) return [model];
    if (code === "consentNeeded") return [{ ...model, shot: null, digest: null, submitting: false }, { do: "open" }];
    if (code === "sessionElsewhere" && canHandOff(model)) return [watched(model)];
    return [troubled(model, code, PASSING.has(code) ? effect : null, waitSeconds ?? null)];
  },

  retry: (model) => {
    if (model.trouble === null) return [model];
    const { again, from } = model.trouble;
    const on = { ...model, trouble: null };
    if (again !== null) return [{ ...on, screen: from, waiting: again.do !== "deliver" || model.submitting }, again];
    if (from !== "capture" && from !== "preview") return [{ ...on, screen: "loading", waiting: true }, LOOK];
    return [{ ...on, screen: "capture", waiting: false }];
  },
};

export function step(model: Model, event: Event): Next {
  const handle = handlers[event.is] as (model: Model, event: Event) => Next;
  return handle(model, event);
}

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
  const at = { ...model, attemptsLeft: capture.attempts_left };
  if (state === "submitted" || state === "declined") return [ended(at, state)];
  if (state !== "consented" && state !== "captured") return [{ ...at, screen: "splash" }];
  if (capture.attempts_left === 0) return [troubled(at, "tooManyAttempts", null)];
  return [{ ...at, screen: "capture" }];
}

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
  ...model,
  watching: true,
  screen: "splash",
  waiting: false,
  shot: null,
  trouble: null,
});

/** Nothing of the selfie stays in memory once the session is over. */
function ended(model: Model, outcome: "submitted" | "declined"): Model {
  return { ...model, outcome, screen: "confirmation", waiting: false, submitting: false, shot: null, trouble: null };
}

/** Where nothing is to be sent again, the selfie is let go of at once. */
function troubled(model: Model, code: FaultCode, again: Effect | null, waitSeconds: number | null = null): Model {
  const from = model.trouble?.from ?? model.screen;
  const kept = again === null ? { ...model, shot: null, digest: null, submitting: false } : model;
  return { ...kept, screen: "error", waiting: false, trouble: { code, from, again, waitSeconds } };
}
