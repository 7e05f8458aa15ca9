/** Binds the machine to the page: events in, effects out, one screen at a time. */

import type { Api } from "./api";
import type { Submission } from "./contract";
import type { Behavior } from "./evidence/behavior";
import type { DeviceFacts } from "./evidence/device";
import { asFault } from "./faults";
import { afterConsent } from "./later";
import { keepWatching } from "./link";
import { follows, START, step, type Effect, type Event, type Model } from "./machine";
import { drawn } from "./screens";
import type { Draw, View } from "./view";
import { words } from "./words";

const FOLLOW_MS = 2_000;

export class App {
  private model: Model = START;
  private draw: Draw | null = null;
  private trouble: Model["trouble"] = null;
  private view: View | null = null;
  private following: ReturnType<typeof setInterval> | null = null;
  /** Uploads wait for one another, so that the newest frames are the last to arrive. */
  private uploads: Promise<unknown> = Promise.resolve();
  /** Asked for once, after consent. */
  private device: Promise<DeviceFacts> | null = null;

  constructor(
    private readonly place: HTMLElement,
    private readonly api: Api,
    private readonly handoff: string | null,
    private readonly behavior: Behavior,
  ) {}

  readonly send = (event: Event): void => {
    const [model, ...effects] = step(this.model, event);
    this.model = model;
    this.show();
    this.follow();
    if (model.screen === "capture") void this.facts().catch(() => null);
    if (event.is === "retake" && model.screen === "capture") this.behavior.retake();
    for (const effect of effects) void this.carryOut(effect);
  };

  /** The page goes away: give the camera back at once. */
  leave(): void {
    this.view?.leave?.();
  }

  private show(): void {
    const draw = drawn(this.model);
    if (draw === this.draw && this.trouble === this.model.trouble) return this.view?.update?.(this.model);
    this.view?.leave?.();
    this.draw = draw;
    this.trouble = this.model.trouble;
    this.view = draw(this.model, this.send);
    this.place.replaceChildren(this.view.element);
    this.introduce(this.view.element);
  }

  /** A new screen starts at its heading, for eyes, keyboard and screen reader alike. */
  private introduce(element: HTMLElement): void {
    const heading = element.querySelector("h1");
    document.title = heading?.textContent ? words.page(heading.textContent) : words.brand;
    window.scrollTo(0, 0);
    heading?.focus({ preventScroll: true });
  }

  private async carryOut(effect: Effect): Promise<void> {
    try {
      this.send(await this.answered(effect));
    } catch (thrown) {
      const { code, waitSeconds } = asFault(thrown);
      this.send({ is: "failed", code, effect, ...(waitSeconds === undefined ? {} : { waitSeconds }) });
    }
  }

  private async answered(effect: Effect): Promise<Event> {
    switch (effect.do) {
      case "look":
        return { is: "looked", standing: await this.api.state() };
      case "open":
        return { is: "opened", opened: await this.api.open(this.model.handoff ? this.handoff : null) };
      case "consent":
        return { is: "consented", standing: await this.api.consent(effect.version) };
      case "decline":
        return { is: "declined", standing: await this.api.decline() };
      case "draw":
        return { is: "drawn", drawn: await this.api.challenge(effect.choice) };
      case "deliver":
        return this.delivered(effect.shot);
      case "remember":
        return { is: "remembered", done: await this.remembered(effect.nonce) };
      case "seal":
        return { is: "sealed", submission: await this.sealed(effect) };
      case "submit":
        return { is: "submitted", standing: await this.api.submit(effect.submission) };
    }
  }

  private async delivered(shot: Extract<Effect, { do: "deliver" }>["shot"]): Promise<Event> {
    const upload = this.uploads.catch(() => null).then(() => this.api.frames(shot));
    this.uploads = upload;
    return { is: "delivered", shot, delivered: await upload };
  }

  private async remembered(nonce: string): Promise<boolean> {
    const { askPasskey } = await afterConsent();
    const { passkey } = await this.api.passkeyOptions(nonce);
    const answer = await this.api.passkey(nonce, await askPasskey(passkey));
    return answer.passkey === "registered" || answer.passkey === "verified";
  }

  private async sealed({ take, digest }: Extract<Effect, { do: "seal" }>): Promise<Submission> {
    const device = await this.facts();
    const { signedSubmission } = await afterConsent();
    return { digest, ...(await signedSubmission(take, digest, device, this.behavior.facts())) };
  }

  private facts(): Promise<DeviceFacts> {
    return (this.device ??= afterConsent()
      .then(({ deviceFacts }) => deviceFacts())
      .catch((failed: unknown) => {
        this.device = null;
        throw failed;
      }));
  }

  /** While a phone may take over, or has, ask how the session stands; a failed question is asked again. */
  private follow(): void {
    if (this.model.watching) keepWatching();
    const should = follows(this.model);
    if (should && this.following === null) this.following = setInterval(() => void this.ask(), FOLLOW_MS);
    if (!should && this.following !== null) {
      clearInterval(this.following);
      this.following = null;
    }
  }

  private async ask(): Promise<void> {
    const standing = await this.api.state().catch(() => null);
    if (standing !== null && follows(this.model)) this.send({ is: "followed", standing });
  }
}
