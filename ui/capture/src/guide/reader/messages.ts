/** What the page and the reader say to each other. */

import type { Programs } from "./kernels";
import type { Quality } from "./measure";
import type { Mesh } from "./mesh";

/** Addresses of everything that the reader loads, all of this page's own origin. */
export interface Sources {
  programs: Programs;
  detector: { graph: string; weights: string };
  mesh: { graph: string; weights: string };
}

export type Asked =
  | { ask: "load"; sources: Sources }
  | { ask: "read"; width: number; height: number; rgba: ArrayBuffer };

/** What one picture shows, in pixels of that picture. */
export interface Reading {
  width: number;
  height: number;
  /** Heights of all faces, the largest first. */
  faces: readonly number[];
  /** Mean grey level of the whole picture, 0..1. */
  light: number;
  /** Of the largest face; null where there is none. */
  face: (Mesh & Quality) | null;
  /** What reading took, in milliseconds. */
  ms: number;
}

export type Answered = { answer: "loaded"; ms: number } | { answer: "read"; reading: Reading } | { answer: "failed"; why: string };
