/** Light and sharpness of a face, measured much as signals/quality/provider.py does, so that a threshold means the same. */

import type { Face } from "./detect";
import { square, type Picture } from "./picture";

const SIDE = 112;

export interface Quality {
  /** Mean grey level, 0 is black and 1 is white. */
  light: number;
  /** Variance of the Laplacian in grey levels², over the face at 112×112. */
  sharpness: number;
}

/** Every so many pixels are enough for the brightness of a whole picture. */
const STRIDE = 7;

export function brightness({ rgba }: Picture): number {
  let sum = 0;
  let count = 0;
  for (let at = 0; at < rgba.length; at += 4 * STRIDE, count++) sum += grey(rgba[at]!, rgba[at + 1]!, rgba[at + 2]!);
  return sum / count / 255;
}

export function measured(picture: Picture, face: Face): Quality {
  const rgb = square(picture, { x: face.x, y: face.y, side: Math.max(face.width, face.height), roll: 0 }, SIDE);
  const levels = new Float32Array(SIDE * SIDE);
  for (let at = 0; at < levels.length; at++) levels[at] = grey(rgb[at * 3]!, rgb[at * 3 + 1]!, rgb[at * 3 + 2]!);
  return { light: mean(levels) / 255, sharpness: variance(edges(levels)) };
}

function edges(levels: Float32Array): Float32Array {
  const inner = SIDE - 2;
  const found = new Float32Array(inner * inner);
  for (let row = 0; row < inner; row++) {
    for (let column = 0; column < inner; column++) {
      const at = (row + 1) * SIDE + column + 1;
      const around = levels[at - 1]! + levels[at + 1]! + levels[at - SIDE]! + levels[at + SIDE]!;
      found[row * inner + column] = around - 4 * levels[at]!;
    }
  }
  return found;
}

const grey = (red: number, green: number, blue: number): number => 0.299 * red + 0.587 * green + 0.114 * blue;

const mean = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function variance(values: Float32Array): number {
  const middle = mean(values);
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / values.length;
}
