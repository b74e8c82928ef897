// Retrieval measures as trec_eval computes them: graded relevance, float32 scores, ties by document id descending.

/** Relevance of documents per query. */
export type Judgements = Record<string, Record<string, number>>;
/** Scores of the retrieved documents per query. */
export type Run = Record<string, Record<string, number>>;

export interface RetrievalScores {
  ndcg: number;
  map: number;
  mrr: number;
  rPrecision: number;
  retrieved: number;
  relevant: number;
  relevantRetrieved: number;
  /** By cut-off k. */
  ndcgAt: Record<number, number>;
  mapAt: Record<number, number>;
  mrrAt: Record<number, number>;
  precisionAt: Record<number, number>;
  recallAt: Record<number, number>;
  successAt: Record<number, number>;
}

/** Document ids, best first: float32 score, then id descending by UTF-8 bytes. */
export function rankedIds(scores: Record<string, number>): string[] {
  const documents = Object.entries(scores).map(([id, score]) => {
    if (!Number.isFinite(score)) throw new Error(`Retrieval: document ${id} has the score ${score}.`);
    return { id, score: Math.fround(score), bytes: Buffer.from(id) };
  });
  documents.sort((a, b) => b.score - a.score || Buffer.compare(b.bytes, a.bytes));
  return documents.map((document) => document.id);
}

function discounted(gains: readonly number[], k: number): number {
  let sum = 0;
  for (let rank = 0; rank < Math.min(k, gains.length); rank++) sum += gains[rank]! / Math.log2(rank + 2);
  return sum;
}

/** Measures of one query. A document without judgement, or with a negative one, has no gain. */
export function retrievalOfQuery(
  judged: Record<string, number>,
  scores: Record<string, number>,
  cutoffs: readonly number[],
): RetrievalScores {
  const gains = rankedIds(scores).map((id) => Math.max(0, judged[id] ?? 0));
  const ideal = Object.values(judged)
    .filter((gain) => gain > 0)
    .sort((a, b) => b - a);
  const relevant = ideal.length;
  const share = (value: number, of: number) => (of > 0 ? value / of : 0);
  const hits = (k: number) => gains.slice(0, k).filter((gain) => gain > 0).length;
  const first = gains.findIndex((gain) => gain > 0);
  const averagePrecision = (k: number) => {
    let found = 0;
    let sum = 0;
    gains.slice(0, k).forEach((gain, rank) => {
      if (gain > 0) sum += ++found / (rank + 1);
    });
    return share(sum, relevant);
  };
  const ndcg = (k: number) => share(discounted(gains, k), discounted(ideal, k));
  const byCutoff = (measure: (k: number) => number) =>
    Object.fromEntries(cutoffs.map((k) => [k, measure(k)])) as Record<number, number>;
  const all = Number.POSITIVE_INFINITY;
  return {
    ndcg: ndcg(all),
    map: averagePrecision(all),
    mrr: first < 0 ? 0 : 1 / (first + 1),
    rPrecision: share(hits(relevant), relevant),
    retrieved: gains.length,
    relevant,
    relevantRetrieved: hits(all),
    ndcgAt: byCutoff(ndcg),
    mapAt: byCutoff(averagePrecision),
    mrrAt: byCutoff((k) => (first < 0 || first >= k ? 0 : 1 / (first + 1))),
    precisionAt: byCutoff((k) => hits(k) / k),
    recallAt: byCutoff((k) => share(hits(k), relevant)),
    successAt: byCutoff((k) => (hits(k) > 0 ? 1 : 0)),
  };
}

/** Measures per query; queries that lack judgements or results are left out, as trec_eval leaves them out. */
export function retrieval(
  judgements: Judgements,
  run: Run,
  cutoffs: readonly number[] = [1, 5, 10],
): Record<string, RetrievalScores> {
  const queries = Object.keys(judgements).filter((query) => run[query] !== undefined);
  return Object.fromEntries(
    queries.map((query) => [query, retrievalOfQuery(judgements[query]!, run[query]!, cutoffs)]),
  );
}
