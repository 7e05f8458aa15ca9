/** The start: the token out of the address, the screens into the page. */

import { App } from "./app";
import { createApi } from "./api";
import { wantsCalm, whatIsMissing } from "./browser";
import { Behavior } from "./evidence/behavior";
import { takeLink, wasWatching } from "./link";
import { words } from "./words";

document.documentElement.lang = words.language;

const place = document.getElementById("app");
const link = takeLink();

if (place !== null) {
  const app = new App(place, createApi(link?.token ?? ""), link?.handoff ?? null, new Behavior());
  app.send({
    is: "started",
    handoff: Boolean(link?.handoff),
    watching: wasWatching(),
    calm: wantsCalm(),
    missing: link === null ? "sessionUnknown" : whatIsMissing(),
  });
  window.addEventListener("pagehide", () => app.leave());
}

// A page brought back from the browser's memory has no camera any more, and another link may stand in the address.
window.addEventListener("pageshow", (event) => event.persisted && location.reload());
window.addEventListener("hashchange", () => location.reload());
