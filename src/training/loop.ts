// The training loop: gradients, update, log, checkpoint, validation. What is learned comes in as a loss per batch.
import * as fs from "node:fs";
import * as path from "node:path";
import { valueAndGradients } from "../engine/gradient";
import { progress } from "../engine/progress";
import { type Tensor, tf } from "../engine/tf";
import { restoreCheckpoint, saveCheckpoint, type Trainee } from "./checkpoint";
import { RunLog, type StepRecord } from "./run-log";
import { learningRate, type Schedule } from "./schedule";

/** One optimizer step's work: its micro-batches' losses are means over their own tokens. */
export interface StepBatch {
  micro: { loss: () => Tensor; tokens: number }[];
  /** Which items these are, for messages. */
  items: string[];
  /** Further figures to log, read after the losses ran. */
  measures?: () => Record<string, number>;
}

export interface TrainingOptions {
  /** Shown in the progress line. */
  label: string;
  /** Holds log.jsonl, tensorboard/ and, while the run is under way, checkpoint.safetensors. */
  directory: string;
  /** Hash of everything that determines the run; a checkpoint of other settings is refused. */
  settings: string;
  schedule: Schedule;
  /** The batch of a step, a pure function of its number: that is what makes resuming exact. */
  batch: (step: number) => StepBatch;
  maxGradientNorm: number;
  /** Seconds between checkpoints. */
  checkpointSeconds?: number;
  validation?: { everySteps: number; run: (step: number) => void };
  /** Called after each step, for a live chart. */
  onStep?: (record: StepRecord) => void;
}

/** Thrown when loss or gradient is not a number; the checkpoint before it is kept. */
export class DivergedError extends Error {}

/**
 * Trains for `schedule.totalSteps` steps, going on from a checkpoint when there is one, and returns the step records.
 * Interrupted by SIGINT or SIGTERM it saves and throws.
 */
export async function train(trainee: Trainee, options: TrainingOptions): Promise<StepRecord[]> {
  const { directory, schedule, settings } = options;
  const checkpoint = path.join(directory, "checkpoint.safetensors");
  let step = restoreCheckpoint(checkpoint, trainee, settings);
  const log = new RunLog(directory, step);
  const bar = progress(options.label, schedule.totalSteps);
  let stopping: string | undefined;
  const stop = (signal: string) => {
    stopping = signal;
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  // Not the wall clock, which may be set back for hours.
  let saved = performance.now();
  try {
    for (; step < schedule.totalSteps; step++) {
      const record = oneStep(trainee, options, step, log.records[step - 1]?.seconds ?? 0);
      log.write(record);
      options.onStep?.(record);
      bar.update(step + 1, `loss ${record.loss.toFixed(3)}`);
      const done = step + 1;
      if (
        options.validation &&
        (done % options.validation.everySteps === 0 || done === schedule.totalSteps)
      ) {
        options.validation.run(done);
      }
      // A breath for signals, display updates and the notebook's interrupt.
      await new Promise((resume) => setImmediate(resume));
      if (stopping || performance.now() - saved > 1000 * (options.checkpointSeconds ?? 30)) {
        saveCheckpoint(checkpoint, trainee, done, settings);
        saved = performance.now();
      }
      if (stopping) {
        throw new Error(
          `${options.label}: stopped by ${stopping} after step ${done} of ${schedule.totalSteps}. Run the same again to go on.`,
        );
      }
    }
  } finally {
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
    log.close();
    bar.finish();
  }
  return log.records;
}

/** Frees the disk of a finished run's checkpoint; call it when the result is safely written. */
export function removeCheckpoint(directory: string): void {
  fs.rmSync(path.join(directory, "checkpoint.safetensors"), { force: true });
}

function oneStep(
  trainee: Trainee,
  options: TrainingOptions,
  step: number,
  secondsBefore: number,
): StepRecord {
  const started = performance.now();
  const { micro, items, measures } = options.batch(step);
  const tokens = micro.reduce((sum, m) => sum + m.tokens, 0);
  const rate = learningRate(options.schedule, step);
  const diverged = (what: string, value: number) =>
    new DivergedError(
      `${options.label}: the ${what} of step ${step} is ${value}. Its items: ${items.join(", ")}. The last checkpoint is kept; lower the learning rate (${rate.toExponential(2)}) or look at these items.`,
    );
  const { loss, norm } = tf.tidy(() => {
    let total: Tensor[] | undefined;
    let loss = 0;
    for (const { loss: compute, tokens: count } of micro) {
      const { value, gradients } = valueAndGradients(compute, trainee.parameters);
      // Weighted by tokens, so that 8 batches of 1 give what 1 batch of 8 gives.
      const share = count / tokens;
      loss += value.dataSync()[0]! * share;
      const weighted = share === 1 ? gradients : gradients.map((g) => g.mul(share));
      total = total ? total.map((sum, i) => sum.add(weighted[i]!)) : weighted;
    }
    if (!Number.isFinite(loss)) throw diverged("loss", loss);
    const norm = trainee.optimizer.apply(total!, rate, options.maxGradientNorm);
    // The weights are spoilt by now; what counts is that no checkpoint of them is written.
    if (!Number.isFinite(norm)) throw diverged("gradient norm", norm);
    return { loss, norm };
  });
  const seconds = (performance.now() - started) / 1000;
  return {
    step,
    loss,
    learningRate: rate,
    gradientNorm: norm,
    tokensPerSecond: tokens / seconds,
    seconds: secondsBefore + seconds,
    memory: process.memoryUsage.rss(),
    ...measures?.(),
  };
}
