// The tables of a run once more, from what the systems wrote: ROUGE, facts, means, intervals and tests are computed anew from
// the saved outputs. Where a metric needs a model (BERTScore's encoder, a model's subwords), its item scores are read.
import { compareSystems } from "../../metrics/compare-systems";
import { type Metric, savedMetric } from "../../metrics/metric";
import { metricOf } from "../../metrics/registry";
import { linesOfSentences } from "../../metrics/rouge/lines";
import { rougeTokenizer } from "../../metrics/rouge/tokenizers";
import { SystemScorer } from "../../metrics/score-system";
import type { SampleRow } from "../../results/samples";
import type { StudyResults } from "../../results/study-results";
import type { SystemId } from "../../results/systems";

const needsModel = ({ needs }: Metric): boolean =>
  needs?.encoder === true ||
  needs?.sentenceEncoder === true ||
  needs?.entailmentModel === true ||
  needs?.tokenizer?.startsWith("subword:") === true;

/**
 * What can be computed from the samples: the systems' scores and their comparisons, in the shape of the results. Other seeds
 * stand as they were recorded: their outputs are not kept, and a count over seeds joins them with the recomputed run.
 */
export async function recomputed(
  results: StudyResults,
  samples: readonly SampleRow[],
): Promise<Pick<StudyResults, "systems" | "comparisons" | "seeds">> {
  const first = results.systems[0];
  if (!first || samples.length === 0) return { systems: [], comparisons: [] };
  // A count is not saved item by item.
  const metrics = Object.keys(first.scores.all)
    .map(metricOf)
    .filter((metric) => !needsModel(metric) || metric.aggregate === "mean");
  const named = new Set(
    metrics.flatMap((metric) => (needsModel(metric) ? [] : (metric.needs?.tokenizer ?? []))),
  );
  const tokenizers = await Promise.all([...named].map(rougeTokenizer));
  const signatures = results.provenance?.signatures ?? {};
  const ofSystem = (system: SystemId): Metric[] =>
    metrics.map((metric) =>
      needsModel(metric)
        ? savedMetric(
            metric,
            samples.map(({ scores }) => scores[system]![metric.id] ?? null),
            signatures[metric.measure] ?? "unknown",
          )
        : metric,
    );
  const scorer = new SystemScorer({
    items: samples.map((row) => ({
      id: row.id,
      document: row.document,
      summary: row.reference,
      ...(row.otherReferences && { otherSummaries: row.otherReferences }),
      topic: row.topic,
      split: row.testSet === "other" ? "test-other" : "test-in-domain",
    })),
    metrics,
    tokenizers: new Map(tokenizers.map((tokenizer) => [tokenizer.name, tokenizer])),
    lines: linesOfSentences,
  });
  const scored = results.systems.map(({ system, model }) => {
    const texts = samples.map((row) => row.outputs[system]!);
    return scorer.score(system, model, texts, ofSystem(system));
  });
  const compared = [...new Set(results.comparisons.map(({ metric }) => metric))];
  return {
    systems: scored.map(({ result }) => result),
    comparisons: compareSystems(scored, { metrics: compared.map(metricOf) }),
    seeds: results.seeds,
  };
}
