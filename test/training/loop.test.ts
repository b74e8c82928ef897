// The training loop: accumulation, resuming, losses that are no numbers, leaks.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ALL_PROJECTIONS, LoraAdapter } from "../../src/adapters/lora";
import { Random } from "../../src/engine/random";
import { tf } from "../../src/engine/tf";
import { loadDecoder } from "../../src/models/load";
import type { Example } from "../../src/prompts/example";
import { AdamW } from "../../src/training/adamw";
import { crossEntropyStep, epochBatches, splitBatch } from "../../src/training/finetune";
import { DivergedError, type StepBatch, train } from "../../src/training/loop";

const GEMMA = path.join(__dirname, "../fixtures/oracles/models/gemma2");
const STEPS = 12;
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "loop-"));
afterAll(() => fs.rmSync(scratch, { recursive: true }));
let folders = 0;
const fresh = () => path.join(scratch, String(folders++));

const random = new Random(6);
const ids = (length: number) => Array.from({ length }, () => random.integer(3, 255));
const examples: Example[] = Array.from({ length: 10 }, (_, i) => ({
  id: `item-${i}`,
  promptIds: [2, ...ids(random.integer(2, 9))],
  targetIds: [...ids(random.integer(1, 9)), 1],
}));

/** A LoRA run from the same start every time. */
function lora() {
  const decoder = loadDecoder(GEMMA);
  const config = {
    rank: 4,
    alpha: 8,
    targetModules: ALL_PROJECTIONS,
    rsLora: false,
    dora: false,
    rankPattern: {},
    alphaPattern: {},
    baseModel: "gemma2",
  };
  const adapter = LoraAdapter.create(decoder, config, 1);
  decoder.adapter = adapter.layers;
  const optimizer = new AdamW(adapter.names, adapter.parameters, { weightDecay: 0.01 });
  return {
    decoder,
    trainee: { names: adapter.names, parameters: adapter.parameters, optimizer },
    dispose() {
      optimizer.dispose();
      adapter.dispose();
      decoder.dispose();
    },
  };
}

interface Run {
  directory: string;
  batchSize?: number;
  accumulation?: number;
  settings?: string;
  /** Changes a step's batch. */
  change?: (batch: StepBatch, step: number) => StepBatch;
}

async function run({ directory, batchSize = 2, accumulation, settings = "s", change = (b) => b }: Run) {
  const { decoder, trainee, dispose } = lora();
  const batches = epochBatches(examples, { seed: 1, batchSize });
  try {
    const records = await train(trainee, {
      label: "test",
      directory,
      settings,
      schedule: { peak: 0.01, warmupSteps: 2, totalSteps: STEPS, decay: "linear" },
      maxGradientNorm: 1,
      checkpointSeconds: 0,
      batch: (step) => change(crossEntropyStep(decoder, batches(step), 0, accumulation), step),
    });
    return { records, weights: trainee.parameters.map((p) => [...p.dataSync()]) };
  } finally {
    dispose();
  }
}

const losses = (records: { loss: number }[]) => records.map(({ loss }) => loss);
const checkpoint = (directory: string) => fs.readFileSync(path.join(directory, "checkpoint.safetensors"));

class Killed extends Error {}
const killedAt = (at: number) => (batch: StepBatch, step: number) => {
  if (step === at) throw new Killed();
  return batch;
};

