// Parity of the paired tests with sacrebleu and numpy, and of the retrieval measures with pytrec_eval.
import { type RetrievalScores, rankedIds, retrieval } from "../../analysis/retrieval";
import { Pcg64 } from "../../statistics/pcg64";
import { approximateRandomisation, holm, pairedBootstrap } from "../../statistics/significance";
import { attempt, type Case, exact, failed, largestDifference, measured } from "./case";
import type { ReferenceFolder } from "./reference-folder";

/** numpy's default_rng: raw words, doubles, booleans, choices; one case a seed. */
export function checkPcg64(set: ReferenceFolder, file: string): Case[] {
  // biome-ignore lint/suspicious/noExplicitAny: reference files are read field by field
  return (set.json(file).generators as any[]).map((expected) => {
    const name = `${file}: seed ${expected.seed}`;
    return attempt(name, () => {
      const draws: Record<string, (random: Pcg64, count: number) => ArrayLike<unknown>> = {
        raw_uint64: (random, count) => Array.from({ length: count }, () => String(random.uint64())),
        random: (random, count) => Array.from({ length: count }, () => random.random()),
        integers_bool_3x37: (random, count) => random.booleans(count),
        choice_n206_3x206_first40: (random) => random.choice(206, 3 * 206).slice(0, 40),
        choice_n7_5x7: (random, count) => random.choice(7, count),
        choice_n1_2x1: (random, count) => random.choice(1, count),
        choice_n7_after_bool_3x37: (random, count) => {
          random.booleans(3 * 37);
          return random.choice(7, count);
        },
      };
      const known = new Set(["seed", "seedsequence_state_uint64x4", ...Object.keys(draws)]);
      const unknown = Object.keys(expected).filter((key) => !known.has(key));
      if (unknown.length > 0) return failed(name, `not understood: ${unknown.join()}`);
      const other = Object.entries(draws).filter(([key, draw]) => {
        const values = expected[key] as unknown[] | undefined;
        if (!values) return false;
        const found = draw(new Pcg64(expected.seed), values.length);
        return values.some(
          (value, i) =>
            String(Number(value)) !== String(Number(found[i])) ||
            (typeof value === "string" && value !== found[i]),
        );
      });
      return exact(name, other.length === 0, other.map(([key]) => key).join());
    });
  });
}

interface Run {
  seed: number;
  ar: { n_samples: number; recount_two_sums: number };
  bs: { n_samples: number; count: number; mean_float32: number; ci_float32: number };
}

/** sacrebleu's counts (exact), bootstrap means and intervals (float32 rounding), and Holm's adjustment. */
export function checkSignificance(set: ReferenceFolder, file: string): Case[] {
  const { cases: references, holm: families = [] } = set.json(file);
  const cases: Case[] = [];
  for (const { id, baseline, system, runs } of references) {
    for (const { seed, ar, bs } of runs as Run[]) {
      const name = `${file}: ${id}, seed ${seed}`;
      cases.push(
        attempt(`${name}, randomisation`, () => {
          const { count } = approximateRandomisation(baseline, system, { seed, samples: ar.n_samples });
          return measured(`${name}, randomisation`, Math.abs(count - ar.recount_two_sums), 0, "in counts");
        }),
        attempt(`${name}, bootstrap`, () => {
          const { count } = pairedBootstrap(baseline, system, { seed, samples: bs.n_samples });
          return measured(`${name}, bootstrap`, Math.abs(count - bs.count), 2, "in counts");
        }),
        attempt(`${name}, interval`, () => {
          const { mean, halfWidth } = pairedBootstrap(baseline, system, {
            seed,
            samples: bs.n_samples,
          }).system;
          const largest = largestDifference([mean, halfWidth], [bs.mean_float32, bs.ci_float32]);
          return measured(`${name}, interval`, largest, 1e-6);
        }),
      );
    }
  }
  families.forEach(({ p, adjusted }: { p: number[]; adjusted: number[] }, i: number) => {
    const name = `${file}: Holm ${i + 1}`;
    const found = holm(p);
    if (p.length === 0) cases.push(exact(name, adjusted.length === 0));
    else cases.push(attempt(name, () => measured(name, largestDifference(found, adjusted), 1e-12)));
  });
  return cases;
}

/** trec_eval's names of our measures. */
function trecValues(scores: RetrievalScores, k: readonly number[]): Record<string, number> {
  return {
    num_ret: scores.retrieved,
    num_rel: scores.relevant,
    num_rel_ret: scores.relevantRetrieved,
    map: scores.map,
    recip_rank: scores.mrr,
    Rprec: scores.rPrecision,
    ndcg: scores.ndcg,
    ...Object.fromEntries(
      k.flatMap((at) => [
        [`ndcg_cut_${at}`, scores.ndcgAt[at]!],
        [`map_cut_${at}`, scores.mapAt[at]!],
        [`P_${at}`, scores.precisionAt[at]!],
        [`recall_${at}`, scores.recallAt[at]!],
        [`success_${at}`, scores.successAt[at]!],
      ]),
    ),
  };
}

/** pytrec_eval's order and measures, query by query; one case a case. */
export function checkRetrieval(set: ReferenceFolder, file: string): Case[] {
  const { k, cases } = set.json(file);
  // biome-ignore lint/suspicious/noExplicitAny: reference files are read field by field
  return (cases as any[]).map(({ id, qrels, run, order = {}, per_query: expected }) => {
    const name = `${file}: ${id}`;
    return attempt(name, () => {
      for (const [query, ids] of Object.entries(order)) {
        if (JSON.stringify(rankedIds(run[query])) !== JSON.stringify(ids)) {
          return failed(name, `query ${query} is ordered differently`);
        }
      }
      const found = retrieval(qrels, run, k);
      if (Object.keys(found).sort().join() !== Object.keys(expected).sort().join()) {
        return failed(name, `other queries are measured: ${Object.keys(found).join()}`);
      }
      let largest = 0;
      for (const [query, values] of Object.entries(expected as Record<string, Record<string, number>>)) {
        const ours = trecValues(found[query]!, k);
        for (const [measure, value] of Object.entries(values)) {
          if (ours[measure] === undefined) return failed(name, `the measure ${measure} is not known`);
          largest = Math.max(largest, Math.abs(ours[measure] - value));
        }
      }
      return measured(name, largest, 1e-12);
    });
  });
}
