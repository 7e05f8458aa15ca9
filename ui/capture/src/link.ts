/** The session's token: read from the URL's fragment, taken out of the address bar, kept for a reload of this tab. */

const TOKEN = "selfie.token";
const WATCHING = "selfie.watching";
/** A token, and after a mark the code of a hand-off. Anything else is no link of ours. */
const FRAGMENT = /^([\w.-]+)(?:~([\w.-]+))?$/;

export interface Link {
  token: string;
  /** The code that moves the session to this browser, where the link came from a hand-off. Used once, so not kept. */
  handoff: string | null;
}

/** As this page was opened, for another browser that may have to go on with it. */
let fragmentGiven: string | null = null;

/** The link that this page was opened with; null where the address has none, or a broken one, and the tab has none. */
export function takeLink(): Link | null {
  const fragment = location.hash.slice(1);
  if (fragment === "") return kept();
  history.replaceState(null, "", location.pathname + location.search);
  const [, token, handoff = null] = FRAGMENT.exec(fragment) ?? [];
  if (token === undefined) return null;
  if (token !== sessionStorage.getItem(TOKEN)) sessionStorage.removeItem(WATCHING);
  sessionStorage.setItem(TOKEN, token);
  fragmentGiven = fragment;
  return { token, handoff };
}

/** Whether this tab handed its session to a phone and only watches. */
export const wasWatching = (): boolean => sessionStorage.getItem(WATCHING) !== null;

export const keepWatching = (): void => sessionStorage.setItem(WATCHING, "1");

/** The whole link again, to open it in another browser. */
export const wholeLink = (): string =>
  `${location.origin}${location.pathname}#${fragmentGiven ?? kept()?.token ?? ""}`;

function kept(): Link | null {
  const token = sessionStorage.getItem(TOKEN);
  return token ? { token, handoff: null } : null;
}
