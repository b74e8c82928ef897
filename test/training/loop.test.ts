// The training loop: accumulation, resuming, losses that are no numbers, leaks.
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { tf } from "../../src/engine/tf";
import { WeightFiles, writeSafetensors } from "../../src/models/safetensors";
import { BestParameters } from "../../src/training/best-parameters";
import { crossEntropyStep, epochBatches, splitBatch, validationLoss } from "../../src/training/finetune";
import { DivergedError, type StepBatch, type TrainingOptions, train } from "../../src/training/loop";
import { decoderRoundings, expectRounded } from "../rounding";
import { examples, lora } from "./lora-run";

const STEPS = 12;
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "loop-"));
afterAll(() => fs.rmSync(scratch, { recursive: true }));
let folders = 0;
const fresh = () => path.join(scratch, String(folders++));

interface Run {
  directory: string;
  batchSize?: number;
  accumulation?: number;
  settings?: string;
  /** Changes a step's batch. */
  change?: (batch: StepBatch, step: number) => StepBatch;
  validation?: TrainingOptions["validation"];
  totalSteps?: number;
}

async function run(options: Run) {
  const {
    totalSteps = STEPS,
    directory,
    batchSize = 2,
    accumulation,
    settings = "s",
    change = (b) => b,
    validation,
  } = options;
  const { decoder, trainingState, dispose } = lora();
  const batches = epochBatches(examples, { seed: 1, batchSize });
  try {
    const records = await train(trainingState, {
      label: "test",
      directory,
      settings,
      schedule: { peak: 0.01, warmupSteps: 2, totalSteps, decay: "linear" },
      maxGradientNorm: 1,
      checkpointSeconds: 0,
      validation,
      batch: (step) => change(crossEntropyStep(decoder, batches(step), 0, accumulation), step),
    });
    return { records, weights: trainingState.parameters.map((p) => [...p.dataSync()]) };
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

it("does not train on nothing, and measures nothing on nothing", async () => {
  expect(() => epochBatches([], { seed: 1, batchSize: 2 })).toThrow(
    /expected examples to learn from, found none/,
  );
  const directory = fresh();
  await expect(run({ directory, totalSteps: 0 })).rejects.toThrow(
    "test: expected a step or more to train, found 0",
  );
  expect(fs.existsSync(directory)).toBe(false);
  const { decoder, dispose } = lora();
  expect(() => validationLoss(decoder, [], 0)).toThrow(/expected examples to measure, found none/);
  dispose();
});

describe("accumulation", () => {
  it("cuts a batch into parts of nearly equal size", () => {
    expect(splitBatch([1, 2, 3, 4, 5], 4).map((part) => part.length)).toEqual([1, 2, 1, 1]);
    expect(splitBatch([1, 2], 8)).toEqual([[1], [2]]);
  });

  it("of eight batches of one is one batch of eight", async () => {
    const whole = await run({ directory: fresh(), batchSize: 8 });
    const parts = await run({ directory: fresh(), batchSize: 8, accumulation: 8 });
    // What differs is the order of sums, forwards and twice as often backwards.
    const { config } = lora().decoder;
    const roundings = decoderRoundings(config, 24);
    for (const [step, { loss, gradientNorm }] of whole.records.entries()) {
      const found = parts.records[step]!;
      expectRounded([found.loss], [loss], 3 * (step + 1) * roundings, Math.log(config.vocabSize));
      expectRounded([found.gradientNorm], [gradientNorm], 3 * (step + 1) * roundings);
    }
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

describe("a checkpoint", () => {
  const stopped = async () => {
    const directory = fresh();
    await expect(run({ directory, change: killedAt(4) })).rejects.toThrow(Killed);
    return { directory, file: path.join(directory, "checkpoint.safetensors") };
  };

  it("holds the adapter, both moments of the optimizer, the step and the settings", async () => {
    const files = WeightFiles.open((await stopped()).file);
    const { trainingState, dispose } = lora();
    const moments = ["adamw.first", "adamw.second"];
    expect(files.names().sort()).toEqual(
      [...moments, ...trainingState.names.map((n) => `parameter.${n}`)].sort(),
    );
    expect(files.metadata).toMatchObject({ step: "3", settings: "s" });
    files.close();
    dispose();
  });

  it("that is torn anywhere is refused by name and nothing is trained", async () => {
    const { directory, file } = await stopped();
    const whole = fs.readFileSync(file);
    for (const share of [0, 0.001, 0.3, 0.9999]) {
      fs.writeFileSync(file, whole.subarray(0, Math.floor(share * whole.length)));
      await expect(run({ directory })).rejects.toThrow("checkpoint.safetensors");
      expect(fs.readFileSync(path.join(directory, "log.jsonl"), "utf8").split("\n")).toHaveLength(5);
    }
  });

  it("of other parameters is refused with both shapes", async () => {
    const { directory, file } = await stopped();
    const files = WeightFiles.open(file);
    const [changed] = files.names().filter((name) => name.includes("lora_A"));
    const tensors = files.names().map((name) => {
      const { dtype, shape } = files.info(name);
      const data = files.float32(name);
      return name === changed ? { name, dtype, shape: [1, ...shape], data } : { name, dtype, shape, data };
    });
    const shape = files.info(changed!).shape;
    const { metadata } = files;
    files.close();
    writeSafetensors(file, tensors as never, metadata);
    await expect(run({ directory })).rejects.toThrow(
      `tensor "${changed}": expected F32 [${shape.join(", ")}], found F32 [1, ${shape.join(", ")}]`,
    );
  });
});

describe("the best parameters", () => {
  const score = (step: number) => [0, 0.3, 0.7, 0.7, 0.5][step / 3]!;
  const validation = { everySteps: 3, run: score };

  it("of a run, killed or not, are those of the first highest score", async () => {
    const six = fresh();
    // the weights after six steps: what the same run has when it is killed in its seventh
    await expect(run({ directory: six, validation, change: killedAt(7) })).rejects.toThrow(Killed);
    const expected = WeightFiles.open(path.join(six, "checkpoint.safetensors"));
    expect(expected.metadata.step).toBe("6");
    for (const kill of [undefined, 4, 8, 11]) {
      const directory = fresh();
      if (kill !== undefined) {
        await expect(run({ directory, validation, change: killedAt(kill) })).rejects.toThrow(Killed);
      }
      await run({ directory, validation });
      const { trainingState, dispose } = lora();
      expect(BestParameters.open(directory, trainingState, "s").restore()).toBe(6);
      for (const [i, name] of trainingState.names.entries()) {
        expect([...trainingState.parameters[i]!.dataSync()]).toEqual([
          ...expected.float32(`parameter.${name}`),
        ]);
      }
      expect(() => BestParameters.open(directory, trainingState, "t")).toThrow(/settings s, this run has t/);
      dispose();
    }
    expected.close();
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

  it("but is one, and explodes, stops too, and the checkpoint is from before", async () => {
    const directory = fresh();
    const failed = run({ directory, change: poisoned(8, 40) });
    await expect(failed).rejects.toThrow(DivergedError);
    await expect(failed).rejects.toThrow(
      /loss of step 8 is \d+\.\d+, where the step before had \d\.\d+\. Its items: item-\d/,
    );
    const stopped = fresh();
    await expect(run({ directory: stopped, change: killedAt(8) })).rejects.toThrow(Killed);
    expect(checkpoint(directory).equals(checkpoint(stopped))).toBe(true);
  });

  it("because the update spoilt the weights leaves a checkpoint from before that update", async () => {
    const directory = fresh();
    // Step 8's loss is sound, and its update spoils the weights: step 9's loss is the first to tell.
    const { decoder, trainingState, dispose } = lora();
    const batches = epochBatches(examples, { seed: 1, batchSize: 2 });
    const failed = train(trainingState, {
      label: "test",
      directory,
      settings: "s",
      schedule: { peak: 0.01, warmupSteps: 2, totalSteps: STEPS, decay: "linear" },
      maxGradientNorm: 1,
      checkpointSeconds: 0,
      batch: (step) => {
        if (step === 9) {
          for (const p of trainingState.parameters) {
            const spoilt = tf.tidy(() => tf.mul(p, Number.NaN));
            p.assign(spoilt as never);
            spoilt.dispose();
          }
        }
        return crossEntropyStep(decoder, batches(step), 0);
      },
    });
    await expect(failed).rejects.toThrow(/step 9/);
    dispose();
    const kept = WeightFiles.open(path.join(directory, "checkpoint.safetensors"));
    expect(kept.metadata.step).toBe("8");
    kept.close();
    const resumed = await run({ directory });
    expect(losses(resumed.records)).toEqual(losses((await run({ directory: fresh() })).records));
  });

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
  const { decoder, trainingState, dispose } = lora();
  await train(trainingState, {
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

describe("Ctrl-C", () => {
  const child = (directory: string, onLine: (step: number, pid: number) => void) =>
    new Promise<{ code: number | null; output: string }>((resolve) => {
      const started = spawn(
        process.execPath,
        ["--require", "tsx/cjs", path.join(__dirname, "lora-run.ts"), directory],
        { stdio: ["ignore", "pipe", "pipe"] },
      );
      let output = "";
      started.stderr.on("data", (chunk) => {
        output += chunk;
      });
      started.stdout.on("data", (chunk) => {
        output += chunk;
        for (const [, step] of String(chunk).matchAll(/step (\d+)/g)) onLine(Number(step), started.pid!);
      });
      started.on("close", (code) => resolve({ code, output }));
    });

  it.each(["SIGINT", "SIGTERM"] as const)(
    "(%s) saves, says how to go on, and the rest follows bit for bit",
    async (signal) => {
      const directory = fresh();
      let sent = false;
      const first = await child(directory, (step, pid) => {
        if (step >= 3 && !sent) {
          sent = true;
          process.kill(pid, signal);
        }
      });
      expect(first.code).toBe(1);
      const stoppedAt = Number(
        new RegExp(
          `stopped by ${signal} after step (\\d+) of 40; its state is saved. Run the same again`,
        ).exec(first.output)?.[1],
      );
      expect(stoppedAt).toBeGreaterThanOrEqual(3);
      expect(stoppedAt).toBeLessThan(40);
      const second = await child(directory, () => {});
      expect(second.output).not.toContain(`step ${stoppedAt - 1}\n`);
      expect(second.code).toBe(0);
      const whole = fresh();
      expect((await child(whole, () => {})).code).toBe(0);
      const logged = (at: string) =>
        fs
          .readFileSync(path.join(at, "log.jsonl"), "utf8")
          .trimEnd()
          .split("\n")
          .map((line) => JSON.parse(line).loss);
      expect(logged(directory)).toHaveLength(40);
      expect(logged(directory)).toEqual(logged(whole));
    },
  );
});
