// The teacher of one step: a cache's rows, a decoder in memory, or several of them mixed, with the hidden states that are compared.
import { slice } from "../engine/raw";
import { type Tensor, tf } from "../engine/tf";
import { Decoder } from "../models/decoder";
import { takeRows } from "../models/embedding";
import type { Batch } from "../prompts/batch";
import type { Example } from "../prompts/example";
import { LogitCache, rowShape } from "./cache";
import { TEMPERATURES } from "./cache-row";
import type { DistillStepOptions } from "./distill";
import { mixedTeacher } from "./several-teachers";
import { type SparseTeacher, sparseTeacher, type Teacher, temperatureColumn } from "./teacher-targets";

/** A batch's teacher, its hidden states where they are compared; `release` frees what it holds. */
export interface StepTeacher {
  teacher: Teacher;
  states?: Tensor[];
  release: () => void;
}

/** The number of tokens that the divergence is over. Throws where student or teacher lack some of them, or it is not known. */
export function sharedTokens(
  decoder: Decoder,
  source: LogitCache | Decoder,
  tokens: number | undefined,
): number {
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

/** The teacher of a batch: the source alone, or its mixture with others. */
export function teachersOf(
  source: LogitCache | Decoder,
  examples: readonly Example[],
  batch: Batch,
  vocabSize: number,
  options: DistillStepOptions,
): StepTeacher {
  const first = teacherOf(source, batch, vocabSize, options);
  if (!options.several || first.teacher.kind !== "dense") return first;
  const { weight, others } = options.several;
  const further = others.map(({ decoder, ...own }) => ({
    ...own,
    ...teacherOf(decoder, batch, vocabSize, { ...options, states: undefined }),
  }));
  const all = [{ teacher: first.teacher, weight }, ...further] as Parameters<typeof mixedTeacher>[0];
  return {
    ...first,
    teacher: mixedTeacher(all, examples, batch.counts),
    release: () => {
      first.release();
      for (const { release } of further) release();
    },
  };
}

/** Throws where a cache lacks the sums at a temperature: those of a teacher behind a server are known at 1 alone. */
function checkKnown(
  directory: string,
  { logSumExp }: SparseTeacher,
  { temperature, tail = "bucket" }: DistillStepOptions,
): void {
  if (tail === "renormalise") return;
  const column = temperatureColumn(temperature, tail);
  if (logSumExp.some((value, i) => i % TEMPERATURES.length === column && Number.isNaN(value))) {
    throw new Error(
      `${directory}: its teacher stood behind a server, which tells probabilities at temperature 1 alone, found ${temperature}. Take 1, or tail "renormalise".`,
    );
  }
}

function teacherOf(
  source: LogitCache | Decoder,
  batch: Batch,
  vocabSize: number,
  options: DistillStepOptions,
): StepTeacher {
  if (source instanceof LogitCache) {
    const shape = { ...rowShape(source.header), vocabSize, prior: source.prior?.logProbability };
    const teacher = sparseTeacher(batch, (id) => source.row(id), shape);
    checkKnown(source.directory, teacher, options);
    return { teacher, release: () => {} };
  }
  // Made before the student's tape begins; the logits follow chunk by chunk as the student's do.
  const at = collectStates(batch, options.states?.layers.map(([, layer]) => layer) ?? []);
  const hidden = tf.keep(
    tf.tidy(() => {
      const last = source.hidden(batch.ids, batch.rows, { onHidden: at.onHidden });
      return takeRows(last, tf.tensor1d(batch.positions, "int32"));
    }),
  );
  const width = hidden.shape[1]!;
  return {
    teacher: {
      kind: "dense",
      vocabSize,
      logits: (start, count) => source.logits(slice(hidden, [start, 0], [count, width]), vocabSize),
    },
    ...(options.states && { states: at.states() }),
    release: () => tf.dispose([hidden, ...at.made()]),
  };
}

/** Keeps the states of certain layers at a batch's scored positions, [n, width]; `made` are the tensors to dispose. */
export function collectStates(batch: Batch, layers: readonly number[]) {
  const found = new Map<number, Tensor>();
  return {
    onHidden: (layer: number, hidden: Tensor): void => {
      if (!layers.includes(layer)) return;
      found.set(layer, tf.keep(takeRows(hidden, tf.tensor1d(batch.positions, "int32"))));
    },
    states: (): Tensor[] =>
      layers.map((layer) => {
        const state = found.get(layer);
        if (!state) throw new Error(`There is no layer ${layer} whose states could be compared.`);
        return state;
      }),
    made: (): Tensor[] => [...found.values()],
  };
}
