/** The camera, the oval and the shutter. The camera belongs to this screen: it goes when the screen goes. */

import { announce } from "../announce";
import { Camera } from "../camera";
import { notice, type Notice } from "../challenge/notice";
import type { Shot, Take } from "../contract";
import { h } from "../dom";
import { asFault } from "../faults";
import { afterConsent } from "../later";
import type { Guidance, Sight, Surroundings } from "../guide";
import type { Model } from "../machine";
import { frame } from "../parts/frame";
import { oval, type Oval } from "../parts/oval";
import type { Draw, Send } from "../view";
import { words } from "../words";

interface Stage {
  video: HTMLVideoElement;
  hint: HTMLElement;
  shutter: HTMLButtonElement;
  ring: Oval;
  notice: Notice | null;
}

/** Nothing is taken by itself while the flash's warning is new. */
const WARNING_MS = 4_000;
const FRESH_MS = 1_000;
/** Before a take starts again by itself. */
const PAUSE_MS = 2_500;

export const capture: Draw = (model, send) => {
  const stage = set(model, send);
  const element = screen(stage, model.more ? words.capture.more : words.capture.title);
  element.classList.toggle("asking", stage.notice !== null);
  const shooting = new Shooting(stage, element, send, model.late);
  stage.shutter.addEventListener("click", () => shooting.shoot());
  void shooting.start();
  const update = (now: Model): void => {
    stage.notice?.update(now);
    shooting.follow(now);
  };
  return { element, update, leave: () => shooting.end() };
};

/** From asking for the camera to the burst. After `end` nothing is sent any more. */
class Shooting {
  private camera: Camera | null = null;
  private guidance: Guidance | null = null;
  private over = false;
  private shot = false;
  private take: Take | null = null;
  private choice: Model["choice"] = null;
  private readyAt: number | null = null;
  /** The guide took it, not the person. */
  auto = false;
  /** What the guide saw last; null where there is no guide. It goes on to look during a head turn. */
  sight: Sight | null = null;

  constructor(
    private readonly stage: Stage,
    private readonly place: HTMLElement,
    private readonly send: Send,
    private readonly late: boolean,
  ) {}

  async start(): Promise<void> {
    try {
      const camera = await Camera.open();
      if (this.over) return camera.stop();
      this.camera = camera;
      void this.guide();
      this.stage.hint.textContent = words.capture.starting;
      await camera.show(this.stage.video, () => this.fail("cameraInUse"));
      this.ready();
    } catch (thrown) {
      this.fail(asFault(thrown).code);
    }
  }

  /** Ask for a take; `auto` where the guide asked for it and not the person. */
  shoot(auto = false): void {
    if (this.readyAt === null || this.over || this.shot) return;
    this.shot = true;
    this.auto = auto;
    this.guidance?.hush(false);
    this.stage.hint.textContent = words.capture.hold;
    this.stage.shutter.setAttribute("aria-disabled", "true");
    this.place.toggleAttribute("data-taking", true);
    announce(words.capture.hold);
    this.send({ is: "shutter" });
  }

  /** The service drew what to take: take it, once. */
  follow({ take, choice }: Model): void {
    if (this.choice !== choice) this.warn();
    this.choice = choice;
    if (take === null || take === this.take || this.camera === null) return;
    this.take = take;
    void this.run(take, this.camera);
  }

  private async run(take: Take, camera: Camera): Promise<void> {
    this.guidance?.hush(take.challenge.kind === "turn");
    document.addEventListener("visibilitychange", this.left);
    try {
      const shot = await this.shotOf(take, camera);
      if (this.over) return;
      announce(words.capture.doneAloud);
      this.send({ is: "shot", shot });
    } catch (thrown) {
      this.fail(asFault(thrown).code);
    } finally {
      document.removeEventListener("visibilitychange", this.left);
    }
  }

  /** What is asked while nobody sees the page cannot be answered: such a take would speak against the person. */
  private readonly left = (): void => {
    if (document.hidden) this.fail("interrupted");
  };

