// Ids that llama.cpp gives texts, control tokens in them taken for text. Run: node test/llama-cpp/ids.mjs TEXTS.json MODEL.gguf …
// Prints {"release", "ids": {MODEL: [[id …] …]}}. Needs test/llama-cpp/install.mjs before.
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
const ids = {};
for (const modelPath of models) {
  const model = await llama.loadModel({ modelPath, vocabOnly: true });
  ids[modelPath] = JSON.parse(readFileSync(texts, "utf8")).map((text) => [...model.tokenize(text, false)]);
  await model.dispose();
}
console.log(JSON.stringify({ release: llama.llamaCppRelease.release, ids }));
process.exit(0);
