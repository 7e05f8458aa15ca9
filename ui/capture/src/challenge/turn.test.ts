/** A head turn: when the page goes on, and which pictures it sends. */

import { describe, expect, it } from "vitest";
import { Following } from "./following";
import { sharesOf, spread, type Candidate } from "./spread";

const step = (start: number, reached: number[]): Candidate[] =>
  reached.map((degrees, at) => ({ picture: { time: start + 250 * at, jpeg: Promise.resolve(new Blob()) }, reached: degrees }));

describe("a head follows", () => {
  it.each([
    ["left", [0, 10, 25, 31, 12, 8], ["going", "going", "away", "coming", "coming", "done"]],
    ["right", [0, -12, -25, -9], ["going", "going", "away", "done"]],
    ["left", [0, -25, -30, 0], ["going", "going", "going", "going"]],
    ["right", [0, null, -27, null, -5], ["going", "going", "away", "coming", "done"]],
    ["left", [24, 9, 24], ["going", "going", "going"]],
  ] as const)("to the %s with %j", (direction, yaws, wanted) => {
    const following = new Following(direction);
    expect(yaws.map((yaw) => following.see(yaw))).toEqual(wanted);
    expect(following.done()).toBe(wanted.at(-1) === "done");
  });
});

describe("the pictures of a turn", () => {
  it("are as many as asked, in the order of their times, from every step", () => {
    const steps = [step(0, Array(16).fill(0)), step(4_000, Array(5).fill(0)), step(6_000, Array(16).fill(0))];
    const times = spread(steps, 16).map(({ time }) => time);
    expect(times).toHaveLength(16);
    expect(times).toEqual([...new Set(times)].sort((one, other) => one - other));
    expect(times.filter((time) => time >= 4_000 && time < 6_000)).toHaveLength(5);
  });

  it("have the widest turn of each step, and the last picture of all", () => {
    const steps = [step(0, [0, 5, 12, 26, 11, 4, 0, 0, 0]), step(4_000, [0, 3, 22, 14, 2, 0, 0, 0, 0])];
    const times = spread(steps, 6).map(({ time }) => time);
    expect(times).toContain(750);
    expect(times).toContain(4_500);
    expect(times.at(-1)).toBe(6_000);
  });

  it.each([
    [[16, 16, 16], 16, 16],
    [[1, 2, 20], 16, 16],
    [[4, 4, 8], 16, 16],
    [[1, 1, 1], 16, 3],
  ])("%j give %i: %i", (lengths, count, wanted) => {
    const shares = sharesOf(lengths, count);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBe(wanted);
    expect(shares.every((share, at) => share <= (lengths[at] ?? 0))).toBe(true);
  });
});
