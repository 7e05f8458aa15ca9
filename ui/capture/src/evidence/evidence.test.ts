/** What is signed can be checked by anybody who has the key, and counts are what they say. */

import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Take } from "../contract";
import { Behavior } from "./behavior";
import { attempt, attemptWithin, shortList } from "./bounds";
import { fromBase64Url, mac, sha256 } from "./digest";
import { signedFrames, signedSubmission } from "./envelope";
import type { CameraFacts } from "./camera";
import type { DeviceFacts } from "./device";

const KEY = "-_8AAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0";
const take: Take = {
  nonce: "nonce",
  key: KEY,
  expires_at: "2030-01-01T00:00:00Z",
  frames: 1,
  neutral: 1,
  interval_ms: 120,
  challenge: { kind: "none", steps: [], step_ms: 400 },
};

describe("digest and signature", () => {
  it("are those of Python's hashlib and hmac", async () => {
    expect(await sha256(new Uint8Array([1, 2, 250]))).toBe(
      "c74d78014ad0294b7e90fa13a4c62388a819ebf608c1e97aa358f39fbb19ea91",
    );
    expect(await mac(KEY, "Grüße 🙂")).toBe("3a9ed528bedf440be04c01279a5e1fece22b328d248c50b8ff21c393b579f29b");
    expect([...fromBase64Url(KEY)].slice(0, 4)).toEqual([251, 255, 0, 1]);
  });

  it("cover exactly the text that is sent", async () => {
    const camera = { label: "Kamera" } as CameraFacts;
    const frames = [{ jpeg: new Blob(), sha256: "ab", at: 0 }];
    expect(await signedFrames(take, frames, camera, [])).toEqual({
      envelope:
        '{"nonce":"nonce","frames":[{"sha256":"ab","t_ms":0}],"camera":{"label":"Kamera"},' +
        '"challenge":{"kind":"none","shown_ms":[]}}',
      mac: "dcf742001f4e6a71821e485f4a34525567675ad48466523bec5bd2a3a06364ac",
    });
    const behavior = { retakes: 1 } as ReturnType<Behavior["facts"]>;
    const submission = await signedSubmission(take, "d", {} as DeviceFacts, behavior);
    expect(JSON.parse(submission.envelope)).toEqual({ nonce: "nonce", digest: "d", device: {}, behavior: { retakes: 1 } });
  });
});

describe("facts", () => {
  it("that fail or take too long are left out", async () => {
    const fails = (): never => {
      throw new Error("no");
    };
    expect(attempt(fails)).toBeUndefined();
    expect(await attemptWithin(50, async () => fails())).toBeUndefined();
    expect(await attemptWithin(5, () => new Promise(() => undefined))).toBeUndefined();
    expect(await attemptWithin(50, async () => 3)).toBe(3);
  });

  it("are cut to what the service takes", () => {
    const cut = shortList(Array<string>(40).fill("x".repeat(300)));
    expect([cut.length, cut[0]?.length]).toEqual([32, 256]);
  });
});

describe("how the page was used", () => {
  let page: EventTarget & { document: EventTarget & { visibilityState: string } };
  let behavior: Behavior;
  beforeEach(() => {
    page = Object.assign(new EventTarget(), { document: Object.assign(new EventTarget(), { visibilityState: "visible" }) });
    behavior = new Behavior(page as unknown as Window);
    vi.restoreAllMocks();
  });

  it("tells events that a script made", () => {
    page.dispatchEvent(new Event("click"));
    page.dispatchEvent(new Event("keydown"));
    expect(behavior.facts()).toMatchObject({ events: 2, untrusted_events: 2, pointer: [] });
  });

  it("counts a person's events and what they are made with", () => {
    for (const [type, pointerType] of [["pointerdown", "touch"], ["pointerdown", "other"], ["keydown", undefined]] as const) {
      page.dispatchEvent(trusted(type, pointerType));
    }
    expect(behavior.facts()).toMatchObject({ events: 3, untrusted_events: 0, pointer: ["touch", "keyboard"] });
  });

  it("counts one loss of attention however often the browser tells it", () => {
    page.dispatchEvent(new Event("blur"));
    page.document.visibilityState = "hidden";
    page.document.dispatchEvent(new Event("visibilitychange"));
    page.document.visibilityState = "visible";
    page.document.dispatchEvent(new Event("visibilitychange"));
    page.dispatchEvent(new Event("focus"));
    expect(behavior.facts().focus_losses).toBe(1);
    page.dispatchEvent(new Event("blur"));
    expect(behavior.facts().focus_losses).toBe(2);
  });

  it("counts retakes", () => {
    behavior.retake();
    expect(behavior.facts().retakes).toBe(1);
  });
});

/** An event as a browser makes it for a person's hand; a program cannot make one. */
function trusted(type: string, pointerType?: string): Event {
  const event = new Event(type);
  const seen: Record<string | symbol, unknown> = { isTrusted: true, pointerType };
  return new Proxy(event, { get: (target, name) => (name in seen ? seen[name] : bound(target, name)) });
}

function bound(target: Event, name: string | symbol): unknown {
  const value: unknown = Reflect.get(target, name);
  return typeof value === "function" ? value.bind(target) : value;
}