  private async shotOf(take: Take, camera: Camera): Promise<Shot> {
    const { shotOf } = await afterConsent();
    const { video, ring, hint } = this.stage;
    const live = { video, track: camera.track(), auto: this.auto };
    const say = (text: string): void => void (hint.textContent = text);
    const stage = video.parentElement ?? this.place;
    const scene = { place: this.place, stage, fill: ring.fill, say, yaw: () => this.yaw() };
    return shotOf(take, live, scene);
  }

  /** Where the head points now; what was seen a while ago says nothing of it. */
  private yaw(): number | null {
    return this.sight !== null && performance.now() - this.sight.at < FRESH_MS ? this.sight.yaw : null;
  }

  end(): void {
    this.over = true;
    this.guidance?.stop();
    this.camera?.stop();
    this.stage.video.srcObject = null;
  }

  private ready(): void {
    if (this.over) return;
    this.readyAt = performance.now();
    const alone = this.stage.hint.dataset.guide === "off";
    this.stage.hint.textContent = alone ? words.guide.manual : words.capture.ready;
    this.stage.shutter.setAttribute("aria-disabled", "false");
    this.stage.video.toggleAttribute("data-ready", true);
    this.stage.shutter.focus({ preventScroll: true });
    announce(words.capture.readyAloud);
    this.warn();
    if (this.late) this.again();
  }

  /** Leave time to read what will be shown. */
  private warn(): void {
    if (this.stage.notice !== null) this.guidance?.wait(performance.now() + WARNING_MS);
  }

  /** The last take came too late: another one, without a press. */
  private again(): void {
    this.stage.hint.textContent = words.capture.late;
    announce(words.capture.late);
    setTimeout(() => this.shoot(), PAUSE_MS);
  }

  /** Guidance comes when it comes; without it the person takes the selfie alone. */
  private async guide(): Promise<void> {
    try {
      const { startGuidance } = await import("../guide");
      const guidance = await startGuidance(this.surroundings());
      if (this.over) return guidance.stop();
      this.guidance = guidance;
      this.warn();
      this.stage.hint.dataset.guide = "on";
      if (this.shot) guidance.hush(false);
    } catch {
      this.alone();
    }
  }

  private surroundings(): Surroundings {
    const { video, ring, hint, shutter } = this.stage;
    return {
      video,
      hint,
      shutter,
      oval: ring.element,
      fill: (share) => ring.fill(share),
      take: () => this.shoot(true),
      seen: (sight) => (this.sight = sight),
      lost: () => this.alone(),
      readyAt: () => this.readyAt,
    };
  }

  /** There is no guide, or none any more. */
  private alone(): void {
    this.sight = null;
    this.stage.hint.dataset.guide = "off";
    if (this.over || this.shot) return;
    this.stage.ring.fill(0);
    if (this.readyAt !== null) this.stage.hint.textContent = words.guide.manual;
  }

  private fail(code: ReturnType<typeof asFault>["code"]): void {
    if (!this.over) this.send({ is: "failed", code, effect: null });
  }
}

function set(model: Model, send: Send): Stage {
  const label = { "aria-label": words.capture.view };
  const video = h("video", { class: "live-view", playsinline: true, muted: true, disablepictureinpicture: true, ...label });
  video.muted = true;
  const shutter = h("button", {
    type: "button",
    class: "shutter",
    "data-action": "capture",
    "aria-label": words.capture.button,
    "aria-disabled": "true",
  });
  const hint = h("p", { class: "hint" }, words.capture.asking);
  const ring = oval(model.opened?.capture.frames ?? 1);
  return { video, hint, shutter, ring, notice: notice(model, send, true) };
}

function screen({ video, hint, shutter, ring, notice }: Stage, title: string): HTMLElement {
  const tips = words.capture.tips.map((tip) => h("li", {}, tip));
  return frame(
    "capture",
    "capture",
    h("main", { class: "stage" }, video, ring.element),
    h(
      "footer",
      { class: "side" },
      h("h1", { class: "title", tabindex: -1 }, title),
      hint,
      h("ul", { class: "tips" }, ...tips),
      notice?.element ?? null,
      h("div", { class: "trigger" }, shutter),
    ),
  );
}
