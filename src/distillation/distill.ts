// One optimizer step of distillation: from a cache, from a teacher in memory, or from the teacher's own texts.
import { sumAll } from "../engine/raw";
import { type Tensor, tf } from "../engine/tf";
import type { Decoder } from "../models/decoder";
import { type Batch, collate } from "../prompts/batch";
import type { Example } from "../prompts/example";
import { type BatchInputs, batchDimensions, batchInputs, batchLoss, splitBatch } from "../training/finetune";
import type { RowLoss } from "../training/head-loss";
import type { StepBatch } from "../training/loop";
import type { LogitCache } from "./cache";
import { deviceTeacher, teacherDimensions, teacherInputs } from "./device-teacher";
import { meansOverTexts } from "./divergences/registry";
import { type StatesOptions, statesLoss } from "./hidden-states";
import { type DistillationOptions, distillationRows, type LossParts, type OwnTexts } from "./losses";
import type { WeightOf } from "./several-teachers";
import { collectStates, sharedTokens, teachersOf } from "./step-teacher";
import type { DrawnExample } from "./student-texts";

export interface DistillStepOptions extends DistillationOptions {
  padId: number;
  /**
   * Tokens of the tokenizer that both share; embeddings may have more rows. Absent: the cache's, or, for a teacher in memory, all
   * rows, which must then be as many on both sides.
   */
  vocabSize?: number;
  /** Micro-batches that the step adds up. */
  accumulation?: number;
  /** Whether the examples are the student's texts; their tokens' log-probabilities when it drew them, where they are known. */
  own?: ReadonlyMap<Example, Float32Array | undefined>;
  /** What a teacher in memory is given in an example's place: the same target after another prompt. */
  prompted?: (example: Example) => Example;
  /** How much the source counts, a teacher in memory, and others beside it, each read alike. */
  several?: { weight: WeightOf; others: readonly { decoder: Decoder; weight: WeightOf }[] };
  /** Hidden states that are compared besides, with the projectors that are trained beside the student. */
  states?: StatesOptions & { projectors: readonly Tensor[] };
}

/**
 * One step of `alpha` · cross-entropy + (1 - alpha) · T² · divergence. Offline with a cache, online with the teacher's
 * decoder. Sequence-level distillation is this or `crossEntropyStep` on examples with the teacher's texts as targets
 * (`withCachedTargets`). Logs crossEntropy and kl (the divergence without T²), means over the step's tokens;
 * reading them frees what the step holds of an online teacher.
 * Throws when the tokenizers differ or the cache was made over other targets.
 */
export function distillStep(
  decoder: Decoder,
  examples: readonly Example[],
  source: LogitCache | Decoder,
  options: DistillStepOptions,
): StepBatch {
  const { padId, accumulation = 1 } = options;
  const vocabSize = sharedTokens(decoder, source, options.vocabSize);
  for (const other of options.several?.others ?? []) sharedTokens(decoder, other.decoder, vocabSize);
  const meter = new Meter();
  const parts = splitBatch(examples, accumulation).map((part) => {
    const batch = collate(part, padId);
    const taught = options.prompted ? collate(part.map(options.prompted), padId) : batch;
    const drawn = part.map((example) => options.own?.get(example));
    const own: OwnTexts | undefined = options.own && {
      ...(drawn.every((known) => known) && {
        drawn: Float32Array.from(drawn.flatMap((known) => [...known!])),
      }),
    };
    return {
      batch,
      own,
      ...teachersOf(source, part, taught, vocabSize, options),
    };
  });
  return {
    items: examples.map((e) => e.id),
    micro: parts.map(({ batch, teacher, own, states: teacherStates }) => ({
      tokens: batch.targets.length,
      ...(meansOverTexts(options) && { weight: batch.rows }),
      ...(teacher.kind === "sparse" && {
        inputs: () => ({ ...batchInputs(decoder, batch), ...teacherInputs(teacher) }),
        dimensions: { ...batchDimensions(decoder, batch), ...teacherDimensions(teacher) },
      }),
      loss: (inputs, observe) => {
        const given = inputs as BatchInputs | undefined;
        const ofTokens = distillationRows(
          given?.targets ?? batch.targets,
          given && teacher.kind === "sparse" ? deviceTeacher(teacher, given) : teacher,
          options,
          (seen) => (observe ? observe(summed(seen)) : meter.add(seen)),
          own,
        );
        const rows = meansOverTexts(options) ? ofTexts(ofTokens, batch.counts) : ofTokens;
        if (!options.states || !teacherStates) return batchLoss(decoder, batch, rows, given);
        return withStates(decoder, batch, rows, options.states, teacherStates, (sum) => meter.addStates(sum));
      },
    })),
    weights: decoder.tensors(),
    measures: () => {
      for (const { release } of parts) release();
      return meter.read();
    },
  };
}

