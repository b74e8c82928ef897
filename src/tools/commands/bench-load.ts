// Time and memory of loading a model with frozen bfloat16 weights and generating. Run: npm run cli -- bench:load DIR
import { type Command, Option } from "commander";
import { Random } from "../../base/random";
import { engineFacts, peakMemory } from "../../engine/facts";
import { type MultiplyIn, weightBytes } from "../../engine/frozen";
import type { Tensor } from "../../engine/tf";
import { generate } from "../../generation/generate";
import { loadDecoder } from "../../models/load";

interface BenchOptions {
  prompt: number;
  tokens: number;
  multiplyIn: MultiplyIn;
  json?: boolean;
}

const gigabytes = (bytes: number | undefined) =>
  bytes === undefined ? "unknown" : `${(bytes / 1e9).toFixed(2)} GB`;

function bench(folder: string, { prompt, tokens, multiplyIn, json }: BenchOptions): void {
  const seconds = (since: number) => (performance.now() - since) / 1000;
  const loading = performance.now();
  const decoder = loadDecoder(folder, { frozen: "bfloat16", multiplyIn });
  const loadSeconds = seconds(loading);
  const loadPeak = peakMemory();
  const weights = [...decoder.weights.values()].reduce((sum, weight) => sum + weightBytes(weight), 0);

  const random = new Random(1);
  const ids = Array.from({ length: prompt }, () => random.integer(0, decoder.config.vocabSize - 1));
  const times: number[] = [];
  const generating = performance.now();
  const onLogits = (logits: Tensor) => {
    logits.dataSync(); // waits for the device
    times.push(seconds(generating));
  };
  // Stop tokens are left out: with random weights only the count of tokens means anything.
  generate(decoder, [ids], { maxNewTokens: tokens, stopIds: [], padId: 0, onLogits });
  const total = seconds(generating);
  const facts = engineFacts();
  const result = {
    model: folder,
    parameters: decoder.parameters,
    weightBytes: weights,
    loadSeconds,
    loadPeakBytes: loadPeak,
    loadPeakRatio: loadPeak && loadPeak / weights,
    peakBytes: peakMemory(),
    firstTokenSeconds: times[0],
    tokensPerSecond: (tokens - 1) / (total - times[0]!),
    multiplyIn,
    machine: `${facts.processor}, ${facts.threads} threads, TensorFlow ${facts.tensorflow}, ${facts.device}`,
  };
  decoder.dispose();
  if (json) {
    console.log(JSON.stringify(result, null, 1));
    return;
  }
  const rows: [string, string][] = [
    ["parameters", result.parameters.toLocaleString("en-US")],
    ["weights", gigabytes(weights)],
    ["loading", `${loadSeconds.toFixed(1)} s`],
    [
      "peak while loading",
      `${gigabytes(loadPeak)}, ${(result.loadPeakRatio ?? Number.NaN).toFixed(3)} times the weights`,
    ],
    ["peak of the run", gigabytes(result.peakBytes)],
    [`first token (${prompt} in)`, `${times[0]!.toFixed(1)} s`],
    ["then", `${result.tokensPerSecond.toFixed(2)} tokens/s, activations in ${multiplyIn}`],
    ["machine", result.machine],
  ];
  for (const [name, value] of rows) console.log(`${name.padEnd(20)} ${value}`);
}

export const define = (command: Command): Command =>
  command
    .argument("<folder>", "a model's Hugging Face files")
    .option("--prompt <n>", "tokens of the prompt", Number, 32)
    .option("--tokens <n>", "tokens to generate", Number, 8)
    .addOption(
      new Option("--multiply-in <type>", "how activations meet the weights")
        .choices(["float32", "bfloat16"])
        .default("float32"),
    )
    .option("--json", "print one JSON object")
    .action(bench);
