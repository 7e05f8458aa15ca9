/** Where the oval on the screen lies in the camera's picture. */

import type { Box } from "./sight";

/** The egg within the oval's own frame (parts/oval.ts): its line's middle runs so far inside. */
const INSET = { x: 8 / 300, y: 8 / 400 };

type Size = Pick<Box, "width" | "height">;

/**
 * Shares of the picture, for a picture that covers its place and is shown mirrored.
 *
 * All in CSS pixels but `picture`, the camera's size, in its own.
 */
export function ovalInPicture(place: Box, oval: Box, picture: Size): Box {
  const scale = Math.max(place.width / picture.width, place.height / picture.height) || 1;
  const [width, height] = [picture.width * scale, picture.height * scale];
  const left = oval.x + oval.width * INSET.x - (place.x + (place.width - width) / 2);
  const top = oval.y + oval.height * INSET.y - (place.y + (place.height - height) / 2);
  const egg = { width: (oval.width * (1 - 2 * INSET.x)) / width, height: (oval.height * (1 - 2 * INSET.y)) / height };
  return { x: 1 - left / width - egg.width, y: top / height, ...egg };
}

/** The same for what is on the screen now. */
export function targetIn(video: HTMLVideoElement, oval: Element): Box {
  const picture = { width: video.videoWidth, height: video.videoHeight };
  return ovalInPicture(video.getBoundingClientRect(), oval.getBoundingClientRect(), picture);
}