/**
 * One step on given texts and on texts of the student: `given` as `distillStep` does, `own` by the divergence alone, since the student's
 * tokens are no targets. Each token of the step weighs the same, or each text where the divergence is a mean over texts. Logs crossEntropy and kl of the given texts, ownKl and ownShare of
 * the student's.
 */
export function onPolicyStep(
  decoder: Decoder,
  given: readonly Example[],
  own: readonly DrawnExample[],
  source: Decoder,
  options: Omit<DistillStepOptions, "own">,
): StepBatch {
  const step = (examples: readonly Example[], further: object) =>
    examples.length > 0
      ? distillStep(decoder, examples, source, { ...options, ...further } as DistillStepOptions)
      : undefined;
  const first = step(given, {});
  const second = step(
    own.map(({ example }) => example),
    { alpha: 0, own: new Map(own.map(({ example, logProbability }) => [example, logProbability])) },
  );
  const tokens = (of?: StepBatch) => of?.micro.reduce((sum, micro) => sum + micro.tokens, 0) ?? 0;
  return {
    items: [...(first?.items ?? []), ...(second?.items ?? [])],
    micro: [...(first?.micro ?? []), ...(second?.micro ?? [])],
    measures: () => {
      const measured = second?.measures?.();
      return {
        ...first?.measures?.(),
        ...(measured && { ownKl: measured.kl! }),
        ownShare: tokens(second) / (tokens(first) + tokens(second)),
      };
    },
  };
}

/** A row loss whose mean over all rows is that of the texts' own means; `counts` are the rows of each. */
function ofTexts(rows: RowLoss, counts: readonly number[]): RowLoss {
  const total = counts.reduce((a, b) => a + b, 0);
  const weights = counts.flatMap((count) => Array<number>(count).fill(total / (counts.length * count)));
  return (logits, start) => {
    const { loss, gradient } = rows(logits, start);
    const own = tf.tensor1d(weights.slice(start, start + logits.shape[0]!));
    return { loss: tf.mul(loss, own), gradient: tf.mul(gradient, tf.reshape(own, [-1, 1])) };
  };
}

/** A batch's loss and that of its hidden states, whose sum over the batch's tokens `observe` is told. */
function withStates(
  decoder: Decoder,
  batch: Batch,
  rows: RowLoss,
  options: NonNullable<DistillStepOptions["states"]>,
  teacher: readonly Tensor[],
  observe: (sum: Tensor) => void,
): Tensor {
  const at = collectStates(
    batch,
    options.layers.map(([layer]) => layer),
  );
  const loss = batchLoss(decoder, batch, rows, undefined, { onHidden: at.onHidden });
  const text = batch.counts.flatMap((count, i) => Array<number>(count).fill(i));
  const ofStates = statesLoss(options, at.states(), teacher, options.projectors, text);
  observe(tf.mul(ofStates, batch.targets.length));
  // The tape has what it needs of them.
  tf.dispose(at.made());
  return tf.add(loss, ofStates);
}

const summed = ({ crossEntropy, divergence }: LossParts) => ({
  crossEntropy: sumAll(crossEntropy),
  kl: sumAll(divergence),
});

/** Sums of the loss's parts, kept on the device until they are read. */
class Meter {
  private sums: Tensor[] = [];
  private states: Tensor[] = [];
  private tokens = 0;

  add(seen: LossParts): void {
    this.tokens += seen.divergence.size;
    const { crossEntropy, kl } = summed(seen);
    this.sums.push(tf.keep(tf.stack([crossEntropy, kl])));
  }

  addStates(sum: Tensor): void {
    this.states.push(tf.keep(sum));
  }

  read(): Record<string, number> {
    const ofStates = this.states.reduce((total, sum) => total + sum.dataSync()[0]!, 0) / this.tokens;
    const seen = this.states.length > 0;
    tf.dispose(this.states);
    this.states = [];
    const totals = [0, 0];
    for (const sum of this.sums) {
      for (const [i, value] of sum.dataSync().entries()) totals[i]! += value;
      sum.dispose();
    }
    const [crossEntropy, kl] = totals.map((total) => total / this.tokens);
    this.sums = [];
    this.tokens = 0;
    return { crossEntropy: crossEntropy!, kl: kl!, ...(seen && { states: ofStates }) };
  }
}
