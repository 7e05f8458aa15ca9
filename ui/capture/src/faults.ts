/** Everything that can go wrong and has a screen of its own. The code stands in `data-error`. */

export const FAULT_CODES = [
  "cameraPermissionDeclined",
  "cameraNotFound",
  "cameraInUse",
  "insecureContext",
  "unsupportedBrowser",
  "sessionUnknown",
  "sessionExpired",
  "sessionUsed",
  "sessionElsewhere",
  "tooManyAttempts",
  "interrupted",
  "badFrames",
  "challengeExpired",
  "consentNeeded",
  "networkLost",
  "busy",
  "unexpected",
] as const;

export type FaultCode = (typeof FAULT_CODES)[number];

/** A failure with a code; `waitSeconds` where the server said when to come back. */
export class Fault extends Error {
  constructor(
    readonly code: FaultCode,
    readonly waitSeconds?: number,
  ) {
    super(code);
  }
}

const isFaultCode = (word: unknown): word is FaultCode => FAULT_CODES.some((code) => code === word);

/** Refusals that need no screen of their own: they are answered like another one. */
const LIKE: Record<string, FaultCode> = {
  consentOutdated: "consentNeeded",
  framesNeeded: "badFrames",
  framesReplaced: "badFrames",
  evidenceReplayed: "badFrames",
  evidenceAltered: "badFrames",
};

/** The service's problem code as a fault's code; one that this page does not know is `unexpected`. */
export const faultCode = (word: unknown): FaultCode =>
  isFaultCode(word) ? word : (LIKE[String(word)] ?? "unexpected");

/** Any thrown thing as a fault: what nobody foresaw is `unexpected`, never silence. */
export const asFault = (thrown: unknown): Fault => (thrown instanceof Fault ? thrown : new Fault("unexpected"));
