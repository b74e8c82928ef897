// The compiled step against the eager one and against torch's trajectories; resuming, other batch sizes, leaks, refusals.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ALL_PROJECTIONS, LoraAdapter } from "../../src/adapters/lora";
import { Random } from "../../src/base/random";
import { LogitCache, LogitCacheWriter } from "../../src/distillation/cache";
import { captureGold } from "../../src/distillation/capture";
import { distillStep } from "../../src/distillation/distill";
import { tf } from "../../src/engine/tf";
import { readDecoderConfig } from "../../src/models/config";
import { loadDecoder } from "../../src/models/load";
import type { Example } from "../../src/prompts/example";
import { ReferenceFolder } from "../../src/tools/parity/reference-folder";
import { checkTraining } from "../../src/tools/parity/training";
import { AdamW } from "../../src/training/adamw";
import type { TrainingState } from "../../src/training/checkpoint";
import { crossEntropyStep, epochBatches } from "../../src/training/finetune";
import { type StepBatch, train } from "../../src/training/loop";
import { muonWithAdamW } from "../../src/training/optimizer";
import { decoderRoundings, expectRounded, roundingBound, sizeOf } from "../rounding";

const ORACLES = path.join(__dirname, "../fixtures/oracles/models");
const GEMMA = path.join(ORACLES, "gemma2");
const STEPS = 12;
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "compiled-"));
afterAll(() => fs.rmSync(scratch, { recursive: true }));
let folders = 0;
const fresh = () => path.join(scratch, String(folders++));

const random = new Random(6);
const ids = (length: number) => Array.from({ length }, () => random.integer(3, 255));
const examples: Example[] = Array.from({ length: 10 }, (_, i) => ({
  id: `item-${i}`,
  // around the sliding window of 6, so that some batches need its mask and some do not
  promptIds: [2, ...ids(random.integer(1, 9))],
  targetIds: [...ids(random.integer(1, 9)), 1],
}));

type Kind = "lora" | "full" | "distilled" | "distilled, sampled tail";
const KINDS: Kind[] = ["lora", "full", "distilled", "distilled, sampled tail"];

function teacherCache(samples: number): LogitCache {
  const folder = fresh();
  const header = {
    source: "gold" as const,
    vocabSize: 256,
    topK: 16,
    samples,
    tokenizerHash: "t",
    templateHash: "c",
    teacherHash: "w",
    dataHash: "d",
    settingsHash: "s",
  };
  const teacher = loadDecoder(GEMMA);
  const writer = LogitCacheWriter.open(folder, header);
  captureGold(teacher, examples, writer, { padId: 0, topK: 16, ...(samples > 0 && { samples, seed: 1 }) });
  writer.close();
  teacher.dispose();
  return LogitCache.open(folder, header);
}

function start(kind: Kind) {
  const decoder = loadDecoder(GEMMA, { trainable: kind !== "lora" });
  let names = [...decoder.weights.keys()];
  let parameters = names.map((name) => decoder.weights.get(name) as TrainingState["parameters"][number]);
  let adapter: LoraAdapter | undefined;
  if (kind === "lora") {
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
    adapter = LoraAdapter.create(decoder, config, 1);
    decoder.adapter = adapter.layers;
    [names, parameters] = [adapter.names, adapter.parameters];
  }
  const sampled = kind === "distilled, sampled tail";
  const cache = kind.startsWith("distilled") ? teacherCache(sampled ? 4 : 0) : undefined;
  const optimizer = new AdamW(names, parameters, { weightDecay: 0.01 });
  const step = (batch: Example[], accumulation?: number): StepBatch =>
    cache
      ? distillStep(decoder, batch, cache, {
          padId: 0,
          divergence: "forward-kl",
          alpha: 0.5,
          temperature: 2,
          tail: sampled ? "sampled" : "bucket",
          accumulation,
        })
      : crossEntropyStep(decoder, batch, 0, accumulation);
  return {
    step,
    trainingState: { names, parameters, optimizer },
    dispose() {
      cache?.close();
      optimizer.dispose();
      adapter?.dispose();
      decoder.dispose();
    },
  };
}

