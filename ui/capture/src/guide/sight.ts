/** What the camera sees of the person, held against the oval: judged from one reading and the one before it. */

import type { Reading } from "./reader/messages";

/** Shares of the camera's picture, which is not mirrored. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** One thing to tell the person. */
export type Hint =
  | "nobody"
  | "alone"
  | "closer"
  | "back"
  | "centre"
  | "light"
  | "dim"
  | "ahead"
  | "still"
  | "good";

export interface Sight {
  /** When the picture was taken, on the page's clock. */
  at: number;
  /** Faces that count, as signals/face counts them. */
  faces: number;
  centred: boolean;
  near: boolean;
  sharp: boolean;
  lit: boolean;
  still: boolean;
  /** Degrees, positive where the nose points to the right edge of the picture; null where no face is read. */
  yaw: number | null;
  box: Box | null;
  message: Hint;
}

/** The face's height over the oval's. The mesh ends at the hairline, the oval leaves room around it. */
const NEAR = { least: 0.5, most: 0.98 };
/** How far the middles may lie apart, over the oval's width and height. */
const OFF = { x: 0.22, y: 0.2 };
/** A background face counts from this share of the largest one's height on (signals/face/provider.py). */
const COUNTED = 0.35;
/** Within the strictest shipped bounds of policies/selfie_quality.yaml, with some room. */
const LIGHT = { least: 0.2, most: 0.8 };
const SHARP = 35;
const YAW_MAX = 15;
const PITCH = { least: -27, most: 17 };
/** A face this narrow in the camera's own picture has its eyes too close together to be read. */
const PIXELS_MIN = 110;
/** Below it the picture is black rather than empty. */
const DARK = 0.08;
const SURE = 0.5;
/** Face widths a second. */
const STILL_MAX = 0.35;

export interface Scene {
  /** The oval. */
  target: Box;
  /** The width of the camera's picture in its own pixels. */
  pixels: number;
  /** When the picture was taken. */
  at: number;
}

export function sightOf(reading: Reading, { target, pixels, at }: Scene, before: Sight | null): Sight {
  const { face } = reading;
  const faces = reading.faces.filter((height) => height >= COUNTED * (reading.faces[0] ?? 0)).length;
  if (face === null || face.score < SURE) {
    const dark = reading.light < DARK;
    const none = { centred: false, near: false, sharp: false, still: false, yaw: null, box: null };
    return { ...none, at, faces: face === null ? 0 : faces, lit: !dark, message: dark ? "light" : "nobody" };
  }
  const box = {
    x: face.left / reading.width,
    y: face.top / reading.height,
    width: face.width / reading.width,
    height: face.height / reading.height,
  };
  const size = box.height / target.height;
  const far = size < NEAR.least || box.width * pixels < PIXELS_MIN;
  const near = !far && size <= NEAR.most;
  const centred = isCentred(box, target);
  const lit = face.light >= LIGHT.least && face.light <= LIGHT.most;
  const sharp = face.sharpness >= SHARP;
  const still = before?.box != null && speed(before.box, box, at - before.at) <= STILL_MAX;
  const straight = Math.abs(face.yaw) <= YAW_MAX && face.pitch >= PITCH.least && face.pitch <= PITCH.most;
  const message = firstOf([
    ["alone", faces > 1],
    ["closer", far],
    ["centre", !centred],
    ["back", !near],
    ["light", face.light < LIGHT.least],
    ["dim", face.light > LIGHT.most],
    ["ahead", !straight],
    ["still", !sharp || !still],
  ]);
  return { at, faces, centred, near, sharp, lit, still, yaw: face.yaw, box, message };
}

const firstOf = (reasons: readonly (readonly [Hint, boolean])[]): Hint => reasons.find(([, holds]) => holds)?.[0] ?? "good";

const middle = ({ x, y, width, height }: Box): readonly [number, number] => [x + width / 2, y + height / 2];

function isCentred(box: Box, target: Box): boolean {
  const [x, y] = middle(box);
  const [wantedX, wantedY] = middle(target);
  return Math.abs(x - wantedX) <= OFF.x * target.width && Math.abs(y - wantedY) <= OFF.y * target.height;
}

/** How fast the face moves or grows, in its own widths a second. */
function speed(before: Box, now: Box, elapsed: number): number {
  const [x, y] = middle(now);
  const [fromX, fromY] = middle(before);
  const moved = Math.hypot((x - fromX) / now.width, (y - fromY) / now.height, (now.width - before.width) / now.width);
  return moved / (Math.max(1, elapsed) / 1000);
}
