// Error analysis with danfo: a system's scores by topic, by length and by format of the document.
import * as dfd from "danfojs-node";
import type { ErrorGroup, Grouping } from "../results/audit";
import type { SampleRow } from "../results/samples";
import type { SystemId } from "../results/system-id";
import { documentFormat } from "./document-format";

const MEASURES = {
  rouge1: "rouge1.whitespace",
  bertscore: "bertscore.f",
  keptFacts: "keptFacts",
  inventedFacts: "inventedFacts",
} as const;

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

/** Means of one system's scores in every group, the group with the lowest ROUGE-1 first. */
export function errorGroups(samples: readonly SampleRow[], system: SystemId, by: Grouping): ErrorGroup[] {
  const groups = groupsOf(samples, by);
  const means = (rows: readonly number[], columns: readonly (keyof typeof MEASURES)[]) => {
    if (rows.length === 0) return [];
    const frame = new dfd.DataFrame(
      rows.map((i) => ({
        group: groups[i]!,
        items: 1,
        ...Object.fromEntries(columns.map((name) => [name, samples[i]!.scores[system][MEASURES[name]]!])),
      })),
    );
    const how = { items: "count", ...Object.fromEntries(columns.map((name) => [name, "mean"])) };
    return dfd.toJSON(frame.groupby(["group"]).agg(how)) as Record<string, number | string>[];
  };
  const all = samples.map((_, i) => i);
  const hasFacts = all.filter((i) => samples[i]!.scores[system][MEASURES.keptFacts] !== undefined);
  // An item without facts has no share of kept facts, and a mean must not see it as 0.
  const kept = new Map(means(hasFacts, ["keptFacts"]).map((row) => [row.group, Number(row.keptFacts_mean)]));
  return means(all, ["rouge1", "bertscore", "inventedFacts"])
    .map((row) => ({
      by,
      group: String(row.group),
      system,
      items: Number(row.items_count),
      rouge1: Number(row.rouge1_mean),
      bertscore: Number(row.bertscore_mean),
      keptFacts: kept.get(row.group!) ?? null,
      inventedFacts: Number(row.inventedFacts_mean),
    }))
    .sort((a, b) => a.rouge1 - b.rouge1);
}
