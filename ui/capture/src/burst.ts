/** A burst of frames from the playing video, as JPEG, each with the time at which it was taken. */

import { LONG_SIDE } from "./camera";
import type { CapturePlan, Frame } from "./contract";
import { Fault } from "./faults";

const QUALITY = 0.92;
/** A slow device under load may need seconds for its next picture; a camera that is unplugged says so by itself. */
const PATIENCE_MS = 10_000;

/** Take `plan.frames` different frames, at least `plan.interval_ms` apart. `taken` counts them as they come. */
export async function takeBurst(
  video: HTMLVideoElement,
  plan: CapturePlan,
  taken: (count: number) => void,
): Promise<Frame[]> {
  const jpegs: Promise<Blob>[] = [];
  const times: number[] = [];
  while (times.length < plan.frames) {
    const due = (times.at(-1) ?? -Infinity) + plan.interval_ms;
    times.push(await nextPicture(video, due));
    jpegs.push(encode(draw(video)));
    taken(times.length);
  }
  const first = times[0] ?? 0;
  const blobs = await Promise.all(jpegs);
  return blobs.map((jpeg, index) => ({ jpeg, at: Math.round((times[index] ?? 0) - first) }));
}

/** Wait for a new picture of the camera at or after `due`; the answer is its time. */
async function nextPicture(video: HTMLVideoElement, due: number): Promise<number> {
  const giveUp = performance.now() + PATIENCE_MS;
  for (;;) {
    const time = await pictureTime(video);
    if (time >= due) return time;
    if (time > giveUp) throw new Fault("cameraInUse");
  }
}

/** The time of the next picture that the camera delivers, or a fault where none comes any more. */
function pictureTime(video: HTMLVideoElement): Promise<number> {
  return new Promise((resolve, reject) => {
    const stalled = setTimeout(() => reject(new Fault("cameraInUse")), PATIENCE_MS);
    const arrived = (time: number): void => {
      clearTimeout(stalled);
      resolve(time);
    };
    if ("requestVideoFrameCallback" in video) video.requestVideoFrameCallback(arrived);
    else requestAnimationFrame(arrived);
  });
}

/** The picture as it is, unmirrored, its long side at most `LONG_SIDE` pixels. */
function draw(video: HTMLVideoElement): HTMLCanvasElement {
  const { videoWidth, videoHeight } = video;
  const scale = Math.min(1, LONG_SIDE / Math.max(videoWidth, videoHeight));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(videoWidth * scale);
  canvas.height = Math.round(videoHeight * scale);
  canvas.getContext("2d", { alpha: false })?.drawImage(video, 0, 0, canvas.width, canvas.height);
  return canvas;
}

function encode(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Fault("unexpected"))), "image/jpeg", QUALITY);
  });
}
