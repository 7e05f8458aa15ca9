/** The weights of a TensorFlow.js graph model: one file, one array after another, as its manifest lists them. */

export interface WeightEntry {
  name: string;
  shape: number[];
  dtype: "float32" | "int32";
  quantization?: { dtype: "float16" };
}

export interface Weight {
  shape: number[];
  dtype: "float32" | "int32";
  values: Float32Array | Int32Array;
}

export function weightsIn(bytes: ArrayBuffer, manifest: readonly WeightEntry[]): Map<string, Weight> {
  const weights = new Map<string, Weight>();
  let from = 0;
  for (const { name, shape, dtype, quantization } of manifest) {
    const size = shape.reduce((product, extent) => product * extent, 1);
    const length = size * (quantization === undefined ? 4 : 2);
    const part = bytes.slice(from, from + length);
    if (part.byteLength < length) throw new RangeError(`weights end within ${name}`);
    weights.set(name, { shape, dtype, values: valuesOf(part, dtype, quantization !== undefined) });
    from += length;
  }
  return weights;
}

function valuesOf(part: ArrayBuffer, dtype: WeightEntry["dtype"], halved: boolean): Weight["values"] {
  if (halved) return Float32Array.from(new Uint16Array(part), fromHalf);
  return dtype === "int32" ? new Int32Array(part) : new Float32Array(part);
}

/** A float of 16 bits (IEEE 754 binary16). */
export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
