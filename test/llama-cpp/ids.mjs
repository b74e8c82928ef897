// Ids that llama.cpp gives texts. Run: node test/llama-cpp/ids.mjs TEXTS.json MODEL.gguf …    (test/llama-cpp/install.mjs before)
// Prints {"release", "ids": {MODEL: [[id …] …]}, "controls": …}: control tokens in a text taken for text, and for themselves.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
const installed = createRequire(join(HERE, "../../.llama-cpp/x.js")).resolve("node-llama-cpp");
const { getLlama, LlamaLogLevel } = await import(pathToFileURL(installed));

const [texts, ...models] = process.argv.slice(2);
const llama = await getLlama({
  gpu: false,
  build: "never",
  logLevel: LlamaLogLevel.disabled,
  progressLogs: false,
});
const found = { release: llama.llamaCppRelease.release, ids: {}, controls: {} };
for (const modelPath of models) {
  const model = await llama.loadModel({ modelPath, vocabOnly: true });
  const ids = (special) =>
    JSON.parse(readFileSync(texts, "utf8")).map((text) => [...model.tokenize(text, special)]);
  found.ids[modelPath] = ids(false);
  found.controls[modelPath] = ids(true);
  await model.dispose();
}
console.log(JSON.stringify(found));
process.exit(0);
