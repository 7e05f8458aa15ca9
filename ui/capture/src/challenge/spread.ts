/** Which of many pictures to send: as many as are asked, from every step, and with them the widest turn of each. */

import type { Picture } from "../burst";

/** A picture, and how far the head pointed to the asked side in it: degrees, 0 where that cannot be told. */
export interface Candidate {
  picture: Picture;
  reached: number;
}

/** `count` pictures in the order of their times, at least as many candidates given. */
export function spread(steps: Candidate[][], count: number): Picture[] {
  const shares = sharesOf(steps.map((step) => step.length), count);
  return steps.flatMap((step, at) => chosen(step, shares[at] ?? 0));
}

/** How many of each step: evenly, and what a short step cannot give is given by the longer ones. */
export function sharesOf(lengths: number[], count: number): number[] {
  const shares = lengths.map(() => 0);
  for (let given = 0; given < count; given += 1) {
    const open = lengths.map((_, at) => at).filter((at) => (shares[at] ?? 0) < (lengths[at] ?? 0));
    const next = open.reduce<number | null>((best, at) => (best === null || (shares[at] ?? 0) <= (shares[best] ?? 0) ? at : best), null);
    if (next === null) return shares;
    shares[next] = (shares[next] ?? 0) + 1;
  }
  return shares;
}

/** Evenly from the first to the last; the widest turn takes the place of the one nearest to it, never the last's. */
function chosen(step: Candidate[], share: number): Picture[] {
  if (share === 0) return [];
  const last = step.length - 1;
  const even = Array.from({ length: share }, (_, at) => Math.round(((at + 1) * step.length) / share) - 1);
  const widest = step.reduce((best, { reached }, at) => (reached > (step[best]?.reached ?? 0) ? at : best), 0);
  if ((step[widest]?.reached ?? 0) > 0 && !even.includes(widest) && share > 1) {
    const inner = even.slice(0, -1);
    const nearest = inner.reduce((best, index) => (Math.abs(index - widest) < Math.abs(best - widest) ? index : best), inner[0] ?? last);
    even[even.indexOf(nearest)] = widest;
    even.sort((one, other) => one - other);
  }
  return even.flatMap((at) => step[at]?.picture ?? []);
}
