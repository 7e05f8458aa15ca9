/** One screen for everything that can go wrong: what happened, what to do, and a way on where there is one. */

import { announce } from "../announce";
import { h } from "../dom";
import type { FaultCode } from "../faults";
import { wholeLink } from "../link";
import { isCameraFault, type Trouble } from "../machine";
import { button, frame, heading } from "../parts/frame";
import { handoff } from "../parts/handoff";
import { icon, type IconName } from "../parts/icons";
import type { Draw, Send } from "../view";
import { words, type Advice } from "../words";

const ICONS: Partial<Record<FaultCode, IconName>> = {
  cameraPermissionDeclined: "noCamera",
  cameraNotFound: "noCamera",
  cameraInUse: "camera",
  interrupted: "phone",
  insecureContext: "lock",
  unsupportedBrowser: "browser",
  sessionUnknown: "link",
  sessionExpired: "clock",
  challengeExpired: "clock",
  sessionUsed: "check",
  sessionElsewhere: "browser",
  networkLost: "offline",
  busy: "clock",
};

export const error: Draw = (model, send) => {
  const trouble = model.trouble ?? { code: "unexpected", from: "loading", again: null, waitSeconds: null };
  const advice = words.faults[trouble.code];
  const status = h("p", { class: "live", role: "status" });
  const aside = isCameraFault(trouble.code) ? handoff(model) : null;
  const element = frame("error", null, account(trouble, advice, status), aside, ways(trouble, advice, send));
  element.dataset["error"] = trouble.code;
  element.classList.toggle("beside", aside !== null);
  const stop = comesBack(trouble, status, send);
  announce(`${advice.title}. ${advice.text}`);
  return { element, leave: stop };
};

function account(trouble: Trouble, advice: Advice, status: HTMLElement): HTMLElement {
  const steps = (advice.steps ?? []).map((step) => h("li", {}, step));
  return h(
    "main",
    { class: "body calm" },
    h("div", { class: "badge" }, icon(ICONS[trouble.code] ?? "alert")),
    heading(advice.title),
    h("p", { class: "lead" }, advice.text),
    steps.length > 0 && h("ol", { class: "plan" }, ...steps),
    status,
    h("p", { class: "fine code" }, words.error.code(trouble.code)),
  );
}

function ways({ code }: Trouble, advice: Advice, send: Send): HTMLElement | null {
  if (code === "unsupportedBrowser") return h("footer", { class: "actions" }, copyButton());
  if (advice.retry === undefined) return null;
  return h("footer", { class: "actions" }, button("retry", "primary", advice.retry, () => send({ is: "retry" })));
}

function copyButton(): HTMLButtonElement {
  const copy = button("copy", "primary", words.error.copy, () => {
    const link = wholeLink();
    if (!("clipboard" in navigator)) return byHand(copy, link);
    const done = (): void => void (copy.textContent = words.error.copied);
    navigator.clipboard.writeText(link).then(done, () => byHand(copy, link));
  });
  return copy;
}

/** A browser inside another app often lets no page copy: then the link is there to be copied by the person. */
function byHand(copy: HTMLButtonElement, link: string): void {
  const field = h("input", { class: "link", readonly: true, value: link, "aria-label": words.error.link });
  copy.replaceWith(h("p", { class: "fine" }, words.error.link), field);
  field.focus();
  field.select();
}

/** Two troubles end by themselves: a busy service after its time, a lost network when it is back. */
function comesBack(trouble: Trouble, status: HTMLElement, send: Send): () => void {
  if (trouble.code === "busy") return countDown(trouble.waitSeconds ?? 1, status, send);
  if (trouble.code !== "networkLost") return () => undefined;
  if (!navigator.onLine) status.textContent = words.error.waitingForNetwork;
  const retry = (): void => send({ is: "retry" });
  window.addEventListener("online", retry);
  return () => window.removeEventListener("online", retry);
}

function countDown(seconds: number, status: HTMLElement, send: Send): () => void {
  let left = Math.ceil(seconds);
  status.textContent = words.error.again(left);
  const clock = setInterval(() => {
    left -= 1;
    if (left > 0) status.textContent = words.error.again(left);
    else send({ is: "retry" });
  }, 1000);
  return () => clearInterval(clock);
}

