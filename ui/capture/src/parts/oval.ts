/** The oval of the face: the page's one motif, on the splash, around the camera and as a progress ring of the burst. */

import { s } from "../dom";

const EGG = "M150 8C233 8 292 84 292 184C292 296 228 392 150 392C72 392 8 296 8 184C8 84 67 8 150 8Z";
/** Far outside the view box: what is not the face is dimmed up to the edges of the stage. */
const AROUND = "M-4000 -4000H4300V4400H-4000Z";

export interface Oval {
  element: SVGElement;
  /** Fill the ring up to `share` (0..1). */
  fill(share: number): void;
}

/** The oval over the live picture, with a segment of the ring for each frame of the burst. */
export function oval(segments: number): Oval {
  const ring = s("path", { d: EGG, class: "oval-ring", pathLength: 1, "stroke-dasharray": "0 1" });
  const element = s(
    "svg",
    { viewBox: "0 0 300 400", class: "oval", "aria-hidden": "true" },
    s("path", { d: AROUND + EGG, class: "oval-shade", "fill-rule": "evenodd" }),
    s("path", { d: EGG, class: "oval-track", pathLength: segments, "stroke-dasharray": "0.86 0.14", "stroke-dashoffset": -0.07 }),
    ring,
  );
  return { element, fill: (share) => ring.setAttribute("stroke-dasharray", `${share} 1`) };
}

/** The mark beside the page's name. */
export const mark = (): SVGElement =>
  s(
    "svg",
    { viewBox: "-15 -15 330 430", class: "mark", "aria-hidden": "true" },
    s("path", { d: EGG }),
    s("path", { d: "M98 262c28 34 76 34 104 0" }),
  );

/** The picture of the splash: a face in its oval, drawn with a few lines. */
export function portrait(): SVGElement {
  return s(
    "svg",
    { viewBox: "-30 -20 360 440", class: "portrait", "aria-hidden": "true" },
    s("path", { d: EGG, class: "portrait-face" }),
    s("path", { d: EGG, class: "portrait-ring", pathLength: 12, "stroke-dasharray": "0.8 0.2", "stroke-dashoffset": -0.1 }),
    s("path", { d: "M96 168c10-11 30-11 40 0M164 168c10-11 30-11 40 0", class: "portrait-line" }),
    s("path", { d: "M150 178c-4 26-12 44-12 54 0 7 8 10 18 8", class: "portrait-line" }),
    s("path", { d: "M104 284c26 24 66 24 92 0", class: "portrait-line" }),
    s("path", { d: "M-18 92V22a30 30 0 0 1 30-30h52M236 -8h52a30 30 0 0 1 30 30v70M318 308v70a30 30 0 0 1-30 30h-52M64 408H12a30 30 0 0 1-30-30v-70", class: "portrait-corner" }),
  );
}
