/** The reader in a thread of its own, so that the page stays quick and the flash keeps its time on slow phones. */

import type { Answered, Asked } from "./messages";
import { Reader } from "./reader";

let reader: Reader | null = null;

const say = (answer: Answered): void => self.postMessage(answer);

async function answer(asked: Asked): Promise<Answered> {
  if (asked.ask === "load") {
    const start = performance.now();
    reader = await Reader.load(asked.sources);
    return { answer: "loaded", ms: performance.now() - start };
  }
  if (reader === null) throw new Error("nothing is loaded yet");
  const { width, height, rgba } = asked;
  return { answer: "read", reading: reader.read({ width, height, rgba: new Uint8ClampedArray(rgba) }) };
}

self.addEventListener("message", ({ data }: MessageEvent<Asked>) => {
  answer(data).then(say, (failed: unknown) => say({ answer: "failed", why: String(failed) }));
});
