// The one door to TensorFlow: loads the native backend or stops with a clear error, never a slow fall-back.
import type * as TensorFlow from "@tensorflow/tfjs-node-gpu";

process.env.TF_CPP_MIN_LOG_LEVEL ??= "2";
process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= "true";

export type Tensor = TensorFlow.Tensor;
export type Variable = TensorFlow.Variable;

/** tfjs 4.22 calls two functions of node:util that are gone since Node 23. */
function restoreUtil(): void {
  const util = require("node:util") as Record<string, unknown>;
  util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  util.isArray ??= Array.isArray;
}

function load(): typeof TensorFlow {
  restoreUtil();
  let loaded: typeof TensorFlow;
  try {
    loaded = require("@tensorflow/tfjs-node-gpu");
  } catch (error) {
    const reason = (error as Error).message.split("\n")[0];
    throw new Error(`The TensorFlow engine did not load: ${reason}. Run \`npm run setup\`.`);
  }
  if (loaded.getBackend() !== "tensorflow") {
    throw new Error(
      `The native TensorFlow backend is needed, found "${loaded.getBackend()}". Run \`npm run setup\`.`,
    );
  }
  return loaded;
}

/** tfjs-node-gpu on the native backend. */
export const tf = load();
