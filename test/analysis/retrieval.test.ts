// Retrieval measures against pytrec_eval.
import { describe, expect, it } from "vitest";
import { rankedIds, retrieval } from "../../src/analysis/retrieval";
import { oracle } from "../metrics/oracle";

const { k, cases } = oracle("retrieval.json");

// biome-ignore lint/suspicious/noExplicitAny: see oracle.ts
describe.each(cases as any[])("pytrec_eval: $id", ({ qrels, run, order, per_query, mrr_at_k_derived }) => {
  it("orders and measures alike", () => {
    for (const [query, ids] of Object.entries(order)) expect(rankedIds(run[query])).toEqual(ids);
    const ours = retrieval(qrels, run, k);
    expect(Object.keys(ours).sort()).toEqual(Object.keys(per_query).sort());
    for (const [query, scores] of Object.entries(ours)) {
      const expected = per_query[query];
      const close = (value: number, name: string) =>
        expect(Math.abs(value - expected[name]), `${query} ${name}`).toBeLessThanOrEqual(1e-12);
      close(scores.retrieved, "num_ret");
      close(scores.relevant, "num_rel");
      close(scores.relevantRetrieved, "num_rel_ret");
      close(scores.map, "map");
      close(scores.mrr, "recip_rank");
      close(scores.rPrecision, "Rprec");
      close(scores.ndcg, "ndcg");
      for (const at of k as number[]) {
        close(scores.ndcgAt[at]!, `ndcg_cut_${at}`);
        close(scores.mapAt[at]!, `map_cut_${at}`);
        close(scores.precisionAt[at]!, `P_${at}`);
        close(scores.recallAt[at]!, `recall_${at}`);
        close(scores.successAt[at]!, `success_${at}`);
        const mrr = mrr_at_k_derived?.[query]?.[`mrr_at_${at}`];
        if (mrr !== undefined) expect(scores.mrrAt[at]).toBeCloseTo(mrr, 12);
      }
    }
  });
});

it("refuses a score that is not a number", () => {
  expect(() => rankedIds({ d1: Number.NaN })).toThrow(/d1/);
});
