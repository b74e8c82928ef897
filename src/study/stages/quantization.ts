// Stage "quantization": which part of a system is stored in how few bits, by measured divergence within a size.
import { progress } from "../../base/progress";
import type { Item } from "../../corpus/item";
import { encodeItem } from "../../prompts/example";
import {
  type Candidate,
  chooseWithin,
  measureCandidates,
  partsOf,
  planDivergence,
  planOf,
  withDivergence,
} from "../../quantization/calibrate";
import { matricesOf, planBytes, type QuantizationPlan, uniformPlan } from "../../quantization/decoder";
import { INT4, INT8, type Scheme } from "../../quantization/scheme";
import { defineStage } from "../define-stage";
import type { Artifact } from "../stage";
import { type CorpusArtifact, corpusStage, itemsOf } from "./corpus";
import { modelHash, openModel } from "./system-model";
import { modelNeeds } from "./train";

const SCHEMES: Scheme[] = [
  INT8,
  ...([32, 64, 128] as const).flatMap((groupSize) =>
    [true, false].map((symmetric): Scheme => ({ bits: 4, groupSize, symmetric })),
  ),
];
/** Size that the chosen mix may take, scales included; four bits in groups of 32 alone take 5. */
const BITS_PER_WEIGHT = 5.5;
/** A quarter of the validation items, and no more than so many. */
const TEXTS = 12;

export interface Quantization {
  candidates: Candidate[];
  /** Scheme by matrix. */
  plan: [matrix: string, scheme: Scheme][];
  budgetBytes: number;
  /** Bytes of all matrices and mean KL in nats, measured with all matrices rounded at once. */
  measured: { name: "int8" | "int4" | "mixed"; bytes: number; kl: number }[];
  /** The sum of the parts' own divergences that the choice went by. */
  expectedKl: number;
  texts: number;
}

export const planFrom = ({ plan }: Quantization): QuantizationPlan => new Map(plan);

/** Measures and chooses for a system, on validation items with their reference summaries. */
export const quantizationStage = defineStage({
  name: (_, system: string) => `quantization-${system}`,
  version: 1,
  needs: (study, system) => ({ corpus: corpusStage.job(study), model: modelNeeds(study, system) }),
  key: (_, { corpus, model }) => ({
    model: modelHash(model),
    corpus: corpus.value.hash,
    schemes: SCHEMES,
    bits: BITS_PER_WEIGHT,
    texts: textsOf(corpus).length,
  }),
  run: async ({ study, needs: { corpus, model } }): Promise<Quantization> => {
    const { decoder, tokenizer } = await openModel(study, model);
    const texts = textsOf(corpus)
      .map((item) => encodeItem(tokenizer, item))
      .map(({ promptIds, targetIds }) => ({
        ids: [...promptIds, ...targetIds],
        from: promptIds.length - 1,
      }));
    const bar = progress("calibration", partsOf(decoder).length * SCHEMES.length);
    const value = withDivergence(decoder, texts, (divergence): Quantization => {
      const candidates = measureCandidates(decoder, divergence, SCHEMES, (done) => bar.update(done));
      const weights = matricesOf(decoder).reduce((sum, name) => sum + decoder.weights.get(name)!.size, 0);
      const smallest = planBytes(decoder, uniformPlan(decoder, INT4), 0);
      const budgetBytes = Math.max(Math.floor((weights * BITS_PER_WEIGHT) / 8), smallest);
      const chosen = chooseWithin(candidates, budgetBytes);
      const mixed = planOf(decoder, chosen);
      const plans = [
        ["int8", uniformPlan(decoder, INT8)],
        ["int4", uniformPlan(decoder, INT4)],
        ["mixed", mixed],
      ] as const;
      return {
        candidates,
        plan: [...mixed],
        budgetBytes,
        measured: plans.map(([name, plan]) => ({
          name,
          bytes: planBytes(decoder, plan, 0),
          kl: planDivergence(decoder, plan, divergence),
        })),
        expectedKl: chosen.reduce((sum, { kl }) => sum + kl, 0),
        texts: texts.length,
      };
    });
    bar.finish();
    decoder.dispose();
    return value;
  },
});

function textsOf(corpus: Artifact<CorpusArtifact>): Item[] {
  const validation = itemsOf(corpus, "validation");
  return validation.slice(0, Math.min(TEXTS, Math.ceil(validation.length / 4)));
}
