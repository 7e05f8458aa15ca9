/** What a screen is: an element, a way to follow the model while it stays, and a way to let go of what it holds. */

import type { Event, Model } from "./machine";

export type Send = (event: Event) => void;

export interface View {
  element: HTMLElement;
  /** The model changed while this screen stays. */
  update?(model: Model): void;
  /** The screen goes away, or the page does. */
  leave?(): void;
}

export type Draw = (model: Model, send: Send) => View;
