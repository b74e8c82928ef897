// Tensors and resident memory over 500 training steps and 500 generated tokens, with the slope and its interval.
// Run: npm run leak-test [-- --steps 500 --out docs]
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Command } from "commander";
import { writeFileAtomic, writeJson } from "../../engine/atomic-write";
import { progress } from "../../engine/progress";
import { tf, type Variable } from "../../engine/tf";
import { toSvg } from "../../figures/figure";
import { type LeakSeries, leakFigure } from "../../figures/leaks";
import { generate } from "../../generation/generate";
import type { Decoder } from "../../models/decoder";
import { loadDecoder } from "../../models/load";
import type { Example } from "../../prompts/example";
import { loadTokenizer } from "../../prompts/tokenizer";
import { AdamW } from "../../training/adamw";
import { crossEntropyStep, epochBatches } from "../../training/finetune";
import { train } from "../../training/loop";
import { profileNamed } from "../profiles";
import { slope } from "../slope";
import { baseModel } from "../stages/base-model";
import { examples } from "../stages/fit";

/** What comes before counts as warming up: allocators and the engine's caches fill. */
const WARM_UP_SHARE = 0.3;
const COLLECT_EVERY = 50;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** What the process holds now, appended to a series; garbage that waits for its collection is no leak. */
function measure({ tensors, megabytes }: LeakSeries): void {
  if (tensors.length % COLLECT_EVERY === 0) collectGarbage();
  tensors.push(tf.memory().numTensors);
  megabytes.push(process.memoryUsage.rss() / 1e6);
}

/** The study's own training loop on all weights, measured after every step. */
async function training(decoder: Decoder, data: readonly Example[], padId: number, steps: number) {
  const series: LeakSeries = { name: "training steps", tensors: [], megabytes: [] };
  const names = [...decoder.weights.keys()];
  const parameters = names.map((name) => decoder.weights.get(name) as Variable);
  const optimizer = new AdamW(names, parameters);
  // The same batches again and again: each new length of a batch makes constants once, which are kept.
  const epoch = data.length / 2;
  const batches = epochBatches(data, { seed: 0, batchSize: 2 });
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "leak-test-"));
  await train(
    { names, parameters, optimizer },
    {
      label: "training steps",
      directory,
      settings: "leak-test",
      schedule: { peak: 1e-4, warmupSteps: 0, totalSteps: steps, decay: "linear" },
      maxGradientNorm: 1,
      batch: (step) => crossEntropyStep(decoder, batches(step % epoch), padId),
      onStep: () => measure(series),
    },
  );
  optimizer.dispose();
  fs.rmSync(directory, { recursive: true });
  return series;
}

/** One text of so many tokens: no stop token ends it, and each token is one measurement. */
function generation(
  decoder: Decoder,
  promptIds: readonly number[],
  padId: number,
  tokens: number,
): LeakSeries {
  const series: LeakSeries = { name: "generated tokens", tensors: [], megabytes: [] };
  const bar = progress(series.name, tokens);
  generate(decoder, [promptIds], {
    maxNewTokens: tokens,
    stopIds: [],
    padId,
    onLogits: (_logits, _prompts, step) => {
      measure(series);
      bar.update(step + 1);
    },
  });
  bar.finish();
  return series;
}

async function run({ steps, out }: { steps: number; out: string }): Promise<void> {
  const context = { profile: profileNamed("smoke"), seed: 0 };
  const base = await baseModel(context, context.profile.student);
  const tokenizer = await loadTokenizer(base.folder);
  const data = await examples(context, tokenizer);
  const decoder = loadDecoder(base.folder, { trainable: true });
  const series = [
    await training(decoder, data.train, tokenizer.padId, steps),
    generation(decoder, data.train[0]!.promptIds, tokenizer.padId, steps),
  ];
  const rows = series.map(({ name, tensors, megabytes }) => {
    const from = Math.round(WARM_UP_SHARE * tensors.length);
    return {
      name,
      steps: tensors.length,
      tensorsFirst: tensors[from]!,
      tensorsLast: tensors[tensors.length - 1]!,
      kilobytesPerStep: slope(megabytes.slice(from).map((value) => 1000 * value)),
    };
  });
  for (const row of rows) {
    const { value, low, high } = row.kilobytesPerStep;
    const verdict = row.tensorsFirst === row.tensorsLast && low <= 0 ? "flat" : "grows";
    console.log(
      `${row.name}: ${row.steps}; tensors ${row.tensorsFirst} to ${row.tensorsLast}; ` +
        `resident memory ${value.toFixed(2)} kB a step [${low.toFixed(2)}, ${high.toFixed(2)}]: ${verdict}`,
    );
    if (verdict !== "flat") process.exitCode = 1;
  }
  writeJson(path.join(out, "leaks.json"), { warmUpShare: WARM_UP_SHARE, rows });
  writeFileAtomic(path.join(out, "leaks.svg"), await toSvg(leakFigure(series)));
}

new Command("leak-test")
  .description("Measures whether training steps and generated tokens leave tensors or memory behind.")
  .option("--steps <n>", "steps and tokens", Number, 500)
  .option("--out <folder>", "where leaks.json and leaks.svg go", "docs")
  .action(run)
  .parseAsync()
  .catch((error: Error) => {
    console.error(`leak-test: ${error.message}`);
    process.exit(1);
  });