interface Run {
  kind?: Kind;
  directory?: string;
  compile?: boolean;
  accumulation?: number;
  stopAt?: number;
  onStep?: () => void;
}

class Stopped extends Error {}

const config = readDecoderConfig(GEMMA);
/** Roundings after each other in so many steps: forwards, and twice as many backwards. */
const roundingsOf = (steps: number) => 3 * steps * decoderRoundings(config, 20);

async function run({
  kind = "lora",
  directory = fresh(),
  compile = true,
  accumulation,
  stopAt,
  onStep,
}: Run) {
  const { step, trainingState, dispose } = start(kind);
  const batches = epochBatches(examples, { seed: 1, batchSize: 3 });
  let taken = -1;
  try {
    const records = await train(trainingState, {
      label: "test",
      directory,
      settings: "s",
      schedule: { peak: 0.01, warmupSteps: 2, totalSteps: STEPS, decay: "linear" },
      maxGradientNorm: 1,
      checkpointSeconds: 0,
      compile,
      batch: (number) => step(batches(number), accumulation),
      onStep: (record) => {
        taken = record.step;
        onStep?.();
      },
      validation: {
        everySteps: 1,
        run: (done) => {
          if (done - 1 === stopAt) throw new Stopped(`after ${taken}`);
        },
      },
    });
    return {
      records,
      weights: trainingState.parameters.map((p) => [...p.dataSync()]),
      state: trainingState.optimizer.state().map(({ data }) => [...(data as () => Float32Array)()]),
    };
  } finally {
    dispose();
  }
}

describe("twelve compiled steps are twelve eager ones", () => {
  it.each(
    KINDS.flatMap((kind) => [
      [kind, 1],
      [kind, 2],
    ]) as [Kind, number][],
  )("%s, %i micro-batches", async (kind, accumulation) => {
    const eager = await run({ kind, accumulation, compile: false });
    const compiled = await run({ kind, accumulation });
    for (const [i, record] of eager.records.entries()) {
      const other = compiled.records[i]!;
      // Losses are sums of log-probabilities, whose size is about that of a guess.
      const size = Math.log(config.vocabSize);
      for (const part of ["loss", "crossEntropy", "kl"] as const) {
        if (record[part] === undefined) expect(other[part]).toBeUndefined();
        else expectRounded([other[part]!], [record[part]], roundingsOf(i + 1), size);
      }
      expectRounded([other.gradientNorm], [record.gradientNorm], roundingsOf(i + 1));
      expect(other.learningRate).toBe(record.learningRate);
    }
    // AdamW divides by the root of a weight's own second moment: where that is small, so is what the roundings are a share of.
    const reach = eager.records.reduce((sum, { learningRate }) => sum + learningRate, 0);
    const roots = eager.state[1]!.map(Math.sqrt);
    const bound = reach * roundingBound(roundingsOf(STEPS), sizeOf(roots));
    const others = compiled.weights.flat();
    const moved = eager.weights.flat().map((weight, i) => Math.abs(weight - others[i]!) * roots[i]!);
    expect(moved.reduce((a, b) => Math.max(a, b), 0)).toBeLessThanOrEqual(bound);
  });
});

