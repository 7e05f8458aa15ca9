import { expect, test } from "vitest";
import type { Reading } from "./reader/messages";
import { sightOf, type Box, type Scene, type Sight } from "./sight";
import { ovalInPicture } from "./target";

const TARGET: Box = { x: 0.25, y: 0.1, width: 0.5, height: 0.8 };
const SCENE: Scene = { target: TARGET, pixels: 640, at: 1_000 };
const FACE = { left: 220, top: 110, width: 200, height: 260, score: 1, yaw: 0, pitch: -5, light: 0.5, sharpness: 200 };

const reading = (face: Partial<typeof FACE> = {}, faces: number[] = [200]): Reading => ({
  width: 640,
  height: 480,
  faces,
  light: 0.5,
  face: { ...FACE, ...face },
  ms: 1,
});
const nobody: Reading = { width: 640, height: 480, faces: [], light: 0.5, face: null, ms: 1 };

/** Seen once before, in the same place. */
function seen(now: Reading, scene: Scene = SCENE): Sight {
  return sightOf(now, scene, sightOf(now, { ...scene, at: scene.at - 125 }, null));
}

test("a centred, near, sharp, lit and still face is good", () => {
  expect(seen(reading())).toMatchObject({ message: "good", faces: 1, centred: true, near: true, sharp: true, lit: true, still: true });
});

test.each([
  ["nobody", nobody],
  ["light", { ...nobody, light: 0.03 }],
  ["nobody", reading({ score: 0.2 })],
  ["alone", reading({}, [200, 90])],
  ["closer", reading({ width: 100, height: 130, left: 270, top: 175 })],
  ["back", reading({ width: 320, height: 400, left: 160, top: 40 })],
  ["centre", reading({ left: 30 })],
  ["centre", reading({ left: 410 })],
  ["centre", reading({ top: 0 })],
  ["light", reading({ light: 0.1 })],
  ["dim", reading({ light: 0.95 })],
  ["ahead", reading({ yaw: 24 })],
  ["ahead", reading({ yaw: -24 })],
  ["ahead", reading({ pitch: 40 })],
  ["still", reading({ sharpness: 8 })],
] as const)("%s", (message, now) => {
  expect(seen(now as Reading).message).toBe(message);
});

test("a small face in the background does not count", () => {
  expect(seen(reading({}, [200, 60]))).toMatchObject({ faces: 1, message: "good" });
});

test("a face that moves is told to hold still, and so is one that was not seen before", () => {
  const before = sightOf(reading({ left: 200 }), { ...SCENE, at: 900 }, null);
  expect(before.still).toBe(false);
  expect(sightOf(reading(), SCENE, before)).toMatchObject({ still: false, message: "still" });
  expect(sightOf(reading({ left: 202 }), SCENE, before)).toMatchObject({ still: true, message: "good" });
});

test("a face that fills the oval of a poor camera is still too small to be read", () => {
  expect(seen(reading(), { ...SCENE, pixels: 320 }).message).toBe("closer");
});

test("the turn keeps its sign and its size", () => {
  expect(seen(reading({ yaw: 24 })).yaw).toBe(24);
  expect(seen(nobody).yaw).toBeNull();
});

test("the oval of a covered, mirrored picture", () => {
  const oval = { x: 400, y: 100, width: 300, height: 400 };
  const whole = ovalInPicture({ x: 0, y: 0, width: 640, height: 480 }, oval, { width: 640, height: 480 });
  expect(whole.x).toBeCloseTo(1 - 692 / 640);
  expect(whole.width).toBeCloseTo(284 / 640);
  expect(whole.y).toBeCloseTo(108 / 480);
  const cut = ovalInPicture({ x: 0, y: 0, width: 320, height: 480 }, { ...oval, x: 10 }, { width: 640, height: 480 });
  expect(cut.width).toBeCloseTo(284 / 640);
  expect(cut.x).toBeCloseTo(1 - (160 + 18) / 640 - 284 / 640);
});
