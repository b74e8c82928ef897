// Error analysis with danfo: a system's scores by topic, by length and by format of the document.
import * as dfd from "danfojs-node";
import type { Metric } from "../metrics/metric";
import { metricOf, PRIMARY } from "../metrics/registry";
import type { ErrorGroup, Grouping } from "../results/audit";
import type { SampleRow } from "../results/samples";
import type { SystemId } from "../results/systems";
import { documentFormat } from "./document-format";

/** The primary metrics, and what stands against kept facts. */
export const GROUPED: readonly Metric[] = [...PRIMARY, metricOf("inventedFacts")];

/** Short, middle, long: thirds of the documents by characters. */
function lengthThirds(samples: readonly SampleRow[]): string[] {
  const lengths = samples.map((row) => [...row.document].length);
  const sorted = [...lengths].sort((a, b) => a - b);
  const [first, second] = [1, 2].map((third) => sorted[Math.floor((third * sorted.length) / 3)]!);
  return lengths.map((length) => (length < first! ? "short" : length < second! ? "middle" : "long"));
}

/** The group of every sample. */
export function groupsOf(samples: readonly SampleRow[], by: Grouping): string[] {
  if (by === "length") return lengthThirds(samples);
  return samples.map((row) => (by === "topic" ? row.topic : documentFormat(row.document)));
}

/** Means of one system's scores in every group, the group with the lowest first primary score first. */
export function errorGroups(samples: readonly SampleRow[], system: SystemId, by: Grouping): ErrorGroup[] {
  const groups = groupsOf(samples, by);
  const names = [...new Set(groups)];
  // An item without a value (no facts to keep) is no row: a mean must not see it as 0.
  const means = GROUPED.map(({ id }) => {
    const rows = samples.flatMap(({ scores }, i) => {
      const value = scores[system]![id];
      return value === undefined ? [] : [{ group: groups[i]!, value }];
    });
    if (rows.length === 0) return new Map<string, number>();
    const frame = new dfd.DataFrame(rows).groupby(["group"]).agg({ value: "mean" });
    const found = dfd.toJSON(frame) as { group: string; value_mean: number }[];
    return new Map(found.map(({ group, value_mean }) => [String(group), value_mean]));
  });
  return names
    .map((group) => ({
      by,
      group,
      system,
      items: groups.filter((name) => name === group).length,
      scores: Object.fromEntries(GROUPED.map(({ id }, i) => [id, means[i]!.get(group) ?? null])),
    }))
    .sort((a, b) => (a.scores[GROUPED[0]!.id] ?? 0) - (b.scores[GROUPED[0]!.id] ?? 0));
}
