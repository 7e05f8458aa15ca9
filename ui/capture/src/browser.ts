/** What this browser is and can do. */

import type { FaultCode } from "./faults";

/** Why no selfie can be taken here, known without asking for anything; null where one can. */
export function whatIsMissing(): FaultCode | null {
  if (!window.isSecureContext) return "insecureContext";
  const able =
    "mediaDevices" in navigator &&
    "toBlob" in HTMLCanvasElement.prototype &&
    "createImageBitmap" in window &&
    "subtle" in crypto;
  return able ? null : "unsupportedBrowser";
}

/** A computer with a mouse and room beside the page: there a phone is the better camera. */
export const isDesktop = (): boolean => matchMedia("(pointer: fine) and (min-width: 720px)").matches;

/** Whether this browser has passkeys at all. */
export const hasPasskeys = (): boolean => "PublicKeyCredential" in window && "credentials" in navigator;

/** The person asked their device for less motion. */
export const wantsCalm = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;
