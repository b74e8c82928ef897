// What people's marks say: agreement, means and pairwise wins of the systems, and how far each metric ranks texts as people do.
import { metricOf } from "../../metrics/registry";
import type { Correlation } from "../../results/audit";
import type { SampleRow } from "../../results/samples";
import { bradleyTerry } from "../../statistics/bradley-terry";
import { itemCorrelation } from "../../statistics/correlation";
import { alphaInterval95, krippendorffAlpha } from "../../statistics/krippendorff";
import { meanInterval95, meanOf } from "../../statistics/significance";
import type { Mark } from "./marks";
import { CRITERIA, type Criterion, type RatingKey } from "./plan";

export interface RatingResults {
  /** Krippendorff's alpha for ranks. */
  agreement: { criterion: Criterion; alpha: number | null; interval95: [number, number] | null }[];
  /** Means over texts of their raters' mean, with 95 % intervals. */
  means: {
    system: string;
    criterion: Criterion;
    texts: number;
    mean: number;
    interval95: [number, number] | null;
  }[];
  /** How often a rater puts `a` above `b` on the same item by the sum of marks, a tie half; strengths by Bradley-Terry. */
  wins: { a: string; b: string; share: number; compared: number }[];
  strengths: { system: string; strength: number }[] | null;
  /** Spearman's rho of a metric with the mean of all marks of a text. */
  correlations: ({ metric: string } & Correlation)[];
}

/** Marks as numbers by place. */
class MarkTable {
  private readonly values = new Map<string, number>();

  constructor(marks: readonly Mark[]) {
    for (const { rater, text, criterion, value } of marks)
      this.values.set(`${rater}\n${text}\n${criterion}`, value);
  }

  of(rater: string, text: string, criterion: Criterion): number | null {
    return this.values.get(`${rater}\n${text}\n${criterion}`) ?? null;
  }

  /** The mean of what a rater gave a text; null where a criterion is missing. */
  whole(rater: string, text: string): number | null {
    const all = CRITERIA.map(({ id }) => this.of(rater, text, id));
    return all.includes(null) ? null : meanOf(all as number[]);
  }
}

const present = (values: readonly (number | null)[]): number[] =>
  values.filter((value): value is number => value !== null);

/** Analyses marks under their key; `samples` brings the metrics' scores. */
export function ratingResults(
  marks: readonly Mark[],
  raters: readonly string[],
  key: RatingKey,
  samples: readonly SampleRow[],
): RatingResults {
  const table = new MarkTable(marks);
  const texts = Object.entries(key.texts).map(([name, of]) => ({ name, ...of }));
  const systems = [...new Set(texts.map(({ system }) => system))];
  const items = [...new Set(texts.map(({ item }) => item))];
  const textOf = (item: string, system: string) =>
    texts.find((text) => text.item === item && text.system === system)?.name;

  const agreement = CRITERIA.map(({ id }) => {
    const units = texts.map(({ name }) => raters.map((rater) => table.of(rater, name, id)));
    return {
      criterion: id,
      alpha: krippendorffAlpha(units, "ordinal"),
      interval95: alphaInterval95(units, "ordinal"),
    };
  });

  const means = systems.flatMap((system) =>
    CRITERIA.flatMap(({ id }) => {
      const ofTexts = texts
        .filter((text) => text.system === system)
        .map(({ name }) => present(raters.map((rater) => table.of(rater, name, id))))
        .filter((given) => given.length > 0)
        .map(meanOf);
      if (ofTexts.length === 0) return [];
      const interval95 = ofTexts.length > 1 ? (meanInterval95(ofTexts) as [number, number]) : null;
      return [{ system, criterion: id, texts: ofTexts.length, mean: meanOf(ofTexts), interval95 }];
    }),
  );

  const won = systems.map(() => systems.map(() => 0));
  for (const rater of raters)
    for (const item of items) {
      const sums = systems.map((system) => {
        const text = textOf(item, system);
        return text === undefined ? null : table.whole(rater, text);
      });
      sums.forEach((a, i) => {
        sums.forEach((b, j) => {
          if (i !== j && a !== null && b !== null) won[i]![j]! += a > b ? 1 : a === b ? 0.5 : 0;
        });
      });
    }
  const wins = systems.flatMap((a, i) =>
    systems.slice(i + 1).flatMap((b, k) => {
      const [ofA, ofB] = [won[i]![i + 1 + k]!, won[i + 1 + k]![i]!];
      return ofA + ofB === 0 ? [] : [{ a, b, share: ofA / (ofA + ofB), compared: ofA + ofB }];
    }),
  );
  const strengths = bradleyTerry(won)?.map((strength, i) => ({ system: systems[i]!, strength })) ?? null;

  const rowOf = new Map(samples.map((row) => [row.id, row]));
  const ids = [...new Set(samples.flatMap(({ scores }) => Object.values(scores).flatMap(Object.keys)))];
  const correlations = ids
    .filter((id) => metricOf(id).better !== "neither")
    .map((metric) => ({
      metric,
      ...itemCorrelation(
        items.map((item) =>
          systems.flatMap((system): [number, number][] => {
            const score = rowOf.get(item)?.scores[system]?.[metric];
            const text = textOf(item, system);
            const given = text === undefined ? [] : present(raters.map((rater) => table.whole(rater, text)));
            return score === undefined || given.length === 0 ? [] : [[score, meanOf(given)]];
          }),
        ),
      ),
    }));
  return { agreement, means, wins, strengths, correlations };
}
