/**
 * Takes the place of the backend's program for threads of its own, which the page's policy forbids and `kernels.ts` turns
 * off: a third of the worker's size.
 */

export default function never(): never {
  throw new Error("this page runs without threads");
}

export const wasmWorkerContents = "";
