/** The photo, once more before it counts: use it, or take it again. */

import { h } from "../dom";
import { hasPasskeys } from "../browser";
import type { Model } from "../machine";
import { button, frame, heading, setBusy } from "../parts/frame";
import type { Draw, Send } from "../view";
import { words } from "../words";

export const preview: Draw = (first, send) => {
  const photo = h("canvas", { class: "photo", role: "img", "aria-label": words.preview.photo });
  void show(photo, first);
  const submit = button("submit", "primary", words.preview.submit, () => send({ is: "submit" }));
  const retake = button("retake", "quiet", words.preview.retake, () => send({ is: "retake" }));
  const left = h("p", { class: "fine" });
  const remember = remembering(send);
  const update = (model: Model): void => {
    const { waiting, submitting, attemptsLeft } = model;
    remember.update(model);
    setBusy(submit, waiting && submitting, waiting && submitting ? words.preview.sending : words.preview.submit);
    retake.setAttribute("aria-disabled", String(waiting));
    retake.hidden = attemptsLeft === 0;
    left.textContent = words.preview.left(attemptsLeft);
  };
  update(first);
  const checks = words.preview.checks.map((check) => h("li", {}, check));
  const element = frame(
    "preview",
    "capture",
    h("main", { class: "stage" }, photo),
    h(
      "footer",
      { class: "side" },
      heading(words.preview.title),
      h("ul", { class: "tips questions" }, ...checks),
      remember.element,
      h("div", { class: "actions two" }, left, retake, submit),
    ),
  );
  return { element, update };
};

/** The offer to know this device again by a passkey; nobody has to take it. */
function remembering(send: Send): { element: HTMLElement; update(model: Model): void } {
  const press = button("remember", "quiet", words.preview.remember.offered, () => send({ is: "remember" }));
  const note = h("p", { class: "fine", "aria-live": "polite" });
  const element = h("div", { class: "remember", hidden: true }, press, note);
  const update = ({ remembering: now, waiting }: Model): void => {
    element.hidden = now === null || !hasPasskeys();
    if (now === null) return;
    setBusy(press, now === "asking", words.preview.remember[now]);
    if (now === "done" || waiting) press.setAttribute("aria-disabled", "true");
    press.dataset["remembered"] = now;
    note.textContent = words.preview.rememberNote[now];
  };
  return { element, update };
}

/** The last frame before the challenge, drawn into the canvas; the page never makes an address for it. */
async function show(canvas: HTMLCanvasElement, { shot }: Model): Promise<void> {
  if (shot === null) return;
  const picture = await createImageBitmap(shot.photo);
  canvas.width = picture.width;
  canvas.height = picture.height;
  canvas.getContext("2d")?.drawImage(picture, 0, 0);
  picture.close();
}
