// The one door to TensorFlow: loads the native backend or stops with a clear error, never a slow fall-back.
import type * as TensorFlow from "@tensorflow/tfjs-node-gpu";

process.env.TF_CPP_MIN_LOG_LEVEL ??= "2";
process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= "true";

export type Tensor = TensorFlow.Tensor;
export type Variable = TensorFlow.Variable;

function load(): typeof TensorFlow {
  require("../../kernel/node_compatibility.cjs");
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
