// The rows of samples.jsonl: what every system wrote about an item, how it scored, and hashes of what went in.
import { createHash } from "node:crypto";
import type { Item } from "../corpus/item";
import type { SampleRow } from "../results/samples";
import type { SystemId } from "../results/systems";
import { factScores } from "./facts/metrics";
import { metricOf } from "./registry";
import type { ScoredSystem } from "./score-system";

const shortHash = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);

function bySystem<T>(
  scored: readonly ScoredSystem[],
  value: (system: ScoredSystem) => T,
): Record<SystemId, T> {
  return Object.fromEntries(scored.map((s) => [s.result.system, value(s)])) as Record<SystemId, T>;
}

/** One item's scores by metric; what it has no value for, and what is only counted, is left out. */
function itemScores({ perItem }: ScoredSystem, item: number): Record<string, number> {
  return Object.fromEntries(
    Object.entries(perItem).flatMap(([metric, values]) => {
      const value = values[item]!;
      return value === null || metricOf(metric).aggregate === "sum" ? [] : [[metric, value]];
    }),
  );
}

/** The rows of all items; `prompts[i]` holds the token ids that item i was given as. */
export function samplesOf(
  items: readonly Item[],
  scored: readonly ScoredSystem[],
  prompts: readonly (readonly number[])[],
): SampleRow[] {
  return items.map((item, i) => ({
    id: item.id,
    testSet: item.split === "test-other" ? "other" : "in-domain",
    topic: item.topic,
    document: item.document,
    reference: item.summary,
    ...(item.otherSummaries && { otherReferences: item.otherSummaries }),
    outputs: bySystem(scored, (s) => s.texts[i]!),
    scores: bySystem(scored, (s) => itemScores(s, i)),
    facts: bySystem(scored, ({ texts, scoring }) => {
      const { lost, wrong } = factScores(texts, scoring)[i]!;
      return { lost, invented: wrong };
    }),
    hashes: {
      document: shortHash(item.document),
      reference: shortHash(item.summary),
      prompt: shortHash(prompts[i]!.join()),
      outputs: bySystem(scored, (s) => shortHash(s.texts[i]!)),
    },
  }));
}
