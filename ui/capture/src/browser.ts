/** What this browser is and can do. */

import type { FaultCode } from "./faults";

export interface BrowserFacts {
  webdriver: boolean;
  platform: string;
  languages: string[];
  screen: { width: number; height: number; ratio: number; depth: number };
  timezone: string;
}

/** Facts that go with the submission. They can raise a risk, never lower one. */
export function browserFacts(): BrowserFacts {
  return {
    webdriver: navigator.webdriver === true,
    platform: navigator.platform,
    languages: [...navigator.languages],
    screen: { width: screen.width, height: screen.height, ratio: devicePixelRatio, depth: screen.colorDepth },
    timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  };
}

/** Why no selfie can be taken here, known without asking for anything; null where one can. */
export function whatIsMissing(): FaultCode | null {
  if (!window.isSecureContext) return "insecureContext";
  const able = "mediaDevices" in navigator && "toBlob" in HTMLCanvasElement.prototype && "createImageBitmap" in window;
  return able ? null : "unsupportedBrowser";
}

/** A computer with a mouse and room beside the page: there a phone is the better camera. */
export const isDesktop = (): boolean => matchMedia("(pointer: fine) and (min-width: 720px)").matches;
