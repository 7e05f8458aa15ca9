/** The capture session's routes. Each call answers with its type or throws a `Fault`. */

import type { Asking, Choice, Delivered, Drawn, Opened, Remembered, Shot, Standing, Submission } from "./contract";
import { Fault, faultCode } from "./faults";

const BRIEF_MS = 20_000;
const LONG_MS = 90_000;
const LONGEST_WAIT_SECONDS = 60;
const USUAL_WAIT_SECONDS = 3;

export interface Api {
  state(): Promise<Standing>;
  open(handoff: string | null): Promise<Opened>;
  consent(version: string): Promise<Standing>;
  challenge(choice: Choice | null): Promise<Drawn>;
  frames(shot: Shot): Promise<Delivered>;
  submit(submission: Submission): Promise<Standing>;
  passkeyOptions(nonce: string): Promise<Asking>;
  passkey(nonce: string, credential: object): Promise<Remembered>;
  decline(): Promise<Standing>;
}

export function createApi(token: string): Api {
  const ask = <Answer>(verb: string, body?: object, limit = BRIEF_MS): Promise<Answer> =>
    request<Answer>(token, verb, body, limit);
  return {
    state: () => ask("state"),
    open: (handoff) => ask("open", handoff === null ? {} : { handoff }),
    consent: (version) => ask("consent", { version, agreed: true }),
    challenge: (choice) => ask("challenge", { choice }),
    frames: async (shot) => ask("frames", await frameBody(shot), LONG_MS),
    submit: (submission) => ask("submit", submission, LONG_MS),
    passkeyOptions: (nonce) => ask("passkey/options", { nonce }),
    passkey: (nonce, credential) => ask("passkey", { nonce, credential }),
    decline: () => ask("decline", {}),
  };
}

async function request<Answer>(token: string, verb: string, body: object | undefined, limit: number): Promise<Answer> {
  const answer = await sent(token, verb, body, limit);
  if (!answer.ok) throw await refusal(answer);
  return (await readJson(answer)) as Answer;
}

async function sent(token: string, verb: string, body: object | undefined, limit: number): Promise<Response> {
  const headers: Record<string, string> = { Authorization: `Bearer ${token}`, Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const address = new URL(`../api/capture/sessions/${verb}`, document.baseURI);
  try {
    return await fetch(address, {
      method: body === undefined ? "GET" : "POST",
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      cache: "no-store",
      credentials: "same-origin",
      signal: timeLimit(limit),
    });
  } catch {
    throw new Fault("networkLost");
  }
}

/** The problem's code as a fault; too many requests, whoever makes them, wait as long as the server says. */
async function refusal(answer: Response): Promise<Fault> {
  if (answer.status === 503 || answer.status === 429) return new Fault("busy", retryAfter(answer));
  const problem: unknown = await readJson(answer).catch(() => null);
  return new Fault(faultCode(problem !== null && typeof problem === "object" && "code" in problem ? problem.code : null));
}

/** A body cut off on its way is a lost network, not an answer. */
async function readJson(answer: Response): Promise<unknown> {
  try {
    return await answer.json();
  } catch {
    throw new Fault(answer.ok ? "networkLost" : "unexpected");
  }
}

function retryAfter(answer: Response): number {
  const seconds = Number(answer.headers.get("Retry-After"));
  return seconds > 0 ? Math.min(seconds, LONGEST_WAIT_SECONDS) : USUAL_WAIT_SECONDS;
}

function timeLimit(milliseconds: number): AbortSignal {
  const abort = new AbortController();
  setTimeout(() => abort.abort(), milliseconds);
  return abort.signal;
}

async function frameBody({ signed, frames }: Shot): Promise<object> {
  return { ...signed, frames: await Promise.all(frames.map(base64)) };
}

function base64(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ""));
    reader.onerror = () => reject(new Fault("unexpected"));
    reader.readAsDataURL(blob);
  });
}
