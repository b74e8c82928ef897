// What llama.cpp computes with GGUF files of one model in several forms. Run: node test/llama-cpp/compute.mjs JOB.json
// JOB: {"files": [FILE …], "texts": [TEXT …], "sequences": [[id …] …], "prompt": [id …], "tokens": N, "out": FILE}; the first file
// is what the others are held against. Writes {"release", "models": [{"ids", "idsWithControls", "logProbs", "kl", "greedy"} …]}: ids of
// texts, control tokens in them taken for text and for themselves; log-probabilities of each sequence's tokens after the first;
// mean KL(first || this) over those places, in nats; greedy continuation. Needs test/llama-cpp/install.mjs before.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
const installed = createRequire(join(HERE, "../../.llama-cpp/x.js")).resolve("node-llama-cpp");
const { getLlama, LlamaLogLevel } = await import(pathToFileURL(installed));

const { files, texts, sequences, prompt, tokens, out } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const llama = await getLlama({
  gpu: false,
  build: "never",
  logLevel: LlamaLogLevel.disabled,
  progressLogs: false,
});

/** Tokens that are evaluated at once. */
const AT_ONCE = 16;

/** Log-softmax of a map of all logits. */
function logProbabilities(logits) {
  const found = new Float64Array(logits.size);
  for (const [token, logit] of logits) found[token] = logit;
  const peak = found.reduce((a, b) => Math.max(a, b));
  const total = Math.log(found.reduce((sum, logit) => sum + Math.exp(logit - peak), 0));
  return Float32Array.from(found, (logit) => logit - peak - total);
}

const divergence = (p, q) => p.reduce((sum, log, token) => sum + Math.exp(log) * (log - q[token]), 0);

/** Rows of log-probabilities of the first file, by sequence and place. */
const first = [];
const models = [];
for (const modelPath of files) {
  const model = await llama.loadModel({ modelPath });
  const context = await model.createContext({
    contextSize: Math.max(...sequences.map(({ length }) => length), prompt.length + tokens) + 8,
    flashAttention: false,
    // Half precision would be the file's only rounding in a form without any.
    experimentalKvCacheKeyType: "F32",
    experimentalKvCacheValueType: "F32",
    swaFullCache: true,
    threads: 2,
  });
  const sequence = context.getSequence();
  const logProbs = [];
  let [sum, places] = [0, 0];
  for (const [number, ids] of sequences.entries()) {
    await sequence.clearHistory();
    const all = { generateNext: { logits: true, options: { temperature: 0 } } };
    const rows = [];
    // A row is a map of all logits: some at a time.
    for (let start = 0; start < ids.length; start += AT_ONCE) {
      const part = ids.slice(start, start + AT_ONCE).map((id) => [id, all]);
      for (const { next } of await sequence.controlledEvaluate(part))
        rows.push(logProbabilities(next.logits));
    }
    rows.pop();
    if (models.length === 0) first.push(rows);
    else for (const [place, row] of rows.entries()) sum += divergence(first[number][place], row);
    places += rows.length;
    logProbs.push(rows.map((row, place) => row[ids[place + 1]]));
  }
  await sequence.clearHistory();
  const greedy = [];
  let input = prompt;
  while (greedy.length < tokens) {
    const wanted = { generateNext: { token: true, options: { temperature: 0 } } };
    const found = await sequence.controlledEvaluate([...input.slice(0, -1), [input.at(-1), wanted]]);
    input = [found.at(-1).next.token];
    // A token that ends the text is given as none.
    if (input[0] === null) break;
    greedy.push(input[0]);
  }
  models.push({
    ids: texts.map((text) => [...model.tokenize(text, false)]),
    idsWithControls: texts.map((text) => [...model.tokenize(text, true)]),
    logProbs,
    kl: models.length === 0 ? 0 : sum / places,
    greedy,
  });
  await context.dispose();
  await model.dispose();
}
// Not to standard output: what a pipe has not taken yet would be lost at the exit.
writeFileSync(out, JSON.stringify({ release: llama.llamaCppRelease.release, models }));
process.exit(0);