describe("a compiled run", () => {
  it("gives identical weights every time", async () => {
    const [one, two] = [await run({ kind: "distilled" }), await run({ kind: "distilled" })];
    expect(two.weights).toEqual(one.weights);
    expect(two.state).toEqual(one.state);
  });

  it.each([0, 4, 10])("stopped after step %i goes on to bit-identical losses and weights", async (stopAt) => {
    const whole = await run({});
    const directory = fresh();
    // The stop comes before the checkpoint of its step: the step is done again.
    await expect(run({ directory, stopAt })).rejects.toThrow(Stopped);
    const resumed = await run({ directory });
    expect(resumed.records.map(({ loss }) => loss)).toEqual(whole.records.map(({ loss }) => loss));
    expect(resumed.weights).toEqual(whole.weights);
    expect(resumed.state).toEqual(whole.state);
  });

  it("takes on sizes that its first batches did not show", async () => {
    const losses = async (compile: boolean) => {
      const { step, trainingState, dispose } = start("full");
      const records = await train(trainingState, {
        label: "test",
        directory: fresh(),
        settings: "s",
        schedule: { peak: 0.01, warmupSteps: 0, totalSteps: STEPS, decay: "constant" },
        maxGradientNorm: 1,
        compile,
        batch: (number) => step(number < 9 ? examples.slice(0, 2) : examples.slice(number - 8, number - 6)),
      });
      dispose();
      return records.map(({ loss }) => loss);
    };
    const eager = await losses(false);
    for (const [i, loss] of (await losses(true)).entries())
      expectRounded([loss], [eager[i]!], roundingsOf(i + 1), Math.log(config.vocabSize));
  });

  it("leaves no tensor behind", async () => {
    const counts: number[] = [];
    // What the log's writer holds grows with every run, in eager ones too.
    const growth = async (compile: boolean) => {
      const before = tf.memory().numTensors;
      await run({ compile, onStep: () => counts.push(tf.memory().numTensors - before) });
      return tf.memory().numTensors - before;
    };
    await growth(true);
    counts.length = 0;
    expect(await growth(true)).toBe(await growth(false));
    expect(new Set(counts.slice(0, STEPS)).size).toBe(1);
  });
});

describe("what no graph can be", () => {
  const attempt = (change: (batch: StepBatch, step: number) => StepBatch, trainingState = start("lora")) =>
    train(trainingState.trainingState, {
      label: "test",
      directory: fresh(),
      settings: "s",
      schedule: { peak: 0.01, warmupSteps: 0, totalSteps: 4, decay: "constant" },
      maxGradientNorm: 1,
      compile: true,
      batch: (step) => change(trainingState.step(examples.slice(step, step + 2)), step),
    });
  const changed = (
    loss: (micro: StepBatch["micro"][number], step: number) => StepBatch["micro"][number]["loss"],
  ) =>
    attempt((batch, step) => ({
      ...batch,
      micro: batch.micro.map((m) => ({ ...m, loss: loss(m, step) })),
    }));

  it("a number that changes and is not declared", async () => {
    const factor = changed(
      (m, step) =>
        (...given) =>
          tf.mul(m.loss(...given), 1 + step),
    );
    await expect(factor).rejects.toThrow(/read by op \d+ \(Mul\) differs between two steps/);
  });

  it("other ops on another batch", async () => {
    const twice = changed(
      (m, step) =>
        (...given) =>
          step === 0 ? m.loss(...given) : tf.sqrt(tf.square(m.loss(...given))),
    );
    await expect(twice).rejects.toThrow(/same ops on every batch/);
  });

  it("a loss that reads its batch by itself", async () => {
    const hidden = attempt((batch) => ({
      ...batch,
      micro: batch.micro.map(({ tokens, loss }) => ({ tokens, loss: () => loss() })),
    }));
    await expect(hidden).rejects.toThrow(/item-0.*does not say what it reads/);
  });

  it("Muon", async () => {
    const own = start("full");
    const { names, parameters } = own.trainingState;
    const optimizer = muonWithAdamW(
      names,
      parameters,
      names.map((_, i) => parameters[i]!.rank === 2),
      1,
    );
    const muon = attempt((batch) => batch, {
      ...own,
      trainingState: { names, parameters, optimizer } as never,
    });
    await expect(muon).rejects.toThrow(/Only steps with AdamW/);
  });
});

describe("torch's trajectories through the compiled step", () => {
  it.each([
    ["models", "gemma2_lora_sft"],
    ["models", "gemma2_lora_kd"],
    ["models", "gemma2_full_kd"],
    ["gemma3", "gemma3_full_kd"],
  ])("%s/%s", async (set, name) => {
    const folder = new ReferenceFolder(path.join(ORACLES, "..", set));
    const cases = await checkTraining(folder, `training/${name}`, true);
    expect(cases.length).toBeGreaterThan(3);
    expect(cases.filter(({ ok }) => !ok)).toEqual([]);
  });
});
