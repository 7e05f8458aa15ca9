/** Pixels of a picture, and squares cut out of it for a net to look at. */

/** RGBA, row by row. */
export interface Picture {
  width: number;
  height: number;
  rgba: Uint8ClampedArray;
}

/** A square of `side` pixels around a point, turned clockwise by `roll` radians. */
export interface Place {
  x: number;
  y: number;
  side: number;
  roll: number;
}

/**
 * The square as `size`×`size` RGB values 0..255, black beyond the picture. Where it is shrunk, each value is the mean of
 * evenly spread pixels; where it is enlarged, it is interpolated.
 */
export function square(picture: Picture, place: Place, size: number): Float32Array<ArrayBuffer> {
  const cut = new Float32Array(size * size * 3);
  const each = Math.max(1, Math.round(place.side / size));
  const read = each > 1 ? nearest : between;
  const step = place.side / size / each;
  const right = Math.cos(place.roll) * step;
  const down = Math.sin(place.roll) * step;
  const middle = (size * each - 1) / 2;
  for (let v = 0; v < size * each; v++) {
    for (let u = 0; u < size * each; u++) {
      const x = place.x + (u - middle) * right - (v - middle) * down;
      const y = place.y + (u - middle) * down + (v - middle) * right;
      read(picture, x, y, cut, (Math.floor(v / each) * size + Math.floor(u / each)) * 3);
    }
  }
  return each > 1 ? cut.map((sum) => sum / (each * each)) : cut;
}

/** Add the pixel that covers a point of the picture, whose own corner is 0, 0. */
function nearest({ width, height, rgba }: Picture, x: number, y: number, into: Float32Array, at: number): void {
  if (x < 0 || y < 0 || x >= width || y >= height) return;
  const from = (Math.floor(y) * width + Math.floor(x)) * 4;
  for (let channel = 0; channel < 3; channel++) into[at + channel]! += rgba[from + channel]!;
}

/** Add the four pixels around a point, by their nearness. */
function between(picture: Picture, x: number, y: number, into: Float32Array, at: number): void {
  const left = Math.floor(x - 0.5);
  const top = Math.floor(y - 0.5);
  for (const [column, across] of [[left, 1 - (x - 0.5 - left)], [left + 1, x - 0.5 - left]] as const) {
    for (const [row, along] of [[top, 1 - (y - 0.5 - top)], [top + 1, y - 0.5 - top]] as const) {
      if (column < 0 || row < 0 || column >= picture.width || row >= picture.height) continue;
      const from = (row * picture.width + column) * 4;
      for (let channel = 0; channel < 3; channel++) into[at + channel]! += picture.rgba[from + channel]! * across * along;
    }
  }
}
