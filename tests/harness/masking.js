// Hide the harness's own tells: what a canvas, a file and an automated browser say of themselves.
(() => {
  const LABEL = "Integrated Camera (04f2:b6be)";
  const DEVICE = "f3c1a7d09e5b4c26a8f1e0d9b7c6a5f4e3d2c1b0a9f8e7d6c5b4a3f2e1d0c9b8";
  const CARD = ["Google Inc. (Intel)", "ANGLE (Intel, Mesa Intel(R) UHD Graphics 620 (KBL GT2), OpenGL 4.6)"];
  const UNMASKED = [37445, 37446];
  const SETTINGS = { deviceId: DEVICE, facingMode: "user", frameRate: 30, resizeMode: "none" };
  const SIZES = { width: { min: 1, max: 1920 }, height: { min: 1, max: 1080 }, frameRate: { min: 1, max: 30 } };
  const disguised = new WeakMap();

  replace(Function.prototype, "toString", (former) => function toString() {
    return disguised.has(this) ? `function ${disguised.get(this)}() { [native code] }` : former.call(this);
  });
  answer(Navigator.prototype, "webdriver", () => false);

  replace(MediaDevices.prototype, "getUserMedia", (former) => async function getUserMedia(...wishes) {
    const stream = await former.apply(this, wishes);
    for (const track of stream.getVideoTracks()) Object.setPrototypeOf(track, MediaStreamTrack.prototype);
    return stream;
  });
  replace(MediaDevices.prototype, "enumerateDevices", (former) => async function enumerateDevices() {
    const others = (await former.call(this)).filter((device) => device.kind !== "videoinput");
    const camera = { deviceId: DEVICE, groupId: DEVICE.slice(32), kind: "videoinput", label: LABEL };
    return [...others, Object.assign(Object.create(InputDeviceInfo.prototype, own(camera)), {})];
  });
  answer(MediaStreamTrack.prototype, "label", () => LABEL);
  replace(MediaStreamTrack.prototype, "getSettings", (former) => function getSettings() {
    const { width, height } = former.call(this);
    return { ...SETTINGS, width, height, aspectRatio: width / height };
  });
  replace(MediaStreamTrack.prototype, "getCapabilities", () => function getCapabilities() {
    return { deviceId: DEVICE, facingMode: ["user"], resizeMode: ["none", "crop-and-scale"], ...SIZES };
  });
  replace(HTMLVideoElement.prototype, "requestVideoFrameCallback", (former) => function requestVideoFrameCallback(call) {
    return former.call(this, (now, told) => call(now, { ...told, captureTime: told.captureTime ?? now - 40 }));
  });
  if ("VideoFrame" in window) answer(VideoFrame.prototype, "format", () => "I420");
  for (const kind of [window.WebGLRenderingContext, window.WebGL2RenderingContext]) {
    if (kind === undefined) continue;
    replace(kind.prototype, "getParameter", (former) => function getParameter(name) {
      const at = UNMASKED.indexOf(name);
      return at < 0 ? former.call(this, name) : CARD[at];
    });
  }

  function replace(place, name, made) {
    const like = Object.getOwnPropertyDescriptor(place, name);
    if (like === undefined) return;
    const fresh = made(like.value);
    disguised.set(fresh, name);
    Object.defineProperty(place, name, { ...like, value: fresh });
  }

  function answer(place, name, get) {
    disguised.set(get, `get ${name}`);
    Object.defineProperty(place, name, { configurable: true, enumerable: true, get });
  }

  function own(values) {
    return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, { value, enumerable: true }]));
  }
})();
