/** The part of the program that comes after consent. */

import { Fault } from "./faults";

type Consented = typeof import("./consented");

let coming: Promise<Consented> | null = null;

/** Fetched once; where that fails the network is lost, and the next call tries again. */
export function afterConsent(): Promise<Consented> {
  return (coming ??= import("./consented").catch(() => {
    coming = null;
    throw new Fault("networkLost");
  }));
}
