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

/** How many frames to take, how far apart, and how often the person may still try. */
export interface CapturePlan {
  frames: number;
  interval_ms: number;
  max_bytes: number;
  attempts_left: number;
}

export interface Opened extends Standing {
  consent: ConsentText;
  capture: CapturePlan;
  handoff_url: string | null;
}

/** Frames arrived: their digest, which the submission names. */
export interface Delivered extends Standing {
  digest: string;
  attempts_left: number;
}

/** One JPEG and when it was taken, in milliseconds since the burst's first frame. */
export interface Frame {
  jpeg: Blob;
  at: number;
}

/** What the browser says of the camera; the server believes none of it. */
export interface CameraFacts {
  label: string;
  width: number;
  height: number;
  facing: string | null;
}

/** One burst, kept in memory only. */
export interface Shot {
  frames: Frame[];
  camera: CameraFacts;
}
