/** A curved arrow that points to the left; the style turns it around. */

import { s } from "../dom";

export const arrow = (): SVGElement =>
  s("svg", { viewBox: "0 0 120 64", class: "arrow" }, s("path", { d: "M112 46C92 14 46 8 14 36M14 36l2-22M14 36l22-2" }));
