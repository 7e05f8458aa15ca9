// Put a canvas stream in place of the camera: a film or a swaying portrait, with a sensor's noise, lit by the page.
(() => {
  const { film, face, follows, ratio, background, sway, noise, fps } = __CONFIG__;
  const RATE = 30;
  const GAMMA = 2.2;
  const DARK = [0, 0, 0];
  const pictures = Promise.all(film.map(decoded));
  const grain = Float32Array.from({ length: 1 << 16 }, () => noise * gaussian());

  MediaDevices.prototype.getUserMedia = async function getUserMedia() {
    const frames = await pictures;
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [frames[0].width, frames[0].height];
    const paint = painter(canvas, frames);
    paint(0);
    const stream = canvas.captureStream(RATE);
    const began = performance.now();
    const clock = setInterval(() => {
      if (stream.getTracks().every((track) => track.readyState === "ended")) clearInterval(clock);
      else paint((performance.now() - began) / 1000);
    }, 1000 / RATE);
    return stream;
  };

  async function decoded(text) {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    return createImageBitmap(new Blob([bytes]));
  }

  /** Draws the picture of a moment (seconds): moved, lit, with noise. */
  function painter(canvas, frames) {
    const { width, height } = canvas;
    const pen = canvas.getContext("2d");
    const desk = surface(width, height).getContext("2d", { willReadFrequently: true });
    const lit = lightMask(width, height);
    const light = lighting();
    const head = sway > 0 ? headOf(frames[0], lit) : null;
    return (moment) => {
      const frame = frames[Math.floor(moment * fps) % frames.length];
      const [x, y] = [swing(moment, 3.1, 1.37), 0.6 * swing(moment + 5, 2.3, 0.9)];
      desk.setTransform(1, 0, 0, 1, 0, 0);
      desk.drawImage(frame, 0, 0);
      if (head !== null) {
        desk.drawImage(frame, x / 3, y / 3);
        desk.drawImage(head, x, y);
      }
      const picture = desk.getImageData(0, 0, width, height);
      expose(picture.data, lit, light());
      pen.putImageData(picture, 0, 0);
    };
  }

  function expose(pixels, lit, [red, green, blue]) {
    let at = Math.floor(Math.random() * grain.length);
    const [r, g, b] = [red - 1, green - 1, blue - 1];
    for (let i = 0, p = 0; i < pixels.length; i += 4, p += 1) {
      const share = lit[p];
      pixels[i] = pixels[i] * (1 + share * r) + grain[at++ & 65535];
      pixels[i + 1] = pixels[i + 1] * (1 + share * g) + grain[at++ & 65535];
      pixels[i + 2] = pixels[i + 2] * (1 + share * b) + grain[at++ & 65535];
    }
  }

  /** How much of the screen's light each pixel gets: 1 on the face, with soft edges to the background. */
  function lightMask(width, height) {
    const [left, top, wide, high] = face;
    const mask = new Float32Array(width * height);
    for (let y = 0, p = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1, p += 1) {
        const dx = (x / width - left - wide / 2) / (wide / 2);
        const dy = (y / height - top - high / 2) / (high / 2);
        const away = Math.hypot(dx, dy);
        const inside = Math.min(1, Math.max(0, (1.45 - away) / 0.35));
        mask[p] = background + (1 - background) * inside * inside * (3 - 2 * inside);
      }
    }
    return mask;
  }

  /** What the screen's light does to each channel now; 1 is a white screen, to which the camera has exposed. */
  function lighting() {
    let steps = 0;
    let last = "";
    return () => {
      const shown = shownColour();
      if (shown !== null && String(shown) !== last) steps += 1;
      last = String(shown);
      const colour = shown === null || follows === false ? DARK : follows === true ? shown : recorded(steps - 1);
      return colour.map((value) => ((1 + ratio * (value / 255) ** GAMMA) / (1 + ratio)) ** (1 / GAMMA));
    };
  }

  function recorded(step) {
    const text = follows[step % follows.length];
    return [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16));
  }

  /** The colour of the page's flash as it stands on the screen; null where there is none. */
  function shownColour() {
    const flash = document.querySelector("[data-flash]");
    if (flash === null) return null;
    const [r, g, b, alpha = 1] = (getComputedStyle(flash).backgroundColor.match(/[\d.]+/g) ?? []).map(Number);
    return r === undefined || alpha === 0 ? null : [r, g, b];
  }

  /** The head alone, with soft edges, as a layer that moves before what is behind it. */
  function headOf(frame, lit) {
    const layer = surface(frame.width, frame.height);
    const pen = layer.getContext("2d");
    pen.drawImage(frame, 0, 0);
    const picture = pen.getImageData(0, 0, frame.width, frame.height);
    const least = Math.min(background, 0.99);
    for (let p = 0; p < lit.length; p += 1) picture.data[4 * p + 3] = (255 * (lit[p] - least)) / (1 - least);
    pen.putImageData(picture, 0, 0);
    return layer;
  }

  /** Two waves that never meet again soon, so that no motion comes back. */
  const swing = (moment, slow, quick) =>
    sway * (0.7 * Math.sin((2 * Math.PI * moment) / slow) + 0.3 * Math.sin((2 * Math.PI * moment) / quick));

  const surface = (width, height) => Object.assign(document.createElement("canvas"), { width, height });

  function gaussian() {
    return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
  }
})();
