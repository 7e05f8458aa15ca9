/** Before the service has answered. */

import { h } from "../dom";
import type { Draw } from "../view";
import { words } from "../words";

export const loading: Draw = ({ opened }) => {
  const said = opened === null ? words.loading : words.loadingAgain;
  return { element: h("div", { class: "screen loading", role: "status" }, h("span", { class: "spinner" }), said) };
};