describe("accumulation", () => {
  it("cuts a batch into parts of nearly equal size", () => {
    expect(splitBatch([1, 2, 3, 4, 5], 4).map((part) => part.length)).toEqual([1, 2, 1, 1]);
    expect(splitBatch([1, 2], 8)).toEqual([[1], [2]]);
  });

  it("of eight batches of one is one batch of eight", async () => {
    const whole = await run({ directory: fresh(), batchSize: 8 });
    const parts = await run({ directory: fresh(), batchSize: 8, accumulation: 8 });
    for (const [step, { loss, gradientNorm }] of whole.records.entries()) {
      expect(Math.abs(parts.records[step]!.loss - loss)).toBeLessThan(2e-4);
      expect(Math.abs(parts.records[step]!.gradientNorm / gradientNorm - 1)).toBeLessThan(2e-3);
    }
    // the first step sees identical weights: what differs is the order of sums
    expect(Math.abs(parts.records[0]!.loss - whole.records[0]!.loss)).toBeLessThan(2e-6);
    expect(parts.records[0]!.gradientNorm / whole.records[0]!.gradientNorm).toBeCloseTo(1, 5);
  });
});

describe("a stopped run", () => {
  it.each([1, 5, 11])("at step %i goes on to bit-identical losses and weights", async (at) => {
    const directory = fresh();
    const whole = await run({ directory: fresh() });
    await expect(run({ directory, change: killedAt(at) })).rejects.toThrow(Killed);
    const resumed = await run({ directory });
    expect(losses(resumed.records)).toEqual(losses(whole.records));
    expect(resumed.weights).toEqual(whole.weights);
    const lines = fs.readFileSync(path.join(directory, "log.jsonl"), "utf8").trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line).step)).toEqual(Array.from({ length: STEPS }, (_, i) => i));
  });

  it("does not go on with other settings", async () => {
    const directory = fresh();
    await expect(run({ directory, change: killedAt(4) })).rejects.toThrow(Killed);
    await expect(run({ directory, settings: "t" })).rejects.toThrow(/made with settings s, this run has t/);
  });
});

describe("a loss that is no number", () => {
  const poisoned = (at: number, value: number) => (batch: StepBatch, step: number) =>
    step === at
      ? { ...batch, micro: batch.micro.map((m) => ({ ...m, loss: () => tf.mul(m.loss(), value) as never })) }
      : batch;

  it.each([Number.NaN, Number.POSITIVE_INFINITY])(
    "%d stops, names the items, keeps the checkpoint",
    async (value) => {
      const directory = fresh();
      const stopped = fresh();
      await expect(run({ directory: stopped, change: killedAt(6) })).rejects.toThrow(Killed);
      const failed = run({ directory, change: poisoned(6, value) });
      await expect(failed).rejects.toThrow(DivergedError);
      await expect(failed).rejects.toThrow(/step 6 .*item-\d, item-\d/);
      expect(checkpoint(directory).equals(checkpoint(stopped))).toBe(true);
      const again = await run({ directory });
      expect(losses(again.records)).toEqual(losses((await run({ directory: fresh() })).records));
    },
  );

  it("in the gradient only stops too", async () => {
    const directory = fresh();
    // sqrt(x) at x = 0 has loss 0 and an infinite slope, which times 0 is no number
    const broken = (batch: StepBatch, step: number): StepBatch =>
      step === 6
        ? {
            ...batch,
            micro: batch.micro.map((m) => ({
              ...m,
              loss: () =>
                tf.tidy(() => {
                  const loss = m.loss();
                  return tf.add(loss, tf.sqrt(tf.mul(loss, 0))) as never;
                }),
            })),
          }
        : batch;
    await expect(run({ directory, change: broken })).rejects.toThrow(/gradient.*step 6/);
  });
});

it("twenty steps leave no tensor behind", async () => {
  const counts: number[] = [];
  const { decoder, trainee, dispose } = lora();
  await train(trainee, {
    label: "test",
    directory: fresh(),
    settings: "s",
    schedule: { peak: 0.01, warmupSteps: 0, totalSteps: 20, decay: "constant" },
    maxGradientNorm: 1,
    batch: () => crossEntropyStep(decoder, examples.slice(0, 4), 0, 2),
    onStep: () => counts.push(tf.memory().numTensors),
  });
  dispose();
  expect(counts.length).toBe(20);
  expect(new Set(counts.slice(1)).size).toBe(1);
});
