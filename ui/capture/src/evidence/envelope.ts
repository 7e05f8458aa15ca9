/**
 * What the page signs: the frames of a take by their digests and times, and later the submission. The text is what is
 * signed and what is sent; a repetition after a lost network sends the very same text.
 */

import type { Frame, Signed, Take } from "../contract";
import type { BehaviorFacts } from "./behavior";
import type { CameraFacts } from "./camera";
import type { DeviceFacts } from "./device";
import { mac } from "./digest";

/** The frames of `take`, in their order, and when each step of its challenge was on the screen. */
export function signedFrames(take: Take, frames: Frame[], camera: CameraFacts, shownMs: number[]): Promise<Signed> {
  return signed(take, {
    nonce: take.nonce,
    frames: frames.map(({ sha256, at }) => ({ sha256, t_ms: at })),
    camera,
    challenge: { kind: take.challenge.kind, shown_ms: shownMs },
  });
}

export function signedSubmission(
  take: Take,
  digest: string,
  device: DeviceFacts,
  behavior: BehaviorFacts,
): Promise<Signed> {
  return signed(take, { nonce: take.nonce, digest, device, behavior });
}

async function signed(take: Take, told: object): Promise<Signed> {
  const envelope = JSON.stringify(told);
  return { envelope, mac: await mac(take.key, envelope) };
}
