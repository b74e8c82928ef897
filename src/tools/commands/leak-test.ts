// Tensors and resident memory over 3,000 training steps and 3,000 generated tokens, with the drift and its interval.
// Run: npm run cli -- leak-test [--steps 3000 --out docs]
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Command } from "commander";
import { writeFileAtomic, writeJson } from "../../base/atomic-write";
import { progress } from "../../base/progress";
import { tf, type Variable } from "../../engine/tf";
import { toSvg } from "../../figures/figure";
import { type LeakSeries, leakFigure } from "../../figures/leaks";
import { generate } from "../../generation/generate";
import type { Decoder } from "../../models/decoder";
import { loadDecoder } from "../../models/load";
import type { Example } from "../../prompts/example";
import { loadTokenizer } from "../../prompts/tokenizer";
import { slope } from "../../study/slope";
import { baseModel } from "../../study/stages/base-model";
import { corpusStage } from "../../study/stages/corpus";
import { examples } from "../../study/stages/fit";
import { openStudy } from "../../study/study";
import { studentModel } from "../../study/systems";
import { AdamW } from "../../training/adamw";
import { crossEntropyStep, epochBatches } from "../../training/finetune";
import { train } from "../../training/loop";

/** Steps that come before and are not judged: the heaps of TensorFlow and JavaScript grow to what a step needs at most. */
const WARM_UP = 600;
/** Where the drift is read off, garbage has just been collected: ten stretches are multiples of it. */
const COLLECT_EVERY = 50;
const TEXT_TOKENS = 500;

/**
 * glibc keeps freed memory in its heap, and its heap grows in jumps for ever smaller gaps; told to give it back at once, what
 * stays resident is what somebody still holds. Read when a process starts, so the work is done in a second one.
 */
const GIVEN_BACK = {
  MALLOC_ARENA_MAX: "1",
  MALLOC_MMAP_THRESHOLD_: "65536",
  MALLOC_TRIM_THRESHOLD_: "65536",
};

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
  const totalSteps = WARM_UP + steps + 1;
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
      schedule: { peak: 1e-4, warmupSteps: 0, totalSteps, decay: "linear" },
      maxGradientNorm: 1,
      batch: (step) => crossEntropyStep(decoder, batches(step % epoch), padId),
      onStep: () => measure(series),
    },
  );
  optimizer.dispose();
  fs.rmSync(directory, { recursive: true });
  return series;
}

/**
 * Texts of at most 500 tokens, as many as it takes: no stop token ends them, and each token is one measurement but a text's
 * first, which the prompt's own pass gives while other tensors are held.
 */
function generation(
  decoder: Decoder,
  promptIds: readonly number[],
  padId: number,
  tokens: number,
): LeakSeries {
  const series: LeakSeries = { name: "generated tokens", tensors: [], megabytes: [] };
  const total = WARM_UP + tokens + 1;
  const bar = progress(series.name, total);
  while (series.tensors.length < total) {
    let first = true;
    generate(decoder, [promptIds], {
      maxNewTokens: Math.min(TEXT_TOKENS, total - series.tensors.length + 1),
      stopIds: [],
      padId,
      onLogits: () => {
        if (!first) measure(series);
        first = false;
        bar.update(series.tensors.length);
      },
    });
  }
  bar.finish();
  return series;
}

async function run({ steps, out }: { steps: number; out: string }): Promise<void> {
  if (!process.env.MALLOC_TRIM_THRESHOLD_) {
    const words = [...process.execArgv, ...process.argv.slice(1)];
    const env = { ...process.env, ...GIVEN_BACK };
    process.exitCode = spawnSync(process.execPath, words, { stdio: "inherit", env }).status ?? 1;
    return;
  }
  const context = openStudy("smoke", 0);
  const base = await baseModel(context, studentModel(context));
  const tokenizer = await loadTokenizer(base.folder);
  const data = examples(await corpusStage(context), tokenizer);
  const decoder = loadDecoder(base.folder, { trainable: true });
  const series = [
    await training(decoder, data.train, tokenizer.padId, steps),
    generation(decoder, data.train[0]!.promptIds, tokenizer.padId, steps),
  ];
  const rows = series.map(({ name, tensors, megabytes }) => {
    const judged = tensors.slice(WARM_UP);
    return {
      name,
      steps,
      tensorsLeast: Math.min(...judged),
      tensorsMost: Math.max(...judged),
      kilobytesPerStep: slope(megabytes.slice(WARM_UP).map((value) => 1000 * value)),
    };
  });
  for (const row of rows) {
    const { value, low, high } = row.kilobytesPerStep;
    const verdict = row.tensorsLeast === row.tensorsMost && low <= 0 ? "flat" : "grows";
    console.log(
      `${row.name}: ${row.steps} after ${WARM_UP}; tensors ${row.tensorsLeast} to ${row.tensorsMost}; ` +
        `resident memory ${value.toFixed(2)} kB a step [${low.toFixed(2)}, ${high.toFixed(2)}]: ${verdict}`,
    );
    if (verdict !== "flat") process.exitCode = 1;
  }
  writeJson(path.join(out, "leaks.json"), { warmUp: WARM_UP, rows });
  writeFileAtomic(path.join(out, "leaks.svg"), await toSvg(leakFigure(series)));
}

export const define = (command: Command): Command =>
  command
    .option("--steps <n>", "steps and tokens that are judged, after those that warm up", Number, 3000)
    .option("--out <folder>", "where leaks.json and leaks.svg go", "docs")
    .action(run);
