// Loads the native TensorFlow backend or stops with a clear error, never a slow fall-back. tf.ts gives it its types: they
// are some 600 files, which the first cell of a notebook need not wait for.

process.env.TF_CPP_MIN_LOG_LEVEL ??= "2";
process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= "true";
// As scripts/setup/environment.mjs has them and says why.
process.env.TF_CPU_ALLOCATOR_USE_BFC ??= "true";
process.env.TF_CPU_BFC_MEM_LIMIT_IN_MB ??= "1000000";

/** What facts about the engine are read from. */
interface Engine {
  getBackend(): string;
  backend(): unknown;
  memory(): { numTensors: number; numBytes: number };
  version: { tfjs: string };
}

function load(): Engine {
  require("../../kernel/node_compatibility.cjs");
  let loaded: Engine;
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
export const engine = load();

/** Whether tensors lie in a GPU's memory. */
export const onGpu = (): boolean => (engine.backend() as { isUsingGpuDevice: boolean }).isUsingGpuDevice;
