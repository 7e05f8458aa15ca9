/** The service refuses what is too long; a fact that a browser tells at length is cut, not lost. */

const LONGEST = 256;
const MOST = 32;

export const short = (text: string): string => text.slice(0, LONGEST);

export const shortList = (texts: readonly string[]): string[] => texts.slice(0, MOST).map(short);

/** The answer of `ask`, or undefined where it fails: a fact that cannot be had is left out. */
export function attempt<Answer>(ask: () => Answer): Answer | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}

/** The same for what takes time, and at most `limit` milliseconds of it. */
export async function attemptWithin<Answer>(limit: number, ask: () => Promise<Answer>): Promise<Answer | undefined> {
  const late = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), limit));
  return Promise.race([Promise.resolve().then(ask), late]).catch(() => undefined);
}
