// node run.cjs JOBS: reads a list of {kind, model, weights, input, shape, outputs, results} and writes each output's
// numbers as little-endian float32 to its file. Computes with the plain backend, which is TensorFlow.js's own reference.
const fs = require("node:fs");
const tf = require("@tensorflow/tfjs"); // see parts/
require("@tensorflow/tfjs-backend-cpu");
const { loadGraphModelSync } = require("@tensorflow/tfjs-converter");

const bytes = (file) => {
  const held = fs.readFileSync(file);
  return held.buffer.slice(held.byteOffset, held.byteOffset + held.length);
};

const graph = (job, input) => {
  const { modelTopology, weightsManifest, signature } = JSON.parse(fs.readFileSync(job.model));
  const weightSpecs = weightsManifest.flatMap((group) => group.weights);
  const artifacts = { modelTopology, weightSpecs, weightData: bytes(job.weights), signature };
  const model = loadGraphModelSync({ load: () => artifacts });
  return [model.execute(input, job.outputs)].flat();
};

const age = (job, input) => {
  const faceApi = require("@vladmandic/face-api/dist/face-api.node-wasm.js");
  const specs = JSON.parse(fs.readFileSync(job.model)).flatMap((group) => group.weights);
  const network = new faceApi.AgeGenderNet();
  network.loadFromWeightMap(tf.io.decodeWeights(bytes(job.weights), specs));
  const images = tf.unstack(input);
  return [network.runNet(new faceApi.NetInput(images)).age];
};

const main = async () => {
  await tf.setBackend("cpu");
  await tf.ready();
  for (const job of JSON.parse(fs.readFileSync(process.argv[2]))) {
    const input = tf.tensor(new Float32Array(bytes(job.input)), job.shape);
    const values = { graph, age }[job.kind](job, input);
    values.forEach((value, number) => fs.writeFileSync(job.results[number], Buffer.from(value.dataSync().buffer)));
  }
};

main().catch((error) => {
  console.error(String(error.stack).slice(0, 2000));
  process.exit(1);
});
