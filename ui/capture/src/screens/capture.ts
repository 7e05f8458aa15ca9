/** The camera, the oval and the shutter. The camera belongs to this screen: it goes when the screen goes. */

import { announce } from "../announce";
import { takeBurst } from "../burst";
import { Camera } from "../camera";
import type { CapturePlan } from "../contract";
import { h } from "../dom";
import { asFault } from "../faults";
import type { Guidance, Sight, Surroundings } from "../guide";
import { frame } from "../parts/frame";
import { oval, type Oval } from "../parts/oval";
import type { Draw, Send } from "../view";
import { words } from "../words";

interface Stage {
  video: HTMLVideoElement;
  hint: HTMLElement;
  shutter: HTMLButtonElement;
  ring: Oval;
  plan: CapturePlan;
}

export const capture: Draw = (model, send) => {
  const plan = model.opened?.capture ?? { frames: 1, interval_ms: 0, max_bytes: 0, attempts_left: 1 };
  const stage = set(plan);
  const shooting = new Shooting(stage, send);
  stage.shutter.addEventListener("click", () => void shooting.shoot());
  void shooting.start();
  return { element: screen(stage), leave: () => shooting.end() };
};

/** From asking for the camera to the burst. After `end` nothing is sent any more. */
class Shooting {
  private camera: Camera | null = null;
  private guidance: Guidance | null = null;
  private over = false;
  private shot = false;
  private readyAt: number | null = null;
  /** The guide took it, not the person. */
  auto = false;
  /** What the guide saw last; null where there is no guide. It goes on to look during a head turn. */
  sight: Sight | null = null;

  constructor(
    private readonly stage: Stage,
    private readonly send: Send,
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

  /** Take the burst; `auto` where the guide asked for it and not the person. */
  async shoot(auto = false): Promise<void> {
    if (this.readyAt === null || this.camera === null || this.shot) return;
    this.shot = true;
    this.auto = auto;
    this.guidance?.hush(false);
    const { video, ring, plan, hint, shutter } = this.stage;
    hint.textContent = words.capture.hold;
    shutter.setAttribute("aria-disabled", "true");
    announce(words.capture.hold);
    try {
      const frames = await takeBurst(video, plan, (count) => ring.fill(count / plan.frames));
      const camera = this.camera.facts();
      if (this.over) return;
      announce(words.capture.doneAloud);
      this.send({ is: "shot", shot: { frames, camera } });
    } catch (thrown) {
      this.fail(asFault(thrown).code);
    }
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
  }

  /** Guidance comes when it comes; without it the person takes the selfie alone. */
  private async guide(): Promise<void> {
    try {
      const { startGuidance } = await import("../guide");
      const guidance = await startGuidance(this.surroundings());
      if (this.over) return guidance.stop();
      this.guidance = guidance;
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
      take: () => void this.shoot(true),
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

function set(plan: CapturePlan): Stage {
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
  return { video, hint, shutter, ring: oval(plan.frames), plan };
}

function screen({ video, hint, shutter, ring }: Stage): HTMLElement {
  const tips = words.capture.tips.map((tip) => h("li", {}, tip));
  return frame(
    "capture",
    "capture",
    h("main", { class: "stage" }, video, ring.element),
    h(
      "footer",
      { class: "side" },
      h("h1", { class: "title", tabindex: -1 }, words.capture.title),
      hint,
      h("ul", { class: "tips" }, ...tips),
      shutter,
    ),
  );
}
