// The tables of a run once more, from what the systems wrote: ROUGE, kept facts, means, intervals and tests are computed
// anew from the saved outputs; BERTScore's item scores are read (the encoder needs the engine), its means are not.
import type { BertScorer } from "../../metrics/bertscore/bert-scorer";
import { compareSystems } from "../../metrics/compare-systems";
import { textTokenizer } from "../../metrics/rouge/text-tokenizers";
import { SystemScorer } from "../../metrics/score-system";
import type { SampleRow } from "../../results/samples";
import type { PRF } from "../../results/scores";
import type { StudyResults } from "../../results/study-results";
import type { SystemId } from "../../results/system-id";
import { meanPRF } from "../../statistics/significance";

/** Gives back the item scores that a run saved, in the place of an encoder. */
function savedBertScores(samples: readonly SampleRow[]): { scorer: BertScorer; of(system: SystemId): void } {
  let current: SystemId = "untuned";
  const scorer = {
    references: () => undefined,
    score: () => {
      const items = samples.map((row): PRF => {
        const saved = row.scores[current];
        return {
          precision: saved["bertscore.precision"] ?? Number.NaN,
          recall: saved["bertscore.recall"] ?? Number.NaN,
          f: saved["bertscore.f"] ?? Number.NaN,
        };
      });
      return { items, mean: meanPRF(items), signature: "saved", truncated: 0 };
    },
  };
  return {
    scorer: scorer as unknown as BertScorer,
    of: (system) => {
      current = system;
    },
  };
}

/** What can be computed from the samples: the systems' scores and their comparisons, in the shape of the results. */
export async function recomputed(
  results: StudyResults,
  samples: readonly SampleRow[],
): Promise<Pick<StudyResults, "systems" | "comparisons">> {
  const first = results.systems[0];
  if (!first || samples.length === 0) return { systems: [], comparisons: [] };
  // A model's own subwords need its files, which a study with a hub's models does not bring: those scores are read.
  const named = Object.keys(first.scores.all.rouge).filter((name) => !name.startsWith("subword:"));
  const tokenizers = await Promise.all(named.map(textTokenizer));
  const bert = savedBertScores(samples);
  const scorer = new SystemScorer({
    items: samples.map((row) => ({
      id: row.id,
      document: row.document,
      summary: row.reference,
      topic: row.topic,
      split: row.testSet === "other" ? "test-other" : "test-in-domain",
    })),
    tokenizers,
    bertScorer: bert.scorer,
  });
  const scored = results.systems.map(({ system, model }) => {
    bert.of(system);
    return scorer.score(
      system,
      model,
      samples.map((row) => row.outputs[system]),
    );
  });
  const metrics = [...new Set(results.comparisons.map(({ metric }) => metric))];
  return {
    systems: scored.map(({ result }) => result),
    comparisons: compareSystems(scored, { metrics }),
  };
}
