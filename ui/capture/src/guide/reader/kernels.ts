/**
 * TensorFlow.js' WebAssembly backend with the few kernels that the two nets need. Taken one by one, since the package's
 * own entry brings all of them: 120 kB of program, compressed, where this has 40.
 */

import { addConfig } from "@tensorflow/tfjs-backend-wasm/dist/kernels/Add";
import { depthwiseConv2dNativeConfig } from "@tensorflow/tfjs-backend-wasm/dist/kernels/DepthwiseConv2dNative";
import { fusedConv2DConfig } from "@tensorflow/tfjs-backend-wasm/dist/kernels/FusedConv2D";
import { maxPoolConfig } from "@tensorflow/tfjs-backend-wasm/dist/kernels/MaxPool";
import { padV2Config } from "@tensorflow/tfjs-backend-wasm/dist/kernels/PadV2";
import { preluConfig } from "@tensorflow/tfjs-backend-wasm/dist/kernels/Prelu";
import { reluConfig } from "@tensorflow/tfjs-backend-wasm/dist/kernels/Relu";
import { reshapeConfig } from "@tensorflow/tfjs-backend-wasm/dist/kernels/Reshape";
import { sigmoidConfig } from "@tensorflow/tfjs-backend-wasm/dist/kernels/Sigmoid";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm/dist/base";
import { env, registerKernel, setBackend } from "@tensorflow/tfjs-core/dist/base";

const KERNELS = [
  addConfig,
  depthwiseConv2dNativeConfig,
  fusedConv2DConfig,
  maxPoolConfig,
  padV2Config,
  preluConfig,
  reluConfig,
  reshapeConfig,
  sigmoidConfig,
];

/** Addresses of the WebAssembly programs, for processors with and without vector instructions. */
export interface Programs {
  simd: string;
  plain: string;
}

/** Without threads of its own: they would need blob addresses, which the page's policy forbids. */
export async function startBackend({ simd, plain }: Programs): Promise<void> {
  for (const kernel of KERNELS) registerKernel(kernel);
  env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
  setWasmPaths({
    "tfjs-backend-wasm.wasm": plain,
    "tfjs-backend-wasm-simd.wasm": simd,
    "tfjs-backend-wasm-threaded-simd.wasm": simd,
  });
  if (!(await setBackend("wasm"))) throw new Error("the WebAssembly backend did not start");
}
