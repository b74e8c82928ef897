// The three claims of the original report, each judged by rules over this run's tables.
import type { TestSet } from "../results/scores";
import type { StudyResults } from "../results/study-results";
import type { SystemId } from "../results/systems";
import { type Contrast, contrast, scoreOf, systemResult } from "./findings";

/** "Almost the same text": the share of repeated inputs that must give identical text. */
const SAME = 0.95;

export type ClaimVerdict = "confirmed" | "partly" | "corrected" | "unmeasured";

/** Claim 1, "the distilled model does comparatively well": no other student beats it, and it beats at least the untuned one. */
export function distilledDoesWell(results: StudyResults): { verdict: ClaimVerdict; sides: Contrast[] } {
  const rivals: SystemId[] = ["untuned", "lora-student", "full-student"];
  const sides = (["in-domain", "other"] as const).flatMap((testSet) =>
    rivals.map((rival) => contrast(results, "distilled", rival, testSet, "rouge1.whitespace")),
  );
  const measured = sides.filter((side) => side.verdict !== "unmeasured");
  const good = (testSet: TestSet) => {
    const here = measured.filter((side) => side.testSet === testSet);
    return here.some((side) => side.verdict === "left") && here.every((side) => side.verdict !== "right");
  };
  if (measured.length < sides.length) return { verdict: "unmeasured", sides };
  const count = [good("in-domain"), good("other")].filter(Boolean).length;
  return { verdict: count === 2 ? "confirmed" : count === 1 ? "partly" : "corrected", sides };
}

/** Claim 2, "it extracts the core": at least half of the reference's facts kept, more than half on only one set is "partly". */
export function keepsTheCore(results: StudyResults): {
  verdict: ClaimVerdict;
  kept: (number | undefined)[];
} {
  const row = systemResult(results, "distilled");
  const kept = (["in-domain", "other"] as const).map((set) => scoreOf(row, set, "keptFacts"));
  if (kept.includes(undefined)) return { verdict: "unmeasured", kept };
  const count = kept.filter((share) => share! >= 0.5).length;
  const verdict = count === 2 ? "confirmed" : count === 1 ? "partly" : "corrected";
  return { verdict, kept };
}

/** Claim 3, "the same input gives almost the same text": at least 95 % of repeated inputs gave identical text. */
export function sameInputSameText(results: StudyResults): {
  verdict: ClaimVerdict;
  share: number | undefined;
} {
  const run = results.repeatability;
  if (!run || run.items === 0) return { verdict: "unmeasured", share: undefined };
  const share = run.identical / run.items;
  return { verdict: share >= SAME ? "confirmed" : "corrected", share };
}
