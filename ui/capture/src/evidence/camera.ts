/** What the browser says of its camera, and tells of one that is none. The service believes none of it. */

import { attempt, short, shortList } from "./bounds";

export interface CameraFacts {
  label: string;
  /** Whether the camera in use is among those that the browser lists. */
  listed?: boolean;
  devices?: string[];
  facing: string | null;
  width: number;
  height: number;
  settings: Record<string, number | string>;
  capabilities: Capabilities | null;
  /** What the track is in truth: of a camera, or of a canvas. */
  track: string;
  /** Whether the functions between camera and JPEG are the browser's own. */
  native: boolean;
  capture_time?: boolean;
  pixel_format?: string | null;
  auto: boolean;
}

interface Capabilities {
  width_max?: number;
  height_max?: number;
  frameRate_max?: number;
  facingMode?: string[];
}

/** What a burst shows besides its pictures. */
export interface Observed {
  /** Whether the browser told when the camera took a picture; undefined where it could not be asked. */
  captureTime: boolean | undefined;
  auto: boolean;
}

const SETTINGS = ["width", "height", "frameRate", "aspectRatio", "facingMode", "resizeMode"];

export async function cameraFacts(
  track: MediaStreamTrack,
  video: HTMLVideoElement,
  { captureTime, auto }: Observed,
): Promise<CameraFacts> {
  const devices = await Promise.resolve().then(() => navigator.mediaDevices.enumerateDevices()).catch(() => null);
  return {
    label: short(track.label),
    ...among(track, devices),
    facing: track.getSettings().facingMode ?? null,
    width: video.videoWidth,
    height: video.videoHeight,
    settings: settings(track),
    capabilities: attempt(() => capabilities(track)) ?? null,
    track: short(attempt(() => track.constructor.name) ?? ""),
    native: attempt(isNative) ?? false,
    ...(captureTime === undefined ? {} : { capture_time: captureTime }),
    ...pixelFormat(video),
    auto,
  };
}

function among(track: MediaStreamTrack, devices: MediaDeviceInfo[] | null): Pick<CameraFacts, "listed" | "devices"> {
  if (devices === null) return {};
  const { deviceId } = track.getSettings();
  const cameras = devices.filter(({ kind }) => kind === "videoinput");
  const listed = cameras.some((camera) => camera.deviceId === deviceId || (track.label !== "" && camera.label === track.label));
  return { listed, devices: shortList(cameras.map(({ label }) => label)) };
}

function settings(track: MediaStreamTrack): Record<string, number | string> {
  const told = Object.entries(track.getSettings() as Record<string, unknown>);
  const kept = told.filter(([name, value]) => SETTINGS.includes(name) && isPlain(value));
  return Object.fromEntries(kept.map(([name, value]) => [name, typeof value === "string" ? short(value) : Number(value)]));
}

const isPlain = (value: unknown): boolean =>
  typeof value === "string" || (typeof value === "number" && value >= 0 && value < Infinity);

/** Null where the browser has no such question. */
function capabilities(track: MediaStreamTrack): Capabilities | null {
  if (!("getCapabilities" in track)) return null;
  const { width, height, frameRate, facingMode } = track.getCapabilities();
  return {
    ...(width?.max === undefined ? {} : { width_max: width.max }),
    ...(height?.max === undefined ? {} : { height_max: height.max }),
    ...(frameRate?.max === undefined ? {} : { frameRate_max: frameRate.max }),
    ...(facingMode === undefined ? {} : { facingMode: shortList(facingMode) }),
  };
}

/** Functions that were replaced say their source, or hang on the very object. */
function isNative(): boolean {
  const places: [object, string][] = [
    [navigator.mediaDevices, "getUserMedia"],
    [navigator.mediaDevices, "enumerateDevices"],
    [CanvasRenderingContext2D.prototype, "drawImage"],
    [HTMLCanvasElement.prototype, "toBlob"],
  ];
  const own = places.slice(0, 2).some(([place, name]) => Object.hasOwn(place, name));
  return !own && places.every(([place, name]) => saysNative(Reflect.get(place, name)));
}

const saysNative = (value: unknown): boolean =>
  typeof value === "function" && Function.prototype.toString.call(value).includes("[native code]");

/** How the pictures lie in memory: a camera's are seldom what a canvas gives. */
function pixelFormat(video: HTMLVideoElement): Pick<CameraFacts, "pixel_format"> {
  if (!("VideoFrame" in window)) return {};
  return attempt(() => {
    const frame = new VideoFrame(video);
    const { format } = frame;
    frame.close();
    return { pixel_format: format };
  }) ?? {};
}
