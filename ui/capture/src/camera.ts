/** The front camera: opened only on the capture screen, after consent, and always given back. */

import { Fault, type FaultCode } from "./faults";

export const LONG_SIDE = 1280;
/** A camera that another program holds may be given to us and never send a picture. */
const FIRST_PICTURE_MS = 10_000;

/** The picture as the camera makes it: not cropped or scaled by the browser, where it can be asked not to. */
const VIDEO: MediaTrackConstraints & { resizeMode: ConstrainDOMString } = {
  facingMode: "user",
  width: { ideal: LONG_SIDE },
  height: { ideal: 960 },
  resizeMode: { ideal: "none" },
};

const REFUSALS: Record<string, FaultCode> = {
  NotAllowedError: "cameraPermissionDeclined",
  SecurityError: "cameraPermissionDeclined",
  NotFoundError: "cameraNotFound",
  OverconstrainedError: "cameraNotFound",
  NotReadableError: "cameraInUse",
  AbortError: "cameraInUse",
};

export class Camera {
  private constructor(private readonly stream: MediaStream) {}

  /** Ask for the camera; the browser prompts the person here and nowhere else. */
  static async open(): Promise<Camera> {
    try {
      return new Camera(await navigator.mediaDevices.getUserMedia({ audio: false, video: VIDEO }));
    } catch (refused) {
      throw new Fault(refused instanceof DOMException ? (REFUSALS[refused.name] ?? "unexpected") : "unexpected");
    }
  }

  /** Play into `video` and answer when the first picture is there. `lost` is called if the camera goes away. */
  async show(video: HTMLVideoElement, lost: () => void): Promise<void> {
    this.track().addEventListener("ended", lost);
    video.srcObject = this.stream;
    await within(FIRST_PICTURE_MS, video.play());
    if (video.videoWidth === 0) throw new Fault("cameraInUse");
  }

  track(): MediaStreamTrack {
    const [track] = this.stream.getVideoTracks();
    if (track === undefined) throw new Fault("cameraNotFound");
    return track;
  }

  stop(): void {
    for (const track of this.stream.getTracks()) track.stop();
  }
}

/** What is promised, or a camera that is in use where it takes too long. */
function within<Value>(limit: number, promised: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Fault("cameraInUse")), limit);
    promised.then(resolve, reject).finally(() => clearTimeout(late));
  });
}
