// Exports models in every form, reads the files with Python's gguf and runs them in llama.cpp, and keeps the outcome for the
// tests. Run: npm run check:gguf [-- MODEL …]    (needs test/llama-cpp/install.mjs before, Python 3.10 or later and its package
// registry; makes data/cache/venv-gguf). Without names the small models; smollm2-135m and gemma3-270m as `fetch-real` brings them.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { writeJson } from "../../../src/base/atomic-write";
import { scoreText } from "../../../src/generation/text-scores";
import { loadDecoder } from "../../../src/models/load";
import { openTokenizerFolder } from "../../../src/prompts/tokenizer-folder";
import { exportModel } from "../../../src/study/export-system";
import { fetchRealModel } from "../../../src/tools/real-models";
import { MODELS, OUTCOME, type Outcome, REAL, readOutcomes, SMALL, TYPES } from "./references";

const ROOT = path.resolve(__dirname, "../../..");
const VENV = path.join(ROOT, "data/cache/venv-gguf");
const CORPUS = path.join(ROOT, "test/fixtures/oracles/tokenizers/corpus.txt");
/** Sequences that are scored, their tokens, and those of the continuation. */
const SEQUENCES = 2;
const LENGTH = 48;
const CONTINUED = 24;

function run(program: string, args: string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8", maxBuffer: 2 ** 30 });
  if (status !== 0) throw new Error(`${program} ${args[0]} ended with exit ${status}: ${stderr.trim()}`);
  return stdout;
}

function python(): string {
  const program = path.join(VENV, "bin/python");
  if (!fs.existsSync(program)) run("python3", ["-m", "venv", VENV]);
  const requirements = path.join(__dirname, "requirements-gguf.txt");
  run(program, ["-m", "pip", "install", "--quiet", "--requirement", requirements]);
  return program;
}

interface LlamaCpp {
  release: string;
  models: {
    ids: number[][];
    idsWithControls: number[][];
    logProbs: number[][];
    kl: number;
    greedy: number[];
  }[];
}

/** Texts with control tokens of every family spelt out in them; decomposed Hangul is not composed by llama.cpp, so composed. */
function corpus(): string[] {
  const lines = fs.readFileSync(CORPUS, "utf8").split("\n");
  const controls = "<bos><start_of_turn>user\n가<end_of_turn>\n<|im_start|>나<|im_end|></s><s>다<|eot_id|>";
  return [...lines.filter((line) => line !== ""), controls, `${lines.slice(0, 9).join("\n\n")}\n`].map(
    (text) => text.normalize("NFC"),
  );
}

async function check(name: string, source: string, folder: string, program: string): Promise<Outcome[]> {
  const files: string[] = [];
  for (const type of TYPES) {
    const out = path.join(folder, `${name}-${type}`);
    await exportModel(source, type, out);
    files.push(path.join(out, fs.readdirSync(out).find((file) => file.endsWith(".gguf"))!));
  }
  const looks: Pick<
    Outcome,
    "sha256" | "bytes" | "tensors" | "identical" | "comparable" | "relativeError"
  >[] = run(program, [path.join(__dirname, "check_gguf.py"), source, ...files])
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

  const tokenizer = await openTokenizerFolder(source);
  const texts = corpus();
  const ids = texts.map((text) => tokenizer.encodePlain(text));
  const withControls = texts.map((text) => [...tokenizer.full.encode(text, { add_special_tokens: false })]);
  const bos = tokenizer.full.bos_token_id;
  const sequences = ids
    .filter(({ length }) => length >= LENGTH)
    .slice(0, SEQUENCES)
    .map((each) => [...(bos === undefined || bos === null ? [] : [bos]), ...each].slice(0, LENGTH));
  const prompt = sequences[0]!;
  const decoder = loadDecoder(source);
  const scores = sequences.map((each, i) =>
    scoreText(decoder, each, i === 0 ? { maxNewTokens: CONTINUED, stopIds: [] } : undefined),
  );
  decoder.dispose();
  const job = path.join(folder, `${name}.json`);
  const out = path.join(folder, `${name}-computed.json`);
  fs.writeFileSync(job, JSON.stringify({ files, texts, sequences, prompt, tokens: CONTINUED, out }));
  run(process.execPath, [path.join(ROOT, "test/llama-cpp/compute.mjs"), job]);
  const { models } = JSON.parse(fs.readFileSync(out, "utf8")) as LlamaCpp;

  const same = (found: number[][], expected: number[][]) =>
    found.filter((row, i) => row.join() === expected[i]!.join()).length;
  const expected = scores.flatMap(({ logProbs }) => logProbs);
  return models.map((found, i) => {
    const differences = found.logProbs.flat().map((value, at) => Math.abs(value - expected[at]!));
    const parted = found.greedy.findIndex((id, at) => id !== scores[0]!.continuation[at]);
    return {
      model: name,
      type: TYPES[i]!,
      ...looks[i]!,
      texts: texts.length,
      sameIds: same(found.ids, ids),
      sameIdsWithControls: same(found.idsWithControls, withControls),
      logProbability: Math.max(...differences),
      scored: differences.length,
      kl: found.kl,
      greedy: parted < 0 ? found.greedy.length : parted,
      continued: scores[0]!.continuation.length,
    };
  });
}

async function main(names: string[]): Promise<void> {
  const unknown = names.find((name) => !MODELS.includes(name));
  if (unknown !== undefined) throw new Error(`No model ${unknown}: expected some of ${MODELS.join(", ")}.`);
  const program = python();
  for (const name of names.length > 0 ? names : Object.keys(SMALL)) {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "check-gguf-"));
    try {
      const found = await check(name, SMALL[name] ?? fetchRealModel(REAL[name]!), folder, program);
      for (const outcome of found) console.log(JSON.stringify(outcome));
      const all = [...readOutcomes().filter(({ model }) => model !== name), ...found];
      writeJson(
        OUTCOME,
        all.sort((a, b) => MODELS.indexOf(a.model) - MODELS.indexOf(b.model)),
      );
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  }
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exit(1);
});
