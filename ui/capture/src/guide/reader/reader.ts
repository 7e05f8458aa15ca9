/** Both nets in a row: the faces of a picture, and the mesh of the largest. */

import * as detect from "./detect";
import { startBackend } from "./kernels";
import * as mesh from "./mesh";
import { brightness, measured } from "./measure";
import type { Reading, Sources } from "./messages";
import { Network, type Graph } from "./network";
import type { Picture } from "./picture";

export class Reader {
  private constructor(
    private readonly detector: Network,
    private readonly mesh: Network,
  ) {}

  static async load({ programs, ...nets }: Sources): Promise<Reader> {
    const fetched = Promise.all([files(nets.detector), files(nets.mesh)]);
    const [[detector, points]] = await Promise.all([fetched, startBackend(programs)]);
    return new Reader(new Network(...detector), new Network(...points));
  }

  read(picture: Picture): Reading {
    const start = performance.now();
    const { width, height } = picture;
    const scale = Math.max(width, height) / detect.SIDE;
    const found = detect.facesIn(this.detector.run(detect.asInput(picture), detect.SIDE, detect.OUTPUTS), scale);
    const face = found[0] === undefined ? null : this.closer(picture, found[0]);
    const heights = found.map((each) => each.height);
    return { width, height, faces: heights, light: brightness(picture), face, ms: performance.now() - start };
  }

  private closer(picture: Picture, face: detect.Face): Reading["face"] {
    const place = mesh.placeOf(face);
    const outputs = this.mesh.run(mesh.asInput(picture, place), mesh.SIDE, mesh.OUTPUTS);
    return { ...mesh.meshIn(outputs, place), ...measured(picture, face) };
  }
}

async function files({ graph, weights }: { graph: string; weights: string }): Promise<[Graph, ArrayBuffer]> {
  const [topology, values] = await Promise.all([fetched(graph), fetched(weights)]);
  return [(await topology.json()) as Graph, await values.arrayBuffer()];
}

async function fetched(address: string): Promise<Response> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${response.status} for ${address}`);
  return response;
}
