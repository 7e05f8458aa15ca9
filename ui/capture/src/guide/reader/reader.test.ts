import { expect, test } from "vitest";
import { facesIn } from "./detect";
import { brightness, measured } from "./measure";
import { meshIn, placeOf, OUTPUTS } from "./mesh";
import { square, type Picture } from "./picture";
import { fromHalf, weightsIn } from "./weights";

/** A picture whose pixels are `colour` of their place. */
function picture(width: number, height: number, colour: (x: number, y: number) => readonly [number, number, number]): Picture {
  const rgba = new Uint8ClampedArray(width * height * 4);
  for (let at = 0; at < width * height; at++) rgba.set([...colour(at % width, Math.floor(at / width)), 255], at * 4);
  return { width, height, rgba };
}

test("a square of the picture's own size is the picture", () => {
  const given = picture(4, 4, (x, y) => [x * 10, y * 10, 7]);
  const cut = square(given, { x: 2, y: 2, side: 4, roll: 0 }, 4);
  expect([...cut.slice(0, 6)]).toEqual([0, 0, 7, 10, 0, 7]);
  expect([...cut.slice(-3)]).toEqual([30, 30, 7]);
});

test("shrinking takes the mean, and there is black beyond the picture", () => {
  const given = picture(4, 4, (x) => [x < 2 ? 100 : 200, 0, 0]);
  expect([...square(given, { x: 2, y: 2, side: 4, roll: 0 }, 2)].filter((_, at) => at % 3 === 0)).toEqual([100, 200, 100, 200]);
  expect([...square(given, { x: 4, y: 2, side: 4, roll: 0 }, 2)].filter((_, at) => at % 3 === 0)).toEqual([200, 0, 200, 0]);
});

test("a square turned by a quarter looks at the picture from the side", () => {
  const given = picture(4, 4, (x, y) => [x * 10, y * 10, 0]);
  const cut = square(given, { x: 2, y: 2, side: 4, roll: Math.PI / 2 }, 4);
  expect([...cut.slice(0, 2)].map(Math.round)).toEqual([30, 0]);
  expect([...cut.slice(9, 11)].map(Math.round)).toEqual([30, 30]);
});

test("anchors become faces in pixels of the picture, and the same face is offered once", () => {
  const outputs = {
    Identity: new Float32Array(512).fill(-9),
    Identity_2: new Float32Array(512 * 16),
    Identity_1: new Float32Array(384).fill(-9),
    Identity_3: new Float32Array(384 * 16),
  };
  const middle = (8 * 16 + 8) * 2;
  for (const anchor of [middle, middle + 1]) {
    outputs.Identity[anchor] = anchor === middle ? 4 : 3;
    outputs.Identity_2.set([-8, -8, 64, 64, -16, -16, 16, -16], anchor * 16);
  }
  const [face, ...others] = facesIn(outputs, 2.5);
  expect(others).toEqual([]);
  expect(face).toMatchObject({ x: (136 - 8) * 2.5, y: (136 - 8) * 2.5, width: 160, height: 160 });
  expect(face!.eyes).toEqual([300, 300, 380, 300]);
  expect(face!.score).toBeCloseTo(0.982, 3);
});

/** Points of a flat face, turned about the upright axis; z grows away from the camera. */
function turned(degrees: number): Float32Array {
  const points = new Float32Array(468 * 3);
  const angle = (degrees * Math.PI) / 180;
  const put = (point: number, x: number, y: number): void => points.set([96 + x * Math.cos(angle), 96 + y, x * Math.sin(angle)], point * 3);
  for (const left of [33, 133, 234, 127, 172, 116, 205, 70, 58, 54]) put(left, -40, -10);
  for (const right of [263, 362, 454, 356, 397, 345, 425, 300, 288, 284]) put(right, 40, -10);
  put(10, 0, -60);
  put(152, 0, 60);
  return points;
}

test.each([0, 20, -35])("a head turned by %i degrees", (degrees) => {
  const outputs = { [OUTPUTS[0]]: Float32Array.of(0.9), [OUTPUTS[1]]: turned(degrees) };
  const mesh = meshIn(outputs, placeOf({ x: 100, y: 100, width: 80, height: 80, eyes: [80, 90, 120, 90], score: 1 }));
  expect(mesh.yaw).toBeCloseTo(degrees, 3);
  expect(mesh.pitch).toBeCloseTo(0, 3);
  expect(mesh.score).toBeCloseTo(0.9);
});

test("light and sharpness", () => {
  const face = { x: 112, y: 112, width: 224, height: 224, eyes: [0, 0, 1, 0] as const, score: 1 };
  const grey = picture(224, 224, () => [128, 128, 128]);
  expect(measured(grey, face).light).toBeCloseTo(128 / 255);
  expect(measured(grey, face).sharpness).toBeCloseTo(0);
  const striped = picture(224, 224, (x) => (Math.floor(x / 4) % 2 ? [200, 200, 200] : [50, 50, 50]));
  expect(measured(striped, face).sharpness).toBeGreaterThan(1_000);
  expect(brightness(striped)).toBeCloseTo(125 / 255, 1);
});

test("floats of 16 bits", () => {
  expect([0x0000, 0x3c00, 0xc000, 0x3555, 0x0001, 0x7bff].map(fromHalf)).toEqual([0, 1, -2, 0.333251953125, 2 ** -24, 65504]);
});

test("weights in the order of their manifest, and none from beyond the file", () => {
  const bytes = new Uint8Array(12);
  new DataView(bytes.buffer).setFloat32(0, 1.5, true);
  new DataView(bytes.buffer).setInt32(4, 7, true);
  new DataView(bytes.buffer).setUint16(8, 0x3c00, true);
  const manifest = [
    { name: "a", shape: [1], dtype: "float32" },
    { name: "b", shape: [], dtype: "int32" },
    { name: "c", shape: [2], dtype: "float32", quantization: { dtype: "float16" } },
  ] as const;
  const weights = weightsIn(bytes.buffer, manifest as never);
  expect([...weights.values()].map(({ values }) => [...values])).toEqual([[1.5], [7], [1, 0]]);
  expect(() => weightsIn(bytes.buffer, [...manifest, { name: "d", shape: [1], dtype: "float32" }] as never)).toThrow("d");
});
