// Which text to embed so that a paragraph is found: measures of every index, paired tests between them, a map, and what was missed.
import { squeeze } from "../metrics/facts/facts";
import type { IndexComparison, Misses, RetrievalRow, SearchStudy } from "../results/search";
import { asFamily, pairedDifference } from "../statistics/paired-family";
import { meanOf } from "../statistics/significance";
import type { TextEmbedder } from "./embedding";
import { principalPlane } from "./principal-components";
import type { Query } from "./queries";
import { type RetrievalScores, type Run, retrieval } from "./retrieval";

export interface SearchInputs {
  items: readonly { id: string; topic: string }[];
  /** Per index one text an item. */
  texts: Readonly<Record<string, readonly string[]>>;
  queries: readonly Query[];
  pairs: readonly (readonly [a: string, b: string])[];
  /** Indexes drawn on the map. */
  mapped: readonly string[];
}

const CUTOFF = 10;

/** Runs every query on every index. */
export async function searchStudy(
  { items, texts, queries, pairs, mapped }: SearchInputs,
  embedder: TextEmbedder,
): Promise<SearchStudy> {
  const queryVectors = await embedder.embed(queries.map(({ text }) => text));
  const judgements = Object.fromEntries(
    queries.map(({ id, relevant }) => [id, Object.fromEntries(relevant.map((item) => [item, 1]))]),
  );
  const perQuery: Record<string, RetrievalScores[]> = {};
  const vectors: Record<string, Float32Array[]> = {};
  for (const [index, list] of Object.entries(texts)) {
    vectors[index] = await embedder.embed(list);
    const run: Run = {};
    queries.forEach(({ id }, q) => {
      run[id] = Object.fromEntries(
        vectors[index]!.map((vector, d) => [items[d]!.id, dot(queryVectors[q]!, vector)]),
      );
    });
    const measured = retrieval(judgements, run);
    perQuery[index] = queries.map(({ id }) => measured[id]!);
  }
  const { name, engine, layer, hash } = embedder;
  return {
    encoder: { name, engine, layer, hash },
    queries: queries.length,
    source: queries.every(({ facts }) => facts) ? "facts" : "file",
    rows: Object.entries(perQuery).map(([index, scores]) => rowOf(index, scores)),
    comparisons: compareIndexes(
      Object.fromEntries(
        Object.entries(perQuery).map(([index, scores]) => [index, scores.map((s) => s.ndcgAt[CUTOFF]!)]),
      ),
      pairs,
    ),
    misses: Object.entries(perQuery).map(([index, scores]) =>
      missesOf(index, scores, queries, (q) => {
        const at = items.findIndex(({ id }) => id === queries[q]!.relevant[0]);
        return texts[index]![at]!;
      }),
    ),
    ...mapOf(items, vectors, mapped),
  };
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function rowOf(index: string, scores: readonly RetrievalScores[]): RetrievalRow {
  const mean = (value: (scores: RetrievalScores) => number) => meanOf(scores.map(value));
  return {
    index,
    ndcg10: mean((s) => s.ndcgAt[10]!),
    mrr: mean((s) => s.mrr),
    recall1: mean((s) => s.recallAt[1]!),
    recall5: mean((s) => s.recallAt[5]!),
    recall10: mean((s) => s.recallAt[10]!),
    map: mean((s) => s.map),
  };
}

/** Paired randomisation tests of indexes on per-query scores, Holm-adjusted over the pairs given. */
export function compareIndexes(
  scores: Readonly<Record<string, readonly number[]>>,
  pairs: readonly (readonly [a: string, b: string])[],
): IndexComparison[] {
  const tests = pairs.map(([a, b]) => ({ a, b, ...pairedDifference(scores[a]!, scores[b]!) }));
  return asFamily(tests).map(({ higher, ...test }) => ({ ...test, verdict: higher }));
}

function missesOf(
  index: string,
  scores: readonly RetrievalScores[],
  queries: readonly Query[],
  indexed: (query: number) => string,
): Misses {
  const counts: Misses = { index, missed: 0, missedWithoutFact: 0, found: 0, foundWithoutFact: 0 };
  scores.forEach((score, q) => {
    const text = squeeze(indexed(q));
    const lacks = (queries[q]!.facts ?? []).some((fact) => !text.includes(squeeze(fact)));
    if (score.successAt[CUTOFF] === 1) {
      counts.found++;
      if (lacks) counts.foundWithoutFact++;
    } else {
      counts.missed++;
      if (lacks) counts.missedWithoutFact++;
    }
  });
  return counts;
}

function mapOf(
  items: SearchInputs["items"],
  vectors: Readonly<Record<string, Float32Array[]>>,
  mapped: readonly string[],
): Pick<SearchStudy, "map" | "explained"> {
  const { points, explained } = principalPlane(mapped.flatMap((index) => vectors[index]!));
  const rounded = (value: number) => Number(value.toFixed(5));
  const map = mapped.flatMap((index, m) =>
    items.map(({ id, topic }, i) => {
      const [x, y] = points[m * items.length + i]!;
      return { index, id, topic, x: rounded(x), y: rounded(y) };
    }),
  );
  return { map, explained };
}
