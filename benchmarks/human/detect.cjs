// node detect.cjs: reads lines {"file", "width", "height"} and answers each with {"ms", "age"}: the time that
// `@vladmandic/human` takes to find the faces of an RGB image and tell their age, on TensorFlow.js's WASM backend.
// It does no more than that: no mesh, no liveness, no cache between images, and the pixels come decoded.
const fs = require("node:fs");
const path = require("node:path");
const readline = require("node:readline");
const { fileURLToPath } = require("node:url");

const packages = path.join(process.cwd(), "node_modules");

// Node's own fetch takes no files; the models lie beside the package.
globalThis.fetch = async (url) => new Response(await fs.promises.readFile(fileURLToPath(String(url))));

const { Human } = require(path.join(packages, "@vladmandic/human/dist/human.node-wasm.js"));

const always = { skipFrames: 0, skipTime: 0 };
const off = { enabled: false };
const human = new Human({
  backend: "wasm",
  wasmPath: `${path.join(packages, "@tensorflow/tfjs-backend-wasm/dist")}/`,
  modelBasePath: `file://${path.join(packages, "@vladmandic/human/models")}/`,
  debug: false,
  cacheSensitivity: 0,
  filter: off,
  gesture: off,
  body: off,
  hand: off,
  object: off,
  segmentation: off,
  face: {
    enabled: true,
    detector: { maxDetected: 1, rotation: false, ...always },
    description: { enabled: true, ...always },
    mesh: off,
    iris: off,
    emotion: off,
    antispoof: off,
    liveness: off,
  },
});

const detect = async ({ file, width, height }) => {
  const image = human.tf.tensor(new Uint8Array(fs.readFileSync(file)), [1, height, width, 3], "int32");
  const start = process.hrtime.bigint();
  const { face } = await human.detect(image);
  const ms = Number(process.hrtime.bigint() - start) / 1e6;
  image.dispose();
  return { ms, age: face[0]?.age ?? null };
};

const main = async () => {
  await human.load();
  for await (const line of readline.createInterface({ input: process.stdin })) {
    console.log(JSON.stringify(await detect(JSON.parse(line))));
  }
};

main().catch((error) => {
  console.error(String(error.stack).slice(0, 2000));
  process.exit(1);
});
