/** The face mesh: 468 points of one face, from a crop that is turned upright by the eyes; and what is read off them. */

import type { Face } from "./detect";
import { square, type Picture, type Place } from "./picture";

export const SIDE = 192;
/** Whether the crop shows a face, as a logit's sigmoid; and x, y, z of the points in pixels of the crop. */
export const OUTPUTS = ["Identity_1", "Identity_2"] as const;
/** The crop is this many times the detector's box, and its middle so much higher, as in signals/face and signals/landmarks. */
const WIDTH = 1.74;
const RAISED = 0.1;
/** Points left and right in the image that mirror each other: corners of the eyes, edge of the face, cheeks, brows, jaw. */
const MIRRORED = [[33, 263], [133, 362], [234, 454], [127, 356], [172, 397], [116, 345], [205, 425], [70, 300], [58, 288], [54, 284]] as const;
const FOREHEAD = 10;
const CHIN = 152;

/** One face, in pixels of the picture and degrees. */
export interface Mesh {
  left: number;
  top: number;
  width: number;
  height: number;
  /** How sure the net is, 0..1. */
  score: number;
  /** Positive where the nose points to the right edge of the picture, which is not mirrored. */
  yaw: number;
  /** Positive where it points up; people who look into the camera lie at -10 to 0. */
  pitch: number;
}

export function placeOf(face: Face): Place {
  const [x, y, otherX, otherY] = face.eyes;
  const side = WIDTH * Math.max(face.width, face.height);
  return { x: face.x, y: face.y - RAISED * face.height, side, roll: Math.atan2(otherY - y, otherX - x) };
}

/** What the net sees: RGB 0..1. */
export const asInput = (picture: Picture, place: Place): Float32Array<ArrayBuffer> =>
  square(picture, place, SIDE).map((value) => value / 255);

export function meshIn(outputs: Record<string, Float32Array>, place: Place): Mesh {
  const points = outputs[OUTPUTS[1]]!;
  const { yaw, pitch } = pose(points);
  return { ...bounds(points, place), score: outputs[OUTPUTS[0]]![0]!, yaw, pitch };
}

/** The upright box around the points, back in the picture. */
function bounds(points: Float32Array, { x, y, side, roll }: Place): Pick<Mesh, "left" | "top" | "width" | "height"> {
  const scale = side / SIDE;
  const xs: number[] = [];
  const ys: number[] = [];
  for (let at = 0; at < points.length; at += 3) {
    const u = (points[at]! - SIDE / 2) * scale;
    const v = (points[at + 1]! - SIDE / 2) * scale;
    xs.push(x + u * Math.cos(roll) - v * Math.sin(roll));
    ys.push(y + u * Math.sin(roll) + v * Math.cos(roll));
  }
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return { left, top, width: Math.max(...xs) - left, height: Math.max(...ys) - top };
}

type Vector = readonly [number, number, number];

/** The face's own axes, as signals/landmarks/pose.py reads them, taken apart as turn and nod. */
function pose(points: Float32Array): { yaw: number; pitch: number } {
  const at = (point: number): Vector => [points[point * 3]!, points[point * 3 + 1]!, points[point * 3 + 2]!];
  const sum = MIRRORED.reduce<Vector>((all, [left, right]) => plus(all, minus(at(right), at(left))), [0, 0, 0]);
  const across = unit(sum);
  const height = minus(at(CHIN), at(FOREHEAD));
  const down = unit(minus(height, times(across, dot(height, across))));
  const back = across[0] * down[1] - across[1] * down[0];
  return { yaw: degrees(Math.asin(Math.max(-1, Math.min(1, across[2])))), pitch: -degrees(Math.atan2(down[2], back)) };
}

const plus = (one: Vector, other: Vector): Vector => [one[0] + other[0], one[1] + other[1], one[2] + other[2]];
const times = (vector: Vector, factor: number): Vector => [vector[0] * factor, vector[1] * factor, vector[2] * factor];
const minus = (one: Vector, other: Vector): Vector => plus(one, times(other, -1));
const dot = (one: Vector, other: Vector): number => one[0] * other[0] + one[1] * other[1] + one[2] * other[2];
const unit = (vector: Vector): Vector => times(vector, 1 / (Math.sqrt(dot(vector, vector)) || 1));
const degrees = (radians: number): number => (radians * 180) / Math.PI;
