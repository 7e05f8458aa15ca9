/** Which view draws the model. */

import type { Model, Screen } from "../machine";
import type { Draw } from "../view";
import { capture } from "./capture";
import { confirmation } from "./confirmation";
import { consent } from "./consent";
import { error } from "./error";
import { loading } from "./loading";
import { preview } from "./preview";
import { splash } from "./splash";
import { watching } from "./watching";

const DRAWN: Record<Screen, Draw> = { loading, splash, consent, capture, preview, confirmation, error };

export const drawn = (model: Model): Draw =>
  model.watching && model.screen === "splash" ? watching : DRAWN[model.screen];
