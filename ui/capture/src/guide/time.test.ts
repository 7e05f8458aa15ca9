import { expect, test } from "vitest";
import { Countdown, GOOD_MS } from "./countdown";
import type { Hint } from "./sight";
import { LASTS_MS, SHOWN_MS, Steady } from "./steady";

/** What is shown at each of these moments. */
const shown = (hints: readonly (readonly [number, Hint])[]): Hint[] => {
  const steady = new Steady();
  return hints.map(([now, hint]) => steady.see(hint, now));
};

test("the first hint shows at once", () => {
  expect(shown([[0, "closer"]])).toEqual(["closer"]);
});

test("a hint stays long enough to be read", () => {
  const every: [number, Hint][] = Array.from({ length: 20 }, (_, at) => [at * 125, at === 0 ? "closer" : "back"]);
  const first = shown(every).indexOf("back");
  expect(first * 125).toBeGreaterThanOrEqual(SHOWN_MS);
  expect(first * 125).toBeLessThan(SHOWN_MS + LASTS_MS);
});

test("what flickers is never told", () => {
  const flicker: [number, Hint][] = Array.from({ length: 40 }, (_, at) => [at * 125, at % 2 ? "good" : "still"]);
  expect(new Set(shown(flicker))).toEqual(new Set(["still"]));
});

test("on a slow machine the second sight of the same is enough", () => {
  expect(shown([[0, "closer"], [900, "good"], [1_800, "good"]])).toEqual(["closer", "closer", "good"]);
});

/** The share after each reading of a good face, `every` milliseconds apart from `from` on. */
function counted(countdown: Countdown, from: number, every: number, readings: number): number[] {
  return Array.from({ length: readings }, (_, at) => countdown.see(true, from + at * every));
}

test("it fires after a second and a half of good readings", () => {
  const shares = counted(new Countdown(), 1_000, 125, 14);
  expect(shares.indexOf(1) * 125).toBe(GOOD_MS);
  expect(shares).toEqual([...shares].sort((one, other) => one - other));
});

test("one bad reading starts it anew", () => {
  const countdown = new Countdown();
  counted(countdown, 0, 125, 12);
  expect(countdown.see(false, 1_450)).toBe(0);
  expect(countdown.see(true, 1_550)).toBeLessThan(0.3);
});

test("it never fires before it may", () => {
  const countdown = new Countdown();
  countdown.wait(4_000);
  const shares = counted(countdown, 0, 125, 40);
  expect(shares.indexOf(1) * 125).toBe(4_000);
  expect(Math.min(...shares)).toBe(0);
});

test("a later wait takes back what was counted", () => {
  const countdown = new Countdown();
  counted(countdown, 0, 125, 10);
  countdown.wait(6_000);
  expect(countdown.see(true, 1_500)).toBe(0);
  expect(counted(countdown, 1_625, 125, 36).indexOf(1) * 125 + 1_625).toBe(6_000);
});

test("two far readings prove nothing of the time between", () => {
  const countdown = new Countdown();
  countdown.see(true, 0);
  expect(countdown.see(true, 5_000)).toBe(0);
  expect(Math.max(...counted(new Countdown(), 0, 800, 3))).toBeLessThan(1);
});
