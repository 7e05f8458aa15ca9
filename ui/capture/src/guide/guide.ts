/** Looks at the camera's picture again and again, in a thread of its own, and says what it sees. */

import detectorGraph from "@models/blazeface.json?url";
import detectorWeights from "@models/blazeface.bin?url";
import meshGraph from "@models/facemesh.json?url";
import meshWeights from "@models/facemesh.bin?url";
import simd from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url";
import plain from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url";
import program from "./reader/worker?worker&url";
import type { Answered, Asked, Reading, Sources } from "./reader/messages";
import { sightOf, type Box, type Sight } from "./sight";

/** At most eight looks a second, and a rest of half the time that the last one took. */
const INTERVAL_MS = 125;
const REST = 0.5;
/** Pixels along the longer side of what is read. */
const LONG_SIDE = 640;

export interface Guide {
  /** Pause, to leave the processor to something else, or go on. */
  rest(resting: boolean): void;
  /** Let go of the thread, with all that it holds. */
  stop(): void;
}

export interface Watch {
  video: HTMLVideoElement;
  /** Where the oval lies in the camera's picture. */
  target: () => Box;
  seen: (sight: Sight) => void;
  /** It broke while it ran; nothing is seen any more. */
  lost: () => void;
}

/** Load the nets and start to look; fails where they cannot be had or this browser cannot run them. */
export async function createGuide(watch: Watch): Promise<Guide> {
  const thread = new Thread();
  try {
    await thread.ask({ ask: "load", sources: sources() });
  } catch (failed) {
    thread.end();
    throw failed;
  }
  return new Looking(watch, thread);
}

class Looking implements Guide {
  private readonly canvas = document.createElement("canvas");
  private before: Sight | null = null;
  private resting = false;
  private stopped = false;
  private waiting: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly watch: Watch,
    private readonly thread: Thread,
  ) {
    document.addEventListener("visibilitychange", this.wake);
    this.wake();
  }

  rest(resting: boolean): void {
    this.resting = resting;
    this.wake();
  }

  stop(): void {
    this.stopped = true;
    document.removeEventListener("visibilitychange", this.wake);
    this.thread.end();
  }

  private readonly wake = (): void => {
    if (this.waiting === null) this.waiting = setTimeout(() => void this.look(), 0);
  };

  /** One look, then the next; none while the page is hidden, rests or has no picture. */
  private async look(): Promise<void> {
    const start = performance.now();
    if (!this.stopped && !this.resting && !document.hidden) {
      try {
        await this.read(start);
      } catch {
        return this.broke();
      }
    }
    this.waiting = null;
    if (this.stopped || this.resting || document.hidden) return;
    const took = performance.now() - start;
    this.waiting = setTimeout(() => void this.look(), Math.max(INTERVAL_MS - took, took * REST));
  }

  private async read(at: number): Promise<void> {
    const picture = this.picture();
    if (picture === null) return;
    const { width, height, data } = picture;
    const answer = await this.thread.ask({ ask: "read", width, height, rgba: data.buffer }, [data.buffer]);
    if (answer.answer === "read" && !this.stopped && !this.resting) this.tell(answer.reading, at);
  }

  private tell(reading: Reading, at: number): void {
    const scene = { target: this.watch.target(), pixels: this.watch.video.videoWidth, at };
    this.before = sightOf(reading, scene, this.before);
    this.watch.seen(this.before);
  }

  /** The camera's picture, unmirrored and made smaller; null while there is none. */
  private picture(): ImageData | null {
    const { video } = this.watch;
    const scale = Math.min(1, LONG_SIDE / Math.max(video.videoWidth, video.videoHeight, 1));
    const [width, height] = [Math.round(video.videoWidth * scale), Math.round(video.videoHeight * scale)];
    if (width === 0 || height === 0 || video.readyState < video.HAVE_CURRENT_DATA) return null;
    if (this.canvas.width !== width || this.canvas.height !== height) [this.canvas.width, this.canvas.height] = [width, height];
    const pen = this.canvas.getContext("2d", { alpha: false, willReadFrequently: true });
    if (pen === null) throw new Error("no canvas to read from");
    pen.drawImage(video, 0, 0, width, height);
    return pen.getImageData(0, 0, width, height);
  }

  private broke(): void {
    if (this.stopped) return;
    this.stop();
    this.watch.lost();
  }
}

/** A worker that is asked one thing at a time. */
class Thread {
  private readonly worker = new Worker(trusted(program));

  ask(asked: Asked, handedOver: Transferable[] = []): Promise<Answered> {
    return new Promise((resolve, reject) => {
      this.worker.onmessage = ({ data }: MessageEvent<Answered>) =>
        data.answer === "failed" ? reject(new Error(data.why)) : resolve(data);
      this.worker.onerror = () => reject(new Error("the reader did not start"));
      this.worker.postMessage(asked, handedOver);
    });
  }

  end(): void {
    this.worker.terminate();
  }
}

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): URL };
}

/** The page's policy lets nobody but this name a program to run, and this only its own. */
function trusted(address: string): URL {
  const { trustedTypes } = window as { trustedTypes?: TrustedTypes };
  const whole = absolute(address);
  if (trustedTypes === undefined) return new URL(whole);
  return (policy ??= trustedTypes.createPolicy("selfie-guide", { createScriptURL: ownOnly })).createScriptURL(whole);
}

let policy: ReturnType<TrustedTypes["createPolicy"]> | undefined;

function ownOnly(address: string): string {
  if (new URL(address).origin !== location.origin) throw new TypeError("not of this origin");
  return address;
}

const absolute = (address: string): string => new URL(address, document.baseURI).href;

function sources(): Sources {
  return {
    programs: { simd: absolute(simd), plain: absolute(plain) },
    detector: { graph: absolute(detectorGraph), weights: absolute(detectorWeights) },
    mesh: { graph: absolute(meshGraph), weights: absolute(meshWeights) },
  };
}
