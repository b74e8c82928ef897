// Stage "scores": every system on both test sets, and which differences between them are more than chance.
import * as path from "node:path";
import { writeFileAtomic } from "../../base/atomic-write";
import { compareSystems } from "../../metrics/compare-systems";
import { COMPARED, METRICS } from "../../metrics/registry";
import { samplesOf } from "../../metrics/sample-rows";
import { encodeItem } from "../../prompts/example";
import { loadTokenizer } from "../../prompts/tokenizer";
import type { Provenance } from "../../results/provenance";
import type { Comparison, SystemResult } from "../../results/scores";
import { defineStage } from "../define-stage";
import { modelName } from "../file/load";
import { hashOf } from "../stage";
import { corpusStage, itemsOf } from "./corpus";
import { scorerNeeds, studyScorer } from "./scorer";
import { readTexts, summaries } from "./summaries";
import { modelHash } from "./system-model";
import { modelNeeds } from "./train";

export interface Scores {
  systems: SystemResult[];
  comparisons: Comparison[];
  provenance: Provenance;
}

/** Scores all systems, or finds them scored; samples.jsonl lies in its folder. */
export const scoreStage = defineStage({
  name: () => "scores",
  version: 5,
  needs: (study) => ({
    corpus: corpusStage.job(study),
    written: Object.keys(study.recipes).map((system) => summaries.job(study, system)),
    models: Object.keys(study.recipes).map((system) => modelNeeds(study, system)),
    scorer: scorerNeeds(study),
  }),
  key: (study, { corpus, written, scorer }) => ({
    summaries: written.map((w) => w.key),
    corpus: corpus.value.hash,
    encoder: scorer.encoder.hash,
    layer: study.encoder.layer,
    tokenizers: study.evaluation.tokenizers,
    metrics: METRICS.map(({ id, role }) => [id, role]),
  }),
  run: async ({ study, needs, directory }): Promise<Scores> => {
    const { corpus, written, models, scorer: parts } = needs;
    const ids = Object.keys(study.recipes);
    const items = itemsOf(corpus, "test-in-domain", "test-other");
    const { scorer, encoder, encoderTokenizer } = await studyScorer(study, parts, items);
    const scored = ids.map((system, i) => {
      const texts = readTexts(written[i]!.directory);
      return scorer.score(
        system,
        modelName(study, study.recipes[system]!.base),
        items.map((item) => texts.get(item.id) ?? ""),
      );
    });
    encoder.dispose();
    const tokenizer = await loadTokenizer(parts.student.folder);
    const prompts = items.map((item) => encodeItem(tokenizer, item).promptIds);
    const rows = samplesOf(items, scored, prompts);
    writeFileAtomic(
      path.join(directory, "samples.jsonl"),
      rows.map((row) => `${JSON.stringify(row)}\n`).join(""),
    );
    return {
      systems: scored.map((s) => s.result),
      comparisons: compareSystems(scored, { metrics: COMPARED }),
      provenance: {
        data: corpus.value.hash,
        prompts: hashOf(prompts),
        models: Object.fromEntries(ids.map((id, i) => [id, modelHash(models[i]!)])),
        predictions: Object.fromEntries(scored.map((s) => [s.result.system, hashOf(s.texts)])),
        encoder: {
          name: modelName(study, study.encoder.model),
          layer: study.encoder.layer,
          model: encoder.hash,
          tokenizer: encoderTokenizer.hash,
        },
        signatures: scored[0]!.signatures,
      },
    };
  },
});
