/** On a desktop: a QR code with which the session moves to a phone. */

import { encode } from "uqr";
import { h, s } from "../dom";
import { isDesktop } from "../browser";
import { canHandOff, type Model } from "../machine";
import { words } from "../words";

/** The invitation with its code; null on a phone, or where the service offers none. */
export function handoff(model: Model): HTMLElement | null {
  const url = model.opened?.handoff_url;
  if (!url || !canHandOff(model) || !isDesktop()) return null;
  return h(
    "aside",
    { class: "handoff", "aria-label": words.handoff.title },
    qrCode(url),
    h("h2", {}, words.handoff.title),
    h("p", {}, words.handoff.text),
    h("p", { class: "live" }, words.handoff.follow),
  );
}

/** A QR code as one path, black on white in both colour schemes, with the quiet zone that scanners need. */
function qrCode(text: string): SVGElement {
  const { data, size } = encode(text, { ecc: "L", border: 3 });
  const dots = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : "")));
  return s(
    "svg",
    { viewBox: `0 0 ${size} ${size}`, class: "qr", role: "img", "aria-label": words.handoff.code, "shape-rendering": "crispEdges" },
    s("path", { d: dots.join("") }),
  );
}
