// Masked-language-model pre-training (Devlin et al. 2019) of the study's tiny encoder, head tied to the embeddings.

import { Random } from "../base/random";
import { conversations } from "../corpus/pretraining";
import { tf, type Variable } from "../engine/tf";
import { takeRows } from "../models/embedding";
import { type EncoderConfig, encoderTensorShapes } from "../models/encoder-config";
import { encoderForward } from "../models/encoder-forward";
import { keepWeight } from "../models/load";
import type { TrainingState } from "./checkpoint";
import { crossEntropyRows, headLoss } from "./head-loss";
import type { StepBatch } from "./loop";
import { muonWithAdamW } from "./optimizer";

export interface MaskedLmSettings {
  seed: number;
  steps: number;
  batchSize: number;
  learningRate: number;
  muonLearningRate: number;
  warmupSteps: number;
}

/** Special ids of the encoder's tokenizer. */
export interface MaskedLmVocabulary {
  encode(text: string): number[];
  maskId: number;
  padId: number;
  special: ReadonlySet<number>;
}

const MASKED_SHARE = 0.15;

/** Random encoder weights: embeddings N(0, 0.02), matrices N(0, 0.36/in), norms 1, biases 0; variables by name. */
export function randomEncoder(config: EncoderConfig, seed: number): Map<string, Variable> {
  const random = new Random(seed);
  return new Map(
    [...encoderTensorShapes(config)].map(([name, shape]) => {
      const size = shape.reduce((a, b) => a * b, 1);
      const deviation = name.startsWith("embeddings.") ? 0.02 : 0.6 * shape[shape.length - 1]! ** -0.5;
      const data =
        shape.length === 2
          ? Float32Array.from({ length: size }, () => random.normal() * deviation)
          : new Float32Array(size).fill(name.endsWith("LayerNorm.weight") ? 1 : 0);
      return [name, keepWeight(data, shape, true) as Variable] as const;
    }),
  );
}

/** Muon for the layers' matrices, AdamW for the rest. */
export function maskedLmState(
  weights: ReadonlyMap<string, Variable>,
  settings: MaskedLmSettings,
): TrainingState {
  const names = [...weights.keys()];
  const parameters = [...weights.values()];
  const isMatrix = names.map((name, i) => parameters[i]!.rank === 2 && name.startsWith("encoder."));
  const optimizer = muonWithAdamW(
    names,
    parameters,
    isMatrix,
    settings.muonLearningRate / settings.learningRate,
  );
  return { names, parameters, optimizer };
}

/** One step: 15 % of the tokens are hidden (80 % mask, 10 % another token, 10 % left) and predicted. */
export function maskedLmStep(
  config: EncoderConfig,
  weights: ReadonlyMap<string, Variable>,
  vocabulary: MaskedLmVocabulary,
  settings: MaskedLmSettings,
  step: number,
  banned: ReadonlySet<string>,
): StepBatch {
  const random = new Random(settings.seed * 131_071 + step);
  const source = conversations(settings.seed * 500_009 + step, banned as Set<string>);
  const texts = Array.from({ length: settings.batchSize }, () => {
    const turns = source.next().value;
    if (!turns) throw new Error("The stream of generated conversations ended.");
    // Half the rows are paragraphs, half the short sentences that answers are made of.
    const text = random.next() < 0.5 ? turns[0]!.user.split("\n\n")[0]! : turns.map((t) => t.model).join(" ");
    return vocabulary.encode(text).slice(0, config.maxPositionEmbeddings);
  });
  const length = Math.max(...texts.map((ids) => ids.length));
  const ids = new Int32Array(texts.length * length).fill(vocabulary.padId);
  const mask = new Float32Array(ids.length);
  const positions: number[] = [];
  const targets: number[] = [];
  for (const [row, text] of texts.entries()) {
    for (const [t, id] of text.entries()) {
      const at = row * length + t;
      ids[at] = id;
      mask[at] = 1;
      if (vocabulary.special.has(id) || random.next() >= MASKED_SHARE) continue;
      positions.push(at);
      targets.push(id);
      const draw = random.next();
      if (draw < 0.8) ids[at] = vocabulary.maskId;
      else if (draw < 0.9) ids[at] = random.integer(0, config.vocabSize - 1);
    }
  }
  const lookup = (name: string) => weights.get(name)!;
  const shape: [number, number] = [texts.length, length];
  return {
    items: [`texts of step ${step}`],
    micro: [
      {
        tokens: targets.length,
        loss: () => {
          const states = encoderForward(
            config,
            lookup,
            tf.tensor2d(ids, shape, "int32"),
            tf.tensor2d(mask, shape),
          );
          const flat = tf.reshape(states[states.length - 1]!, [ids.length, config.hiddenSize]);
          const hidden = takeRows(flat, tf.tensor1d(positions, "int32"));
          return headLoss(
            hidden,
            lookup("embeddings.word_embeddings.weight"),
            crossEntropyRows(Int32Array.from(targets)),
            { trainable: true },
          );
        },
      },
    ],
  };
}
