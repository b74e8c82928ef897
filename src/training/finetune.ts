// Supervised fine-tuning on document-summary pairs: shuffled epochs, loss on the summary's tokens only.
import { Random } from "../base/random";
import type { Dimensions } from "../engine/graph/dimensions";
import { type Tensor, tf } from "../engine/tf";
import type { Decoder, DecoderInputs, ForwardOptions } from "../models/decoder";
import { takeRows } from "../models/embedding";
import { type Batch, collate } from "../prompts/batch";
import type { Example } from "../prompts/example";
import { crossEntropyRows, headLoss, type RowLoss } from "./head-loss";
import type { StepBatch } from "./loop";

export interface EpochOptions {
  seed: number;
  batchSize: number;
  /** Micro-batches that one optimizer step adds up, each of batchSize / accumulation rows. */
  accumulation?: number;
}

/** Which examples a step sees: epoch after epoch, each in its own order, a function of seed and step alone. Throws where there are none. */
export function epochBatches<T>(
  examples: readonly T[],
  { seed, batchSize }: EpochOptions,
): (step: number) => T[] {
  if (examples.length === 0) throw new Error("Training: expected examples to learn from, found none.");
  const orders = new Map<number, T[]>();
  const order = (epoch: number) => {
    let found = orders.get(epoch);
    if (!found) {
      found = new Random(seed * 65_537 + epoch).shuffle(examples);
      orders.clear();
      orders.set(epoch, found);
    }
    return found;
  };
  return (step) =>
    Array.from({ length: batchSize }, (_, i) => {
      const at = step * batchSize + i;
      return order(Math.floor(at / examples.length))[at % examples.length]!;
    });
}

/** Steps of `epochs` passes over n examples, the last batch filled from the next pass. */
export const stepsOf = (examples: number, epochs: number, batchSize: number): number =>
  Math.ceil((examples * epochs) / batchSize);

/**
 * The mean of a row loss over a batch's scored positions, with the tape's gradients. With `inputs`, made by
 * `batchInputs` of the same batch, nothing else is read of it, and all rows are scored at once. Further options are those of `headLoss` and of
 * the decoder's forward pass.
 */
export function batchLoss(
  decoder: Decoder,
  batch: Batch,
  rowLoss: RowLoss,
  inputs?: BatchInputs,
  { chunkElements, onHidden }: { chunkElements?: number } & Pick<ForwardOptions, "onHidden"> = {},
): Tensor {
  const positions = inputs?.positions ?? tf.tensor1d(batch.positions, "int32");
  const hidden = takeRows(decoder.hidden(batch.ids, batch.rows, { inputs, onHidden }), positions);
  return headLoss(hidden, decoder.head, rowLoss, {
    softcap: decoder.config.finalSoftcap,
    trainable: decoder.trainable,
    ...(chunkElements !== undefined && { chunkElements }),
    ...(inputs && { share: inputs.share, chunkElements: Number.POSITIVE_INFINITY }),
  });
}

/** What a loss reads of a batch: the decoder's inputs, positions and targets int32 [n], and 1 / n. */
export interface BatchInputs extends DecoderInputs {
  positions: Tensor;
  targets: Tensor;
  share: Tensor;
}

/** A batch's tensors for `batchLoss`; the caller disposes them. */
export function batchInputs(decoder: Decoder, batch: Batch): BatchInputs {
  return {
    ...decoder.inputs(batch.ids, batch.rows, {}, true),
    positions: tf.tensor1d(batch.positions, "int32"),
    targets: tf.tensor1d(batch.targets, "int32"),
    share: tf.scalar(1 / batch.targets.length),
  };
}

/** The named dimensions of `batchInputs`. */
export const batchDimensions = (decoder: Decoder, batch: Batch): Dimensions => ({
  ...decoder.dimensions(batch.rows, "time", "time", 1),
  positions: ["scored"],
  targets: ["scored"],
});

/** Cuts a step's examples into at most `parts` micro-batches of nearly equal size, none empty. */
export function splitBatch<T>(examples: readonly T[], parts: number): T[][] {
  const count = Math.min(parts, examples.length);
  const cut = (i: number) => Math.round((i * examples.length) / count);
  return Array.from({ length: count }, (_, i) => examples.slice(cut(i), cut(i + 1)));
}

/** One optimizer step of plain cross-entropy. */
export function crossEntropyStep(
  decoder: Decoder,
  examples: readonly Example[],
  padId: number,
  accumulation = 1,
): StepBatch {
  const batches = splitBatch(examples, accumulation).map((part) => collate(part, padId));
  return {
    items: examples.map((e) => e.id),
    micro: batches.map((batch) => ({
      tokens: batch.targets.length,
      inputs: () => batchInputs(decoder, batch),
      dimensions: batchDimensions(decoder, batch),
      loss: (inputs) => {
        const given = inputs as BatchInputs | undefined;
        return batchLoss(decoder, batch, crossEntropyRows(given?.targets ?? batch.targets), given);
      },
    })),
    weights: decoder.tensors(),
  };
}

/** Mean cross-entropy per summary token over all examples, without gradients. Throws where there are none. */
export function validationLoss(
  decoder: Decoder,
  examples: readonly Example[],
  padId: number,
  batchSize = 50,
): number {
  if (examples.length === 0) throw new Error("Validation: expected examples to measure, found none.");
  let sum = 0;
  let tokens = 0;
  const byLength = [...examples].sort(
    (a, b) => a.promptIds.length + a.targetIds.length - b.promptIds.length - b.targetIds.length,
  );
  for (let start = 0; start < byLength.length; start += batchSize) {
    const batch = collate(byLength.slice(start, start + batchSize), padId);
    sum +=
      tf.tidy(() => batchLoss(decoder, batch, crossEntropyRows(batch.targets)).dataSync()[0]!) *
      batch.targets.length;
    tokens += batch.targets.length;
  }
  return sum / tokens;
}
