// Scores as rows of a notebook's table: of systems, of untuned models, of the forms of one model.
import type { Language } from "../base/language";
import type { Metric } from "../metrics/metric";
import { METRICS, metricOf, PRIMARY } from "../metrics/registry";
import { tokenizerName, tokenizersIn } from "../metrics/rouge/names";
import { intervalText, valueText } from "../metrics/value-text";
import type { ErrorGroup } from "../results/audit";
import type { LighterResults } from "../results/lighter";
import type { ModelRow } from "../results/models";
import type { Scores, SystemResult, TestSet } from "../results/scores";
import type { System } from "../results/systems";
import { formName } from "./lighter";
import { systemName } from "./systems";

type Row = Record<string, string>;

/** Cells under the metrics' labels; a metric that was not measured has no column. */
function scoreCells(
  metrics: readonly Metric[],
  scores: Scores,
  interval95: Record<string, [number, number]>,
  language: Language,
): Row {
  return Object.fromEntries(
    metrics
      .filter(({ id }) => id in scores)
      .map((metric) => {
        const { id, label, role } = metric;
        const interval = role === "primary" ? interval95[id] : undefined;
        return [label[language], intervalText(metric, scores[id], interval)];
      }),
  );
}

/** One row a system for a test set: every metric, the primary ones with 95 % intervals. */
export const systemScores = (
  scored: readonly SystemResult[],
  testSet: TestSet,
  systems: readonly System[],
  language: Language = "ko",
): Row[] =>
  scored.map(({ system, scores, interval95 }) => ({
    [{ ko: "시스템", en: "system" }[language]]: systemName(system, systems, language),
    ...scoreCells(METRICS, scores[testSet], interval95[testSet], language),
  }));

/** One row an untuned model, on all test items. */
export const modelScores = (models: readonly ModelRow[], language: Language = "ko"): Row[] =>
  models.map(({ model, scores }) => ({
    [{ ko: "모델", en: "model" }[language]]: model,
    ...scoreCells(
      METRICS.filter(({ role }) => role !== "detail"),
      scores.all,
      {},
      language,
    ),
  }));

/** One row a form of the model, on all test items. */
export const formScores = ({ rows }: LighterResults, language: Language = "ko"): Row[] =>
  rows.map(({ form, scores, interval95 }) => ({
    [{ ko: "형식", en: "form" }[language]]: formName(form, language),
    ...scoreCells(PRIMARY, scores.all, interval95.all, language),
  }));

/** One row a group of documents. */
export const groupScores = (groups: readonly ErrorGroup[], language: Language = "ko"): Row[] => {
  const [by, group, items] = { ko: ["나눔", "무리", "항목"], en: ["by", "group", "items"] }[language];
  return groups.map((row) => ({
    [by!]: row.by,
    [group!]: row.group,
    [items!]: String(row.items),
    ...scoreCells(Object.keys(row.scores).map(metricOf), row.scores, {}, language),
  }));
};

/** One row a system: of all test items, how many each tokenizer of ROUGE leaves without a token. */
export const itemsWithoutTokens = (
  scored: readonly SystemResult[],
  systems: readonly System[],
  language: Language = "ko",
): Row[] =>
  scored.map(({ system, scores: { all } }) => ({
    [{ ko: "시스템", en: "system" }[language]]: systemName(system, systems, language),
    ...Object.fromEntries(
      tokenizersIn(all).map((key) => {
        const metric = metricOf(`withoutTokens.${key}`);
        return [tokenizerName(key, language), valueText(metric, all[metric.id])];
      }),
    ),
  }));
