// Everything that the study measures on one system's summaries: per item, as values for each test set, with 95 % intervals.
import type { Item } from "../corpus/item";
import type { Scores, SystemResult, TestSet } from "../results/scores";
import type { SystemId } from "../results/systems";
import { meanInterval95 } from "../statistics/significance";
import { aggregate, known, measure } from "./measure";
import type { Metric, Scoring, Values } from "./metric";

export const testSets: readonly TestSet[] = ["in-domain", "other", "all"];

export interface ScoredSystem {
  result: SystemResult;
  /** By metric id. */
  perItem: Record<string, Values>;
  /** Which items (indices) belong to a test set. */
  members: Record<TestSet, number[]>;
  /** How the values came about, by measure. */
  signatures: Record<string, string>;
  texts: readonly string[];
  scoring: Scoring;
}

/** The summary of an item, or all of them where it has several. */
const referencesOf = ({ summary, otherSummaries }: Item): string | string[] =>
  otherSummaries ? [summary, ...otherSummaries] : summary;

export interface ScoringSettings extends Omit<Scoring, "references" | "documents"> {
  /** The test items; their split says which test set they belong to. */
  items: readonly Item[];
  metrics: readonly Metric[];
}

/** Scores systems on one test collection; what depends on the references alone is computed once. */
export class SystemScorer {
  private readonly members: Record<TestSet, number[]>;
  private readonly metrics: readonly Metric[];
  private readonly scoring: Scoring;

  /** Throws where there is no item or one is not of a test split. */
  constructor({ items, metrics, ...resources }: ScoringSettings) {
    if (items.length === 0) throw new Error("Scoring needs test items, found none.");
    const stray = items.find((item) => !item.split.startsWith("test-"));
    if (stray)
      throw new Error(`Scoring: item ${stray.id} is of the split "${stray.split}", expected a test split.`);
    const of = (split: string) => items.flatMap((item, i) => (item.split === split ? [i] : []));
    this.members = {
      "in-domain": of("test-in-domain"),
      other: of("test-other"),
      all: items.map((_, i) => i),
    };
    this.metrics = metrics;
    this.scoring = {
      ...resources,
      references: items.map(referencesOf),
      documents: items.map((item) => item.document),
    };
  }

  /** Scores one system; `texts[i]` is its summary of `items[i]`. Throws on unequal counts. */
  score(
    system: SystemId,
    model: string,
    texts: readonly string[],
    metrics: readonly Metric[] = this.metrics,
  ): ScoredSystem {
    const { members, scoring } = this;
    const { perItem, signatures } = measure(metrics, texts, scoring);
    const inSet = ({ id }: Metric, set: TestSet): Values => members[set].map((i) => perItem[id]![i]!);
    const scores = (set: TestSet): Scores =>
      Object.fromEntries(metrics.map((metric) => [metric.id, aggregate(metric, inSet(metric, set))]));
    const intervals = (set: TestSet): SystemResult["interval95"][TestSet] =>
      Object.fromEntries(
        metrics.flatMap((metric) => {
          const values = known(inSet(metric, set));
          return metric.aggregate === "mean" && values.length > 0
            ? [[metric.id, meanInterval95(values)]]
            : [];
        }),
      );
    const bySet = <Value>(make: (set: TestSet) => Value) =>
      Object.fromEntries(testSets.map((set) => [set, make(set)])) as Record<TestSet, Value>;
    return {
      result: {
        system,
        model,
        items: bySet((set) => members[set].length),
        scores: bySet(scores),
        interval95: bySet(intervals),
      },
      perItem,
      members,
      signatures,
      texts,
      scoring,
    };
  }
}
