// Stage "model-scores": the compared models' untuned summaries scored like the systems.
import { METRICS } from "../../metrics/registry";
import type { ModelRow } from "../../results/models";
import { defineStage } from "../define-stage";
import { compareModel } from "./compare-models";
import { corpusStage, itemsOf } from "./corpus";
import { scorerNeeds, studyScorer } from "./scorer";
import { readTexts } from "./summaries";

const SHOWN_SAMPLES = 6;

/** The rows of the model comparison, in the study's order. */
export const modelRows = defineStage({
  name: () => "model-scores",
  version: 3,
  needs: (study) => ({
    corpus: corpusStage.job(study),
    compared: study.compared.map((model) => compareModel.job(study, model)),
    scorer: scorerNeeds(study),
  }),
  key: (study, { compared, scorer }) => ({
    compared: compared.map((c) => c.key),
    encoder: scorer.encoder.hash,
    layer: study.encoder.layer,
    tokenizers: study.evaluation.tokenizers,
    metrics: METRICS.map(({ id }) => id),
  }),
  run: async ({ study, needs: { corpus, compared, scorer: parts } }) => {
    const items = itemsOf(corpus, "test-in-domain", "test-other");
    const { scorer, encoder } = await studyScorer(study, parts, items);
    const step = Math.floor(items.length / SHOWN_SAMPLES);
    const rows = compared.map(({ value: costs, directory }): ModelRow => {
      const texts = readTexts(directory);
      const { result } = scorer.score(
        "untuned",
        costs.model,
        items.map((item) => texts.get(item.id) ?? ""),
      );
      const shown = items.filter((_, i) => i % step === 0).slice(0, SHOWN_SAMPLES);
      return {
        ...costs,
        scores: result.scores,
        samples: shown.map(({ id }) => ({ id, text: texts.get(id) ?? "" })),
      };
    });
    encoder.dispose();
    return rows;
  },
});
