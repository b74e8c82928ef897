// What tuning cost on other topics.

import type { StudyResults } from "../../results/study-results";
import { inOrder, systemsOf, withRole } from "../../results/systems";
import { type Finding, joined, type Said, say } from "../catalogue/said";
import { fixed, percent } from "../format";
import { nameOf } from "../names";
import { derived } from "../origin";
import { quantity } from "../quantity";
import { contrast, evidence } from "./contrast";
import { scoreIn } from "./scores";

/** Each tuned system's ROUGE-1 (whitespace) inside and outside its field, and against the untuned model outside. */
export function forgettingFindings(results: StudyResults): Said[] {
  const untuned = withRole(results, "untuned");
  if (!untuned) return [];
  return inOrder(results.systems, systemsOf(results)).flatMap((row): Said[] => {
    const inDomain = scoreIn(results, row.system, "in-domain", "rouge1.whitespace");
    const other = scoreIn(results, row.system, "other", "rouge1.whitespace");
    if (row.system === untuned.id || !inDomain || !other) return [];
    const share =
      inDomain.value > 0 ? quantity({ results }, derived("ratio", other.origin, inDomain.origin)) : undefined;
    const pair = contrast(results, row.system, untuned.id, "other", "rouge1.whitespace");
    const against: Finding = say(`forgetting.${pair.verdict}`, {
      untuned: untuned.label,
      evidence: evidence(pair),
    });
    const held = say("forgetting.held", {
      ...{ system: nameOf(results, row.system), inDomain: fixed(inDomain, 3), other: fixed(other, 3) },
      share: percent(share, 0),
    });
    return [joined([held, against], " ")];
  });
}
