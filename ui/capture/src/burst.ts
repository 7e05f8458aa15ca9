/** Pictures of the playing video, as JPEG with their digest, each with the time at which it was taken. */

import { LONG_SIDE } from "./camera";
import type { Frame } from "./contract";
import { sha256 } from "./evidence/digest";
import { Fault } from "./faults";

const QUALITY = 0.92;
/** A slow device under load may need seconds for its next picture; a camera that is unplugged says so by itself. */
const PATIENCE_MS = 10_000;

/** One picture on the page's clock (`performance.now()`). Its JPEG is there a little later. */
export interface Picture {
  time: number;
  jpeg: Promise<Blob>;
}

export class Film {
  /** Whether the browser told when the camera took a picture; undefined where it could not be asked. */
  captureTime: boolean | undefined;
  /** Times are sent as whole milliseconds and must grow: a browser under load may call twice for one moment. */
  private last = -Infinity;

  constructor(private readonly video: HTMLVideoElement) {}

  /** The first new picture of the camera at or after `due`. */
  async next(due = -Infinity): Promise<Picture> {
    const giveUp = performance.now() + PATIENCE_MS;
    for (;;) {
      const time = await this.pictureTime();
      if (time >= due && time >= this.last + 1) {
        this.last = time;
        return { time, jpeg: encode(draw(this.video)) };
      }
      if (time > giveUp) throw new Fault("cameraInUse");
    }
  }

  /** `count` pictures, at least `interval` milliseconds apart; `taken` counts them as they come. */
  async series(count: number, interval: number, taken: (count: number) => void): Promise<Picture[]> {
    const pictures: Picture[] = [];
    while (pictures.length < count) {
      pictures.push(await this.next((pictures.at(-1)?.time ?? -Infinity) + interval));
      taken(pictures.length);
    }
    return pictures;
  }

  /** The time of the next picture that the camera delivers, or a fault where none comes any more. */
  private pictureTime(): Promise<number> {
    return new Promise((resolve, reject) => {
      const stalled = setTimeout(() => reject(new Fault("cameraInUse")), PATIENCE_MS);
      const arrived = (time: number, told?: VideoFrameCallbackMetadata): void => {
        clearTimeout(stalled);
        if (told !== undefined) this.captureTime = told.captureTime !== undefined;
        resolve(time);
      };
      if ("requestVideoFrameCallback" in this.video) this.video.requestVideoFrameCallback(arrived);
      else requestAnimationFrame((time) => arrived(time));
    });
  }
}

/** Pictures as frames: digested, and timed in milliseconds since the first. */
export function framesOf(pictures: Picture[]): Promise<Frame[]> {
  const first = pictures[0]?.time ?? 0;
  return Promise.all(
    pictures.map(async ({ time, jpeg }) => {
      const blob = await jpeg;
      return { jpeg: blob, sha256: await sha256(await blob.arrayBuffer()), at: Math.round(time - first) };
    }),
  );
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
