/** What this device and browser are. They can raise a risk, never lower one; what fails is left out. */

import { attempt, attemptWithin, short, shortList } from "./bounds";

export interface DeviceFacts {
  webdriver: boolean;
  bot?: boolean | null;
  bot_kind?: string | null;
  platform: string;
  languages: string[];
  timezone?: string;
  screen: { width: number; height: number; ratio: number; depth: number };
  cores?: number;
  memory?: number | null;
  touch_points: number;
  renderer?: string | null;
  vendor?: string | null;
  fingerprint?: string;
}

/** Libraries run in their own time, beside the camera; a submission never waits longer for them. */
const PATIENCE_MS = 8_000;

/** Everything, libraries included: call it after consent. */
export async function deviceFacts(): Promise<DeviceFacts> {
  const [bot, fingerprint] = await Promise.all([
    attemptWithin(PATIENCE_MS, botFacts),
    attemptWithin(PATIENCE_MS, fingerprintFacts),
  ]);
  return { ...browserFacts(), ...(attempt(graphics) ?? {}), ...bot, ...fingerprint };
}

function browserFacts(): DeviceFacts {
  const timezone = attempt(() => Intl.DateTimeFormat().resolvedOptions().timeZone);
  return {
    webdriver: navigator.webdriver === true,
    platform: short(navigator.platform),
    languages: shortList(navigator.languages),
    screen: { width: screen.width, height: screen.height, ratio: devicePixelRatio, depth: screen.colorDepth },
    touch_points: navigator.maxTouchPoints,
    memory: "deviceMemory" in navigator ? Number(navigator.deviceMemory) : null,
    ...(timezone ? { timezone: short(timezone) } : {}),
    ...(navigator.hardwareConcurrency ? { cores: navigator.hardwareConcurrency } : {}),
  };
}

/** The graphics card as WebGL names it; null where the browser does not say. */
function graphics(): Pick<DeviceFacts, "renderer" | "vendor"> {
  const pen = document.createElement("canvas").getContext("webgl");
  if (pen === null) return { renderer: null, vendor: null };
  const unmasked = pen.getExtension("WEBGL_debug_renderer_info");
  const named = (name: number): string => short(String(pen.getParameter(name)));
  const told = {
    renderer: named(unmasked?.UNMASKED_RENDERER_WEBGL ?? pen.RENDERER),
    vendor: named(unmasked?.UNMASKED_VENDOR_WEBGL ?? pen.VENDOR),
  };
  pen.getExtension("WEBGL_lose_context")?.loseContext();
  return told;
}

async function botFacts(): Promise<Pick<DeviceFacts, "bot" | "bot_kind">> {
  const { load } = await import("@fingerprintjs/botd");
  const found = (await load({ monitoring: false })).detect();
  return { bot: found.bot, bot_kind: found.bot ? short(found.botKind) : null };
}

async function fingerprintFacts(): Promise<Pick<DeviceFacts, "fingerprint">> {
  const { getThumbmark } = await import("@thumbmarkjs/thumbmarkjs");
  const { thumbmark } = await getThumbmark({ logging: false, exclude: ["webrtc"] });
  return /^[0-9a-f]+$/.test(thumbmark) ? { fingerprint: short(thumbmark) } : {};
}
