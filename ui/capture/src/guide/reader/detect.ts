/**
 * BlazeFace: boxes and eyes of all faces in a picture (Bazarevsky et al. 2019, arXiv 1907.05047). The net sees the whole
 * picture in a square of 256 pixels; each anchor of two grids offers one face relative to its own centre.
 */

import { square, type Picture } from "./picture";

export const SIDE = 256;
/** Cells along a side, anchors in each cell, and the net's outputs: scores as logits, and sixteen numbers of a face. */
const GRIDS = [
  { cells: 16, each: 2, score: "Identity", offer: "Identity_2" },
  { cells: 8, each: 6, score: "Identity_1", offer: "Identity_3" },
] as const;
export const OUTPUTS = GRIDS.flatMap(({ score, offer }) => [score, offer]);
const SCORE_MIN = 0.6;
/** Of the smaller box. A face that fills the picture is offered in several sizes, one inside another. */
const OVERLAP_MAX = 0.5;

/** In pixels of the picture. The box is a square from the brows to the chin, given by its centre. */
export interface Face {
  x: number;
  y: number;
  width: number;
  height: number;
  /** The eye on the picture's left, then the other. */
  eyes: readonly [number, number, number, number];
  score: number;
}

/** What the net sees: RGB -1..1, the picture at the top left. */
export function asInput(picture: Picture): Float32Array<ArrayBuffer> {
  const side = Math.max(picture.width, picture.height);
  return square(picture, { x: side / 2, y: side / 2, side, roll: 0 }, SIDE).map((value) => value / 127.5 - 1);
}

/** Faces in the net's outputs, the largest first. `scale`: pixels of the picture for one of the net's. */
export function facesIn(outputs: Record<string, Float32Array>, scale: number): Face[] {
  const offered = GRIDS.flatMap((grid) => candidates(outputs[grid.score]!, outputs[grid.offer]!, grid.cells, grid.each, scale));
  offered.sort((one, other) => other.score - one.score);
  const apart: Face[] = [];
  for (const face of offered) if (apart.every((better) => overlap(face, better) < OVERLAP_MAX)) apart.push(face);
  return apart.sort((one, other) => other.width * other.height - one.width * one.height);
}

function candidates(logits: Float32Array, offers: Float32Array, cells: number, each: number, scale: number): Face[] {
  const found: Face[] = [];
  const least = Math.log(SCORE_MIN / (1 - SCORE_MIN));
  for (let anchor = 0; anchor < logits.length; anchor++) {
    const logit = logits[anchor]!;
    if (logit < least) continue;
    const cell = Math.floor(anchor / each);
    const x = ((cell % cells) + 0.5) * (SIDE / cells);
    const y = (Math.floor(cell / cells) + 0.5) * (SIDE / cells);
    const at = (column: number, from: number): number => (offers[anchor * 16 + column]! + from) * scale;
    found.push({
      x: at(0, x),
      y: at(1, y),
      width: Math.max(1, at(2, 0)),
      height: Math.max(1, at(3, 0)),
      eyes: [at(4, x), at(5, y), at(6, x), at(7, y)],
      score: 1 / (1 + Math.exp(-logit)),
    });
  }
  return found;
}

/** The shared area over the smaller area. */
function overlap(one: Face, other: Face): number {
  const shared = (a: number, extentA: number, b: number, extentB: number): number =>
    Math.max(0, Math.min(a + extentA / 2, b + extentB / 2) - Math.max(a - extentA / 2, b - extentB / 2));
  const area = shared(one.x, one.width, other.x, other.width) * shared(one.y, one.height, other.y, other.height);
  return area / Math.min(one.width * one.height, other.width * other.height);
}
