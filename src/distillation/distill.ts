// One optimizer step of distillation: from a cache, from a teacher in memory, or from the teacher's own texts.
import { slice, sumAll } from "../engine/raw";
import { type Tensor, tf } from "../engine/tf";
import { Decoder } from "../models/decoder";
import { takeRows } from "../models/embedding";
import { type Batch, collate } from "../prompts/batch";
import type { Example } from "../prompts/example";
import { type BatchInputs, batchInputs, batchLoss, splitBatch } from "../training/finetune";
import type { StepBatch } from "../training/loop";
import { LogitCache, rowShape } from "./cache";
import { deviceTeacher, teacherInputs } from "./device-teacher";
import { type DistillationOptions, distillationRows, type LossParts } from "./losses";
import { sparseTeacher, type Teacher } from "./teacher-targets";

export interface DistillStepOptions extends DistillationOptions {
  padId: number;
  /**
   * Tokens of the tokenizer that both share; embeddings may have more rows. Absent: the cache's, or, for a teacher in memory, all
   * rows, which must then be as many on both sides.
   */
  vocabSize?: number;
  /** Micro-batches that the step adds up. */
  accumulation?: number;
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
  const meter = new Meter();
  const parts = splitBatch(examples, accumulation).map((part) => {
    const batch = collate(part, padId);
    return { batch, ...teacherOf(source, batch, vocabSize) };
  });
  return {
    items: examples.map((e) => e.id),
    micro: parts.map(({ batch, teacher }) => ({
      tokens: batch.targets.length,
      ...(teacher.kind === "sparse" && {
        inputs: () => ({ ...batchInputs(decoder, batch), ...teacherInputs(teacher) }),
      }),
      loss: (inputs, observe) => {
        const given = inputs as BatchInputs | undefined;
        const rows = distillationRows(
          given?.targets ?? batch.targets,
          given && teacher.kind === "sparse" ? deviceTeacher(teacher, given) : teacher,
          options,
          (seen) => (observe ? observe(summed(seen)) : meter.add(seen)),
        );
        return batchLoss(decoder, batch, rows, given);
      },
    })),
    measures: () => {
      for (const { release } of parts) release();
      return meter.read();
    },
  };
}

/** The number of tokens that the divergence is over. Throws where student or teacher lack some of them, or it is not known. */
function sharedTokens(decoder: Decoder, source: LogitCache | Decoder, tokens: number | undefined): number {
  const student = decoder.config.vocabSize;
  const teacher = source instanceof LogitCache ? source.header.vocabSize : source.config.vocabSize;
  const shared = tokens ?? teacher;
  if (source instanceof LogitCache && shared !== teacher) {
    throw new Error(
      `${source.directory}: the cache has logits of ${teacher} tokens, the tokenizer ${shared}: capture them with the student's tokenizer.`,
    );
  }
  const unknown = tokens === undefined && source instanceof Decoder && student !== teacher;
  if (unknown || shared > Math.min(student, teacher)) {
    throw new Error(
      `The teacher's vocabulary has ${teacher} tokens, the student's ${student}${tokens === undefined ? "" : `, the tokenizer ${tokens}`}: ` +
        "distillation needs the same tokenizer, and where embeddings have rows beyond its tokens their number.",
    );
  }
  return shared;
}

function teacherOf(
  source: LogitCache | Decoder,
  batch: Batch,
  vocabSize: number,
): { teacher: Teacher; release: () => void } {
  if (source instanceof LogitCache) {
    const shape = { ...rowShape(source.header), vocabSize, prior: source.prior?.logProbability };
    return { teacher: sparseTeacher(batch, (id) => source.row(id), shape), release: () => {} };
  }
  // Made before the student's tape begins; the logits follow chunk by chunk as the student's do.
  const hidden = tf.keep(
    tf.tidy(() => takeRows(source.hidden(batch.ids, batch.rows), tf.tensor1d(batch.positions, "int32"))),
  );
  const width = hidden.shape[1]!;
  return {
    teacher: {
      kind: "dense",
      vocabSize,
      logits: (start, count) => source.logits(slice(hidden, [start, 0], [count, width]), vocabSize),
    },
    release: () => hidden.dispose(),
  };
}

const summed = ({ crossEntropy, divergence }: LossParts) => ({
  crossEntropy: sumAll(crossEntropy),
  kl: sumAll(divergence),
});

/** Sums of the loss's parts, kept on the device until they are read. */
class Meter {
  private sums: Tensor[] = [];
  private tokens = 0;

  add(seen: LossParts): void {
    this.tokens += seen.divergence.size;
    const { crossEntropy, kl } = summed(seen);
    this.sums.push(tf.keep(tf.stack([crossEntropy, kl])));
  }

  read(): Record<string, number> {
    const totals = [0, 0];
    for (const sum of this.sums) {
      for (const [i, value] of sum.dataSync().entries()) totals[i]! += value;
      sum.dispose();
    }
    const [crossEntropy, kl] = totals.map((total) => total / this.tokens);
    this.sums = [];
    this.tokens = 0;
    return { crossEntropy: crossEntropy!, kl: kl! };
  }
}
