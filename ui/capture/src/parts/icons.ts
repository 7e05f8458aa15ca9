/** Line icons on a grid of 24, drawn in the text's colour and hidden from screen readers. */

import { s } from "../dom";

const PATHS = {
  check: "M5 12.5l4.5 4.5L19 7.5",
  camera: "M4 8.5h3.2l1.6-2.5h6.4l1.6 2.5H20a1 1 0 0 1 1 1V18a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V9.5a1 1 0 0 1 1-1ZM12 16.5a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4Z",
  noCamera: "M3 3l18 18M8.5 6.2L8.8 6h6.4l1.6 2.5H20a1 1 0 0 1 1 1v8M4 8.5h1M3.4 8.7A1 1 0 0 0 3 9.5V18a1 1 0 0 0 1 1h14.5M9.6 11.2a3.2 3.2 0 0 0 4.4 4.5",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 7.5V12l3 2",
  offline: "M3 3l18 18M5 12.5a10 10 0 0 1 4-2.3M2 9a15 15 0 0 1 4.5-2.9M22 9A15 15 0 0 0 11 5.1M19 12.5a10 10 0 0 0-3-2M8.5 16a5 5 0 0 1 7 0M12 19.5h.01",
  lock: "M6 11h12v9H6ZM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  link: "M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3a4 4 0 0 0 5.7 5.7l1-1",
  browser: "M3 5h18v14H3ZM3 9.5h18M6 7.3h.01M8.5 7.3h.01",
  phone: "M8 2.5h8a1 1 0 0 1 1 1v17a1 1 0 0 1-1 1H8a1 1 0 0 1-1-1v-17a1 1 0 0 1 1-1ZM11 18.5h2",
  light: "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4",
  alert: "M12 8v5M12 16.5h.01M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z",
  hand: "M7 11.5V6.2a1.4 1.4 0 0 1 2.8 0V11M9.8 10.5V4.4a1.4 1.4 0 0 1 2.8 0V10.5M12.6 10.5V5.6a1.4 1.4 0 0 1 2.8 0V12M15.4 11V8.4a1.4 1.4 0 0 1 2.8 0V14.5a6.5 6.5 0 0 1-6.5 6.5c-2.6 0-4-1.2-5.2-3.2L4 13.8a1.4 1.4 0 0 1 2.3-1.5L7.5 14",
} as const;

export type IconName = keyof typeof PATHS;

export function icon(name: IconName): SVGElement {
  return s("svg", { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true" }, s("path", { d: PATHS[name] }));
}
