/** What the service and this page say to each other over HTTP. */

export type SessionState =
  | "created"
  | "opened"
  | "consented"
  | "captured"
  | "submitted"
  | "expired"
  | "declined"
  | "failed";

/** Every answer: where the session stands, and whether this browser holds it. */
export interface Standing {
  state: SessionState;
  expires_at: string;
  bound: boolean;
}

export interface ConsentText {
  version: string;
  title: string;
  paragraphs: string[];
}

/** What the strategy asks in front of the camera; `none` where it asks nothing. */
export type Asked = "none" | "flash" | "turn";

/** What the person chose of it. `neither`: can do none of it, so a person will look at the selfie. */
export type Choice = "flash" | "turn" | "neither";

/** How many frames to take, how far apart, how often the person may still try, and what is asked meanwhile. */
export interface CapturePlan {
  frames: number;
  interval_ms: number;
  max_bytes: number;
  attempts_left: number;
  challenge: Asked;
}

export interface Opened extends Standing {
  consent: ConsentText;
  capture: CapturePlan;
  handoff_url: string | null;
  /** Whether this device may be remembered by a passkey. */
  device_binding: boolean;
}

export type Direction = "left" | "right";

/**
 * Drawn by the service for one take: colours as `#rrggbb`, or the person's own left and right. `step_ms`: how long a
 * step is shown; for a turn the longest.
 */
export type Challenge =
  | { kind: "flash"; steps: string[]; step_ms: number }
  | { kind: "turn"; steps: Direction[]; step_ms: number }
  | { kind: "none" | "declined"; steps: never[]; step_ms: number };

/** One take: its nonce, the key that signs it, and what to take. Both are good for this take alone. */
export interface Take {
  nonce: string;
  /** 32 bytes as base64url. */
  key: string;
  expires_at: string;
  frames: number;
  /** Frames before the first step of the challenge. */
  neutral: number;
  interval_ms: number;
  challenge: Challenge;
}

export interface Drawn extends Standing {
  take: Take;
}

/** Frames arrived: their digest, which the submission names. */
export interface Delivered extends Standing {
  digest: string;
  attempts_left: number;
}

/** One JPEG with its SHA-256 and when it was taken, in milliseconds since the burst's first frame. */
export interface Frame {
  jpeg: Blob;
  sha256: string;
  at: number;
}

/** An envelope is JSON text, signed as it is; it is built once, so that sending it again sends the same bytes. */
export interface Signed {
  envelope: string;
  mac: string;
}

/** One burst, signed, kept in memory only. `photo` is the one that the person sees again. */
export interface Shot {
  take: Take;
  signed: Signed;
  frames: Blob[];
  photo: Blob;
}

/** What the device's authenticator is asked: to make a passkey, or to sign with the one there is. */
export interface Asking extends Standing {
  passkey: { ceremony: "register" | "verify"; publicKey: Record<string, unknown> };
}

export interface Remembered extends Standing {
  passkey: "none" | "registered" | "verified" | "failed";
}

/** A digest that the service gave for the frames, with what the browser says of itself. */
export interface Submission extends Signed {
  digest: string;
}
