/** One burst with its challenge, signed with the take's own key. */

import { Film } from "../burst";
import type { Shot, Take } from "../contract";
import { cameraFacts } from "../evidence/camera";
import { signedFrames } from "../evidence/envelope";
import type { Scene } from "./scene";
import { taken } from "./take";

export interface Live {
  video: HTMLVideoElement;
  track: MediaStreamTrack;
  /** The guide took it, not the person. */
  auto: boolean;
}

export async function shotOf(take: Take, { video, track, auto }: Live, scene: Omit<Scene, "film">): Promise<Shot> {
  const film = new Film(video);
  const { frames, photo, shownMs } = await taken(take, { ...scene, film });
  const camera = await cameraFacts(track, video, { captureTime: film.captureTime, auto });
  const signed = await signedFrames(take, frames, camera, shownMs);
  return { take, signed, photo, frames: frames.map(({ jpeg }) => jpeg) };
}
