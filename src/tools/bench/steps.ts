// Optimizer steps as the study's training runs make them, for the rows that time them.

import { Random } from "../../base/random";
import { valueAndGradients } from "../../engine/gradient";
import { tf, type Variable } from "../../engine/tf";
import type { Decoder } from "../../models/decoder";
import type { Example } from "../../prompts/example";
import { AdamW } from "../../training/adamw";
import { CompiledStep } from "../../training/compiled-step";
import type { StepBatch } from "../../training/step-batch";

/** Random token ids, the first of each row the prompt and the others the target: every position is scored. */
export function randomIds(rows: number, length: number, vocab: number): number[][] {
  const random = new Random(3);
  return Array.from({ length: rows }, () => Array.from({ length }, () => random.integer(6, vocab - 1)));
}

export const examplesOf = (ids: readonly number[][]): Example[] =>
  ids.map(([first, ...rest], i) => ({ id: `row-${i}`, promptIds: [first!], targetIds: rest }));

/** What is trained: all weights of a trainable decoder, or an adapter's. */
export interface Trained {
  names: string[];
  parameters: Variable[];
}

export const allWeights = (decoder: Decoder): Trained => ({
  names: [...decoder.weights.keys()],
  parameters: [...decoder.weights.values()] as Variable[],
});

/** One step a call: loss, gradients clipped to a norm of 1, AdamW; returns the loss. */
export function trainer(
  { names, parameters }: Trained,
  learningRate: number,
  batch: () => StepBatch,
): () => number {
  const optimizer = new AdamW(names, parameters);
  return () => {
    const { micro, measures } = batch();
    const loss = tf.tidy(() => {
      const { value, gradients } = valueAndGradients(() => micro[0]!.loss(), parameters);
      optimizer.apply(gradients, learningRate, 1);
      return value.dataSync()[0]!;
    });
    measures?.();
    return loss;
  };
}

/** The same step as one graph of the engine, recorded and loaded at the first call. */
export function compiledTrainer(
  { names, parameters }: Trained,
  learningRate: number,
  batch: () => StepBatch,
): () => number {
  const trainee = { names, parameters, optimizer: new AdamW(names, parameters) };
  const step = new CompiledStep(trainee, batch, 1, 1);
  return () => step.run(batch(), learningRate).loss;
}

/** Seconds that something takes. */
export function secondsOf(run: () => unknown): number {
  const started = performance.now();
  run();
  return (performance.now() - started) / 1000;
}
