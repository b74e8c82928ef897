// The demo's worker: both models in @huggingface/transformers' web build, from files of this folder alone.
import { env, pipeline, TextStreamer } from "./vendor/transformers.min.js";

env.allowRemoteModels = false;
env.allowLocalModels = true;
env.localModelPath = new URL(".", self.location.href).pathname;
env.useBrowserCache = false;
env.useWasmCache = false;
env.backends.onnx.wasm.wasmPaths = new URL("vendor/", self.location.href).href;
env.backends.onnx.wasm.numThreads = 1;

const writers = {};
let settings;

async function open(given) {
  settings = given;
  for (const dtype of Object.keys(settings.bytes))
    writers[dtype] = await pipeline("text-generation", "model", { dtype, device: "wasm" });
  // The first run of a model allocates its memory; it must not count as the time of the first text.
  for (const writer of Object.values(writers))
    await writer([{ role: "user", content: settings.instruction }], { max_new_tokens: 2, do_sample: false });
  postMessage({ kind: "ready" });
}

async function summarise(text) {
  const content = `${text.trim()}\n\n${settings.instruction}`;
  for (const [dtype, writer] of Object.entries(writers)) {
    postMessage({ kind: "begin", dtype });
    const started = performance.now();
    let firstTokenMs = 0;
    let tokens = 0;
    const streamer = new TextStreamer(writer.tokenizer, {
      skip_prompt: true,
      skip_special_tokens: true,
      callback_function: (piece) => postMessage({ kind: "token", dtype, text: piece }),
      token_callback_function: () => {
        firstTokenMs ||= performance.now() - started;
        tokens++;
      },
    });
    await writer([{ role: "user", content }], {
      max_new_tokens: settings.maxNewTokens,
      do_sample: false,
      streamer,
    });
    postMessage({ kind: "end", dtype, firstTokenMs, tokens, totalMs: performance.now() - started });
  }
  postMessage({ kind: "done" });
}

self.onmessage = async ({ data }) => {
  try {
    await (data.settings ? open(data.settings) : summarise(data.document));
  } catch (error) {
    postMessage({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
  }
};
