// Pre-training of the study's tiny base models on generated conversations: tasks on paragraphs, never a summary.

import { Random } from "../base/random";
import { conversations, type Turn } from "../corpus/pretraining";
import { tf, type Variable } from "../engine/tf";
import { type DecoderConfig, tensorShapes } from "../models/config";
import { Decoder } from "../models/decoder";
import { takeRows } from "../models/embedding";
import { keepWeight } from "../models/load";
import type { ChatTokenizer } from "../prompts/tokenizer";
import type { TrainingState } from "./checkpoint";
import { crossEntropyRows, headLoss, type RowLoss } from "./head-loss";
import type { StepBatch } from "./loop";
import { muonWithAdamW } from "./optimizer";

export interface PretrainSettings {
  seed: number;
  steps: number;
  batchSize: number;
  /** Conversations are cut to this many tokens, by whole turns. */
  maxTokens: number;
  /** AdamW's rate, for embedding, head and norms. */
  learningRate: number;
  /** Muon's rate, for the matrices of the layers. */
  muonLearningRate: number;
  warmupSteps: number;
  /** Text between a model turn's end and the next user turn, as the family's template writes it. */
  separator: string;
}

/** Conversations are drawn and sorted by length in groups of this many batches, to save padding. */
const GROUP = 16;
/** Share of the tokens outside the answers that count in the loss, so that the model learns the language as well. */
const OTHER_SHARE = 0.1;

/** A decoder with random weights: embeddings N(0, 1/hidden), matrices N(0, 0.36/in), norms neutral. */
export function randomDecoder(config: DecoderConfig, seed: number): Decoder {
  const random = new Random(seed);
  const weights = new Map<string, Variable>();
  for (const [name, shape] of tensorShapes(config)) {
    const size = shape.reduce((a, b) => a * b, 1);
    const deviation =
      name.includes("embed") || name.includes("lm_head")
        ? config.hiddenSize ** -0.5
        : 0.6 * shape[1]! ** -0.5;
    const data =
      shape.length === 1
        ? new Float32Array(size).fill(1 - config.normOffset)
        : Float32Array.from({ length: size }, () => random.normal() * deviation);
    weights.set(name, keepWeight(data, shape, true) as Variable);
  }
  return new Decoder(config, weights, true);
}

/** The decoder's parameters with Muon for its layers' matrices and AdamW (betas .9, .98) for the rest. */
export function pretrainingState(decoder: Decoder, settings: PretrainSettings): TrainingState {
  const names = [...decoder.weights.keys()];
  const parameters = names.map((name) => decoder.weights.get(name) as Variable);
  const isMatrix = names.map((name, i) => parameters[i]!.rank === 2 && name.startsWith("model.layers."));
  const optimizer = muonWithAdamW(
    names,
    parameters,
    isMatrix,
    settings.muonLearningRate / settings.learningRate,
  );
  return { names, parameters, optimizer };
}

interface Document {
  ids: number[];
  /** Whether the token belongs to an answer. */
  answer: boolean[];
}

/** One conversation as tokens, cut to whole turns that fit; undefined when not even the first does. */
export function tokenizeConversation(
  tokenizer: ChatTokenizer,
  turns: readonly Turn[],
  settings: PretrainSettings,
): Document | undefined {
  const ids: number[] = tokenizer.bosId === undefined ? [] : [tokenizer.bosId];
  const answer = ids.map(() => false);
  const separator = tokenizer.encode(settings.separator);
  for (const turn of turns) {
    const question = [...(answer.includes(true) ? separator : []), ...tokenizer.turn(turn.user)];
    const reply = [...tokenizer.encode(turn.model), tokenizer.endOfTurnId];
    if (ids.length + question.length + reply.length > settings.maxTokens) break;
    ids.push(...question, ...reply);
    answer.push(...question.map(() => false), ...reply.map(() => true));
  }
  return answer.includes(true) ? { ids, answer } : undefined;
}

/** Batches by step number; each is a function of seed and step alone, so that a resumed run sees the same data. */
export function pretrainBatches(
  tokenizer: ChatTokenizer,
  banned: ReadonlySet<string>,
  settings: PretrainSettings,
): (step: number) => { documents: Document[]; step: number } {
  let group = -1;
  let batches: Document[][] = [];
  return (step) => {
    const wanted = Math.floor(step / GROUP);
    if (wanted !== group) {
      group = wanted;
      const source = conversations(settings.seed * 1_000_003 + group, banned as Set<string>);
      const documents: Document[] = [];
      while (documents.length < GROUP * settings.batchSize) {
        const document = tokenizeConversation(tokenizer, source.next().value as Turn[], settings);
        if (document) documents.push(document);
      }
      documents.sort((a, b) => a.ids.length - b.ids.length);
      batches = Array.from({ length: GROUP }, (_, i) =>
        documents.slice(i * settings.batchSize, (i + 1) * settings.batchSize),
      );
      batches = new Random(settings.seed * 7919 + group).shuffle(batches);
    }
    return { documents: batches[step % GROUP]!, step };
  };
}

/** The loss of one batch: all answer tokens and a tenth of the others, each counting alike. */
export function pretrainStep(
  decoder: Decoder,
  tokenizer: ChatTokenizer,
  batch: { documents: Document[]; step: number },
  seed: number,
): StepBatch {
  const { documents, step } = batch;
  const random = new Random(seed * 31 + step);
  const length = Math.max(...documents.map((d) => d.ids.length));
  const ids = new Int32Array(documents.length * length).fill(tokenizer.padId);
  const positions: number[] = [];
  const targets: number[] = [];
  const isAnswer: boolean[] = [];
  for (const [row, document] of documents.entries()) {
    ids.set(document.ids, row * length);
    for (let t = 0; t + 1 < document.ids.length; t++) {
      const answers = document.answer[t + 1]!;
      if (!answers && random.next() >= OTHER_SHARE) continue;
      positions.push(row * length + t);
      targets.push(document.ids[t + 1]!);
      isAnswer.push(answers);
    }
  }
  let answerSum = 0;
  const counted: RowLoss = (logits, start) => {
    const rows = crossEntropyRows(Int32Array.from(targets))(logits, start);
    const losses = rows.loss.dataSync();
    for (let i = 0; i < losses.length; i++) if (isAnswer[start + i]) answerSum += losses[i]!;
    return rows;
  };
  const answers = isAnswer.filter(Boolean).length;
  return {
    items: [`conversations of step ${step}`],
    micro: [
      {
        tokens: targets.length,
        loss: () => {
          const hidden = takeRows(decoder.hidden(ids, documents.length), tf.tensor1d(positions, "int32"));
          return headLoss(hidden, decoder.head, counted, {
            softcap: decoder.config.finalSoftcap,
            trainable: true,
          });
        },
      },
    ],
    measures: () => ({
      answerLoss: answerSum / answers,
      textTokens: documents.reduce((n, d) => n + d.ids.length, 0),
    }),
  };
}
