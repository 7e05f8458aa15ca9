/** The photo, once more before it counts: use it, or take it again. */

import { h } from "../dom";
import type { Model } from "../machine";
import { button, frame, heading, setBusy } from "../parts/frame";
import type { Draw } from "../view";
import { words } from "../words";

export const preview: Draw = (first, send) => {
  const photo = h("canvas", { class: "photo", role: "img", "aria-label": words.preview.photo });
  void show(photo, first);
  const submit = button("submit", "primary", words.preview.submit, () => send({ is: "submit" }));
  const retake = button("retake", "quiet", words.preview.retake, () => send({ is: "retake" }));
  const left = h("p", { class: "fine" });
  const update = ({ waiting, submitting, attemptsLeft }: Model): void => {
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
      h("div", { class: "actions two" }, left, retake, submit),
    ),
  );
  return { element, update };
};

/** The last frame before the challenge, drawn into the canvas; the page never makes an address for it. */
async function show(canvas: HTMLCanvasElement, { shot }: Model): Promise<void> {
  if (shot === null) return;
  const picture = await createImageBitmap(shot.photo);
  canvas.width = picture.width;
  canvas.height = picture.height;
  canvas.getContext("2d")?.drawImage(picture, 0, 0);
  picture.close();
}
