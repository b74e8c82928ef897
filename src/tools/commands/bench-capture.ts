// What taking logits costs while a teacher generates: the same documents with capture and without, in turn.
// Run: npm run cli -- bench:capture [--model DIR --top-k 64]
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Command } from "commander";
import { LogitCacheWriter } from "../../distillation/cache";
import { captureGenerated } from "../../distillation/capture";
import { measurePrior } from "../../distillation/token-prior";
import { engineFacts } from "../../engine/facts";
import { generate } from "../../generation/generate";
import type { Decoder } from "../../models/decoder";
import { loadDecoder } from "../../models/load";
import { encodeItem } from "../../prompts/example";
import { loadTokenizer } from "../../prompts/tokenizer";
import { ROOT } from "../../study/stage";
import { corpusStage, itemsOf } from "../../study/stages/corpus";
import { openStudy } from "../../study/study";
import { randomDecoder } from "../../training/pretrain";

interface BenchOptions {
  model: string;
  topK: number;
  items: number;
  tokens: number;
  rounds: number;
  width?: number;
}

async function bench({ model, topK, items, tokens, rounds, width }: BenchOptions): Promise<void> {
  const folder = path.resolve(ROOT, model);
  const tokenizer = await loadTokenizer(folder);
  const decoder = width ? wider(loadDecoder(folder), width) : loadDecoder(folder);
  const corpus = await corpusStage(openStudy("tiny", 0));
  const examples = itemsOf(corpus, "train")
    .slice(0, items)
    .map((item) => encodeItem(tokenizer, item));
  const prior = measurePrior(decoder, examples, { padId: tokenizer.padId });
  // No stop tokens: both sides write the same number of tokens.
  const options = { padId: tokenizer.padId, stopIds: [], maxNewTokens: tokens, batchSize: items };
  const plain = () => {
    generate(
      decoder,
      examples.map(({ promptIds }) => promptIds),
      options,
    );
  };
  const captured = () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), "bench-capture-"));
    const header = {
      source: "generated" as const,
      vocabSize: decoder.config.vocabSize,
      topK,
      tokenizerHash: "",
      templateHash: "",
      teacherHash: "",
      dataHash: "",
      settingsHash: "",
    };
    const writer = LogitCacheWriter.open(directory, header, prior);
    captureGenerated(decoder, examples, writer, { ...options, topK });
    writer.close();
    fs.rmSync(directory, { recursive: true });
  };
  const seconds = (work: () => void) => {
    const started = performance.now();
    work();
    return (performance.now() - started) / 1000;
  };
  const both = () => ({ plain: seconds(plain), captured: seconds(captured) });
  both();
  const times = Array.from({ length: rounds }, both);
  // The fastest of each side: what another program took away shows in the slower ones.
  const [least, most] = [Math.min(...times.map((t) => t.plain)), Math.min(...times.map((t) => t.captured))];
  const { processor, threads, tensorflow } = engineFacts();
  console.log(
    `${decoder.parameters.toLocaleString("en-US")} parameters, vocabulary ${decoder.config.vocabSize}`,
  );
  console.log(`${items} documents at once, ${tokens} tokens each, k = ${topK}, best of ${rounds}`);
  console.log(`without capture ${least.toFixed(3)} s, with ${most.toFixed(3)} s`);
  console.log(`capture costs ${(100 * (most / least - 1)).toFixed(1)} %`);
  console.log(`${processor}, ${threads} threads, TensorFlow ${tensorflow}`);
}

/** The same architecture with random weights, `width` wide. */
function wider(decoder: Decoder, width: number): Decoder {
  const { config } = decoder;
  decoder.dispose();
  return randomDecoder({ ...config, hiddenSize: width, intermediateSize: 4 * width, headDim: width / 4 }, 1);
}

export const define = (command: Command): Command =>
  command
    .option("--model <folder>", "a model's Hugging Face files", "data/models/gemma2-teacher")
    .option("--top-k <n>", "tokens kept per position", Number, 64)
    .option("--items <n>", "documents generated at once", Number, 64)
    .option("--tokens <n>", "tokens per document", Number, 40)
    .option("--rounds <n>", "times that each side is measured", Number, 5)
    .option("--width <n>", "random weights of this hidden size instead of the model's own", Number)
    .action(bench);
