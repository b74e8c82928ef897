// The training loop: gradients, update, log, checkpoint, validation. What is learned comes in as a loss per batch.
import * as fs from "node:fs";
import * as path from "node:path";
import { progress } from "../base/progress";
import { BestParameters } from "./best-parameters";
import { restoreCheckpoint, saveCheckpoint, type TrainingState } from "./checkpoint";
import { OptimizerStep } from "./optimizer-step";
import { RECENT_STEPS, RunLog, type StepRecord } from "./run-log";
import { learningRate, type Schedule } from "./schedule";
import type { StepBatch } from "./step-batch";

export type { MicroBatch, Observe, StepBatch } from "./step-batch";

export interface TrainingOptions {
  /** Shown in the progress line. */
  label: string;
  /** Holds log.jsonl, tensorboard/ and, while the run is under way, checkpoint.safetensors. */
  directory: string;
  /** Hash of everything that determines the run; a checkpoint of other settings is refused. */
  settings: string;
  schedule: Schedule;
  /**
   * The batch of a step, a pure function of its number and of the last steps' records, the newest at the end: that is what makes resuming
   * exact. A compiled step is a function of its number alone.
   */
  batch: (step: number, before: readonly StepRecord[]) => StepBatch;
  maxGradientNorm: number;
  /** Runs the steps as one TensorFlow graph: faster from some hundred steps on. Needs micro-batches with `inputs` and `dimensions`. */
  compile?: boolean;
  /** Seconds between checkpoints. */
  checkpointSeconds?: number;
  validation?: {
    /** Also after the last step. */
    everySteps: number;
    /** Measures the parameters after `step` steps. A number is their score: the parameters with the highest are kept. */
    run: (step: number) => number | undefined;
  };
  /** Called after each step. */
  onStep?: (record: StepRecord) => void;
}

/** Thrown when loss or gradient is not a number or the loss explodes; the checkpoint before it is kept. */
export class DivergedError extends Error {}

/** A loss this many times the median of the steps before it (or of 1 nat, if that is more) has exploded. */
const EXPLOSION = 6;
/** The fewest steps whose median counts; RECENT_STEPS are the most. */
const FEWEST_STEPS = 5;

/**
 * Trains for `schedule.totalSteps` steps, going on from a checkpoint when there is one, and returns the step records.
 * Interrupted by SIGINT or SIGTERM it saves and throws. A checkpoint is written between a step's loss and its update: it
 * never holds parameters whose loss was not seen to be sound. Throws for a schedule without a step.
 */
export async function train(trainingState: TrainingState, options: TrainingOptions): Promise<StepRecord[]> {
  const { directory, schedule, settings, validation } = options;
  const { totalSteps } = schedule;
  if (!(totalSteps >= 1))
    throw new Error(`${options.label}: expected a step or more to train, found ${totalSteps}.`);
  const checkpoint = path.join(directory, "checkpoint.safetensors");
  const best = BestParameters.open(directory, trainingState, settings);
  let step = restoreCheckpoint(checkpoint, trainingState, settings);
  const log = new RunLog(directory, step);
  const bar = progress(options.label, totalSteps);
  const optimizerStep = new OptimizerStep(
    trainingState,
    options.maxGradientNorm,
    options.compile
      ? () => [options.batch(0, []), options.batch(Math.min(1, totalSteps - 1), [])]
      : undefined,
  );
  let stopping: string | undefined;
  const stop = (signal: string) => {
    stopping = signal;
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  // Not the wall clock, which may be set back for hours.
  let saved = performance.now();
  const saveIsDue = () => performance.now() - saved > 1000 * (options.checkpointSeconds ?? 30);
  const save = () => {
    saveCheckpoint(checkpoint, trainingState, step, settings);
    saved = performance.now();
    if (stopping) {
      throw new Error(
        `${options.label}: stopped by ${stopping} after step ${step} of ${totalSteps}; its state is saved. Run the same again to go on.`,
      );
    }
  };
  // A breath for signals, display updates and the notebook's interrupt.
  const breath = () => new Promise((resume) => setImmediate(resume));
  try {
    for (; step < totalSteps; step++) {
      await breath();
      const due = stopping !== undefined || saveIsDue();
      const record = oneStep(optimizerStep, options, step, log.recent, due ? save : () => {});
      log.write(record);
      options.onStep?.(record);
      bar.update(step + 1, `loss ${record.loss.toFixed(3)}`);
      const done = step + 1;
      if (validation && (done % validation.everySteps === 0 || done === totalSteps)) {
        const score = validation.run(done);
        if (score !== undefined) best.offer(done, score);
      }
    }
    await breath();
    if (stopping) save();
  } finally {
    optimizerStep.dispose();
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
    log.close();
    bar.finish();
  }
  return log.all();
}

/** Frees the disk of a finished run's checkpoint and best parameters; call it when the result is safely written. */
export function removeCheckpoint(directory: string): void {
  for (const file of ["checkpoint.safetensors", "best.safetensors"]) {
    fs.rmSync(path.join(directory, file), { force: true });
  }
}

/** Whether a loss has left the range of the steps before it, though it is a number. */
function hasExploded(loss: number, before: readonly StepRecord[]): boolean {
  const recent = before.slice(-RECENT_STEPS).map((record) => record.loss);
  if (recent.length < FEWEST_STEPS) return false;
  const median = recent.sort((a, b) => a - b)[Math.floor(recent.length / 2)]!;
  return loss > EXPLOSION * Math.max(1, median);
}

function oneStep(
  optimizerStep: OptimizerStep,
  options: TrainingOptions,
  step: number,
  before: readonly StepRecord[],
  beforeUpdate: () => void,
): StepRecord {
  const started = performance.now();
  const batch = options.batch(step, before);
  const { micro, items } = batch;
  const tokens = micro.reduce((sum, m) => sum + m.tokens, 0);
  const rate = learningRate(options.schedule, step);
  const diverged = (what: string, value: number) =>
    new DivergedError(
      `${options.label}: the ${what} of step ${step} is ${value}${Number.isFinite(value) ? `, where the step before had ${before[before.length - 1]!.loss.toFixed(3)}` : ""}. Its items: ${items.join(", ")}. The last checkpoint is kept; lower the learning rate (${rate.toExponential(2)}) or look at these items.`,
    );
  const check = (loss: number) => {
    if (!Number.isFinite(loss) || hasExploded(loss, before)) throw diverged("loss", loss);
    beforeUpdate();
  };
  const { loss, norm, measured } = optimizerStep.run(batch, rate, check);
  // The weights are spoilt by now; what counts is that no checkpoint of them is written.
  if (!Number.isFinite(norm)) throw diverged("gradient norm", norm);
  const seconds = (performance.now() - started) / 1000;
  return {
    step,
    loss,
    learningRate: rate,
    gradientNorm: norm,
    tokensPerSecond: tokens / seconds,
    seconds: (before[before.length - 1]?.seconds ?? 0) + seconds,
    memory: process.memoryUsage.rss(),
    ...measured,
  };
}
