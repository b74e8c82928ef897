// Whether ROUGE and BERTScore say the same: ranks of the systems, and length against each score.

import type { SampleRow } from "../../results/samples";
import type { TestSet } from "../../results/scores";
import type { StudyResults } from "../../results/study-results";
import { type SystemId, withRole } from "../../results/systems";
import { spearman } from "../../statistics/correlation";
import { type Finding, linked, say } from "../catalogue/said";
import { count, fixed } from "../format";
import { nameOf, nameOfMetric } from "../names";
import { derived, type Place, place } from "../origin";
import { discordantPairs, type Quantity, quantity } from "../quantity";
import { scoreAt, scoreOf } from "./scores";

export interface Disagreement {
  untuned: SystemId;
  systems: Quantity;
  /** Rank of the untuned model, 1 = best. */
  untunedByRouge: Quantity;
  untunedByBertscore: Quantity;
  pairs: Quantity;
  discordant: Quantity;
  discordantSystems: [SystemId, SystemId][];
}

/** Pairs of systems that ROUGE-1 (whitespace) and BERTScore F1 put in opposite orders. */
export function disagreement(results: StudyResults, testSet: TestSet): Disagreement | undefined {
  const metrics = ["rouge1.whitespace", "bertscore.f"] as const;
  const systems = results.systems.map((row) => row.system);
  const [rouge, bert] = metrics.map((metric) =>
    results.systems.map((row) => scoreOf(row, testSet, metric)),
  ) as [(number | undefined)[], (number | undefined)[]];
  const untuned = withRole(results, "untuned")?.id;
  if (untuned === undefined || !systems.includes(untuned) || [...rouge, ...bert].includes(undefined))
    return undefined;
  const all = metrics.map((metric) => place("results", "systems", "*", "scores", testSet, metric));
  const own = metrics.map((metric) => scoreAt(untuned, testSet, metric));
  const read = (formula: string, ...of: Place[]) => quantity({ results }, derived(formula, ...of))!;
  return {
    untuned,
    systems: read("count", all[0]!),
    untunedByRouge: read("rank", all[0]!, own[0]!),
    untunedByBertscore: read("rank", all[1]!, own[1]!),
    pairs: read("pairs", all[0]!),
    discordant: read("discordant", all[0]!, all[1]!),
    discordantSystems: discordantPairs(rouge as number[], bert as number[]).map(([i, j]) => [
      systems[i]!,
      systems[j]!,
    ]),
  };
}

/** Do the two metrics rank the systems alike, and is the published pattern (untuned first and last) here? */
export function disagreementFindings(results: StudyResults, found: Disagreement | undefined): Finding[] {
  if (!found) return [say("ranks.unmeasured")];
  const { untuned, systems, untunedByBertscore, untunedByRouge, pairs, discordant } = found;
  const gap = untunedByRouge.value - untunedByBertscore.value;
  const published = untunedByBertscore.value === 1 && untunedByRouge.value === systems.value;
  const turned = found.discordantSystems.map(([a, b]) =>
    say("ranks.pair", { a: nameOf(results, a), b: nameOf(results, b) }),
  );
  return [
    say("ranks", {
      ...{ untuned: nameOf(results, untuned), systems: count(systems) },
      ...{ rouge: count(untunedByRouge), bertscore: count(untunedByBertscore) },
      judged: say(`ranks.${published ? "published" : gap > 0 ? "direction" : "absent"}`),
    }),
    discordant.value === 0
      ? say("ranks.same", { pairs: count(pairs) })
      : say("ranks.turned", {
          pairs: count(pairs),
          turned: count(discordant),
          list: linked("ranks.and", turned),
        }),
  ];
}

/** Rank correlation of an output's characters with its score, over all outputs of all systems. */
export function lengthLink(
  samples: readonly SampleRow[],
  metric: string,
): { outputs: Quantity; rho: Quantity } | undefined {
  const points = samples.flatMap((row) =>
    Object.keys(row.outputs).flatMap((id) => {
      const value = row.scores[id]?.[metric];
      return value === undefined ? [] : [[[...row.outputs[id]!].length, value]];
    }),
  );
  if (points.length < 3) return undefined;
  const [characters, scores] = [points.map(([length]) => length!), points.map(([, value]) => value!)];
  const rho = spearman(characters, scores);
  if (!Number.isFinite(rho)) return undefined;
  const scored = place("samples", "*", "scores", "*", metric);
  const written = derived("characters", place("samples", "*", "outputs", "*"));
  return {
    outputs: { origin: derived("count", scored), value: points.length },
    rho: { origin: derived("spearman", written, scored), value: rho },
  };
}

/** Length and a score: what the rank correlation says, in words that go with its size. */
export function lengthFinding(samples: readonly SampleRow[], metric: string): Finding {
  const link = lengthLink(samples, metric);
  const name = nameOfMetric(metric);
  if (!link) return say("length.unmeasured", { metric: name });
  const { value } = link.rho;
  const size = Math.abs(value) < 0.3 ? "weak" : Math.abs(value) < 0.5 ? "moderate" : "clear";
  const relation =
    Math.abs(value) < 0.1
      ? say("length.none")
      : say("length.relation", {
          size: say(`length.${size}`),
          sign: say(value > 0 ? "length.positive" : "length.negative"),
        });
  return say("length", { metric: name, relation, outputs: count(link.outputs), rho: fixed(link.rho, 2) });
}
