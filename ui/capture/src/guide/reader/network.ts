/** A net as TensorFlow.js stores it (graph model), run node by node. It knows the ten operations that our nets have. */

import { engine, type Tensor } from "@tensorflow/tfjs-core/dist/base";
import { weightsIn, type Weight, type WeightEntry } from "./weights";

export interface Graph {
  modelTopology: { node: readonly Node[] };
  weightsManifest: readonly [{ weights: readonly WeightEntry[] }];
}

interface Node {
  name: string;
  op: string;
  input?: readonly string[];
  attr?: Readonly<Record<string, Attribute>>;
}

/** Texts are in base64. */
interface Attribute {
  s?: string;
  list?: { i?: readonly string[]; s?: readonly string[] };
}

type Operation = (node: Node, inputs: readonly Tensor[], constants: (name: string) => readonly number[]) => Tensor;
type Given = Record<string, Tensor>;

const run = (kernel: string, inputs: Given, attributes: Record<string, unknown> = {}): Tensor =>
  engine().runKernel<Tensor>(kernel, inputs, attributes as never);

const OPERATIONS: Record<string, Operation> = {
  _FusedConv2D: (node, [x, filter, bias, slopes]) => {
    const inputs = { x: x!, filter: filter!, bias: bias!, ...(slopes && { preluActivationWeights: slopes }) };
    return run("FusedConv2D", inputs, { ...windowed(node), activation: activation(node) });
  },
  DepthwiseConv2dNative: (node, [x, filter]) => run("DepthwiseConv2dNative", { x: x!, filter: filter! }, windowed(node)),
  MaxPool: (node, [x]) => run("MaxPool", { x: x! }, { ...windowed(node), filterSize: pair(node, "ksize") }),
  AddV2: (_node, [a, b]) => run("Add", { a: a!, b: b! }),
  Relu: (_node, [x]) => run("Relu", { x: x! }),
  Prelu: (_node, [x, alpha]) => run("Prelu", { x: x!, alpha: alpha! }),
  Sigmoid: (_node, [x]) => run("Sigmoid", { x: x! }),
  Pad: (node, [x], constants) => {
    const flat = constants(node.input![1]!);
    const paddings = x!.shape.map((_, axis) => [flat[axis * 2], flat[axis * 2 + 1]]);
    return run("PadV2", { x: x! }, { paddings, constantValue: 0 });
  },
  Reshape: (node, [x], constants) => run("Reshape", { x: x! }, { shape: shapeLike(constants(node.input![1]!), x!.size) }),
  Identity: (_node, [x]) => x!,
};

export class Network {
  private readonly nodes: ReadonlyMap<string, Node>;
  private readonly weights: ReadonlyMap<string, Weight>;
  private readonly kept = new Map<string, Tensor>();

  constructor(graph: Graph, weights: ArrayBuffer) {
    this.nodes = new Map(graph.modelTopology.node.map((node) => [node.name, node]));
    this.weights = weightsIn(weights, graph.weightsManifest[0].weights);
    for (const [name, { values, shape, dtype }] of this.weights) {
      if (dtype === "float32") this.kept.set(name, engine().keep(engine().makeTensor(values, shape, dtype)));
    }
  }

  /** The named outputs for an input of 1×side×side×3, as flat arrays. All that is made on the way is freed. */
  run(input: Float32Array, side: number, outputs: readonly string[]): Record<string, Float32Array> {
    const read: Record<string, Float32Array> = {};
    engine().tidy(() => {
      const known = new Map<string, Tensor>();
      const given = engine().makeTensor(input, [1, side, side, 3], "float32") as Tensor;
      for (const name of outputs) read[name] = this.value(name, given, known).dataSync<"float32">();
    });
    return read;
  }

  private value(name: string, given: Tensor, known: Map<string, Tensor>): Tensor {
    const there = this.kept.get(name) ?? known.get(name);
    if (there !== undefined) return there;
    const node = this.nodes.get(name);
    if (node === undefined) throw new Error(`the net has no ${name}`);
    const value = node.op === "Placeholder" ? given : this.computed(node, given, known);
    known.set(name, value);
    return value;
  }

  private computed(node: Node, given: Tensor, known: Map<string, Tensor>): Tensor {
    const operation = OPERATIONS[node.op];
    if (operation === undefined) throw new Error(`${node.name} needs the operation ${node.op}`);
    const inputs = (node.input ?? []).filter((name) => this.weights.get(name)?.dtype !== "int32");
    const tensors = inputs.map((name) => this.value(name, given, known));
    return operation(node, tensors, (name) => [...(this.weights.get(name)?.values ?? [])]);
  }
}

const text = (encoded: string | undefined): string => atob(encoded ?? "");

/** Height and width of an attribute over batch, height, width and channels. */
const pair = (node: Node, name: string): [number, number] => {
  const [, height = "1", width = "1"] = node.attr?.[name]?.list?.i ?? [];
  return [Number(height), Number(width)];
};

const windowed = (node: Node): Record<string, unknown> => ({
  strides: pair(node, "strides"),
  dilations: pair(node, "dilations"),
  pad: text(node.attr?.padding?.s).toLowerCase(),
  dataFormat: "NHWC",
});

/** The bias comes first among what is fused; what follows is the activation. */
function activation(node: Node): string {
  const fused = (node.attr?.fused_ops?.list?.s ?? []).map(text);
  return fused[1]?.toLowerCase() ?? "linear";
}

/** A shape of which one extent may be left open, as -1. */
function shapeLike(shape: readonly number[], size: number): number[] {
  const others = shape.reduce((product, extent) => (extent < 0 ? product : product * extent), 1);
  return shape.map((extent) => (extent < 0 ? size / others : extent));
}
