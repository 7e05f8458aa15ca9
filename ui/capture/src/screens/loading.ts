/** Before the service has answered. */

import { h } from "../dom";
import type { Draw } from "../view";
import { words } from "../words";

export const loading: Draw = () => ({
  element: h("div", { class: "screen loading", role: "status" }, h("span", { class: "spinner" }), words.loading),
});
