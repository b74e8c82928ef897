// The one door to TensorFlow: loads the native backend or stops with a clear error, never a slow fall-back.
import * as util from "node:util";

process.env.TF_CPP_MIN_LOG_LEVEL ??= "2";
process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= "true";

// tfjs 4.22 calls util.isNullOrUndefined and util.isArray, gone since Node 23.
const nodeUtil = util as unknown as Record<string, unknown>;
const restore = (name: string, value: unknown) => {
  const target = require("node:util") as Record<string, unknown>;
  if (typeof nodeUtil[name] !== "function") target[name] = value;
};
restore("isNullOrUndefined", (value: unknown) => value === null || value === undefined);
restore("isArray", Array.isArray);

import type * as TensorFlow from "@tensorflow/tfjs-node-gpu";

function load(): typeof TensorFlow {
  let loaded: typeof TensorFlow;
  try {
    loaded = require("@tensorflow/tfjs-node-gpu");
  } catch (error) {
    throw new Error(
      `The TensorFlow engine did not load: ${(error as Error).message.split("\n")[0]}. Run \`npm run setup\` in the repository root.`,
    );
  }
  if (loaded.getBackend() !== "tensorflow") {
    throw new Error(
      `The native TensorFlow backend is needed, found "${loaded.getBackend()}". Run \`npm run setup\` in the repository root.`,
    );
  }
  return loaded;
}

/** tfjs-node-gpu on the native backend. */
export const tf = load();
