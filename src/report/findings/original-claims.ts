// The three claims of the original report, each judged by rules over this run's tables.

import type { TestSet } from "../../results/scores";
import type { StudyResults } from "../../results/study-results";
import { withRole } from "../../results/systems";
import { type Finding, type Said, say } from "../catalogue/said";
import { count, percent } from "../format";
import { nameOf, nameOfTestSet } from "../names";
import { derived, type Origin, place } from "../origin";
import { quantity } from "../quantity";
import { type Contrast, contrast } from "./contrast";
import { SIDES, scoreIn } from "./scores";

/** "Almost the same text": the share of repeated inputs that must give identical text. */
const SAME = 0.95;

export type ClaimVerdict = "confirmed" | "partly" | "corrected" | "unmeasured";

/** Of both test sets, how many hold. */
const ofBoth = (holds: readonly boolean[]): ClaimVerdict => {
  const held = holds.filter(Boolean).length;
  return held === holds.length ? "confirmed" : held > 0 ? "partly" : "corrected";
};

/** Claim 1, "the distilled model does comparatively well": no other student beats it, and it beats at least the untuned one. */
export function distilledDoesWell(results: StudyResults): { verdict: ClaimVerdict; sides: Contrast[] } {
  const distilled = withRole(results, "distilled");
  const rivals = (["untuned", "lora", "control"] as const).flatMap((role) => withRole(results, role) ?? []);
  const sides = SIDES.flatMap((testSet) =>
    distilled
      ? rivals.map(({ id }) => contrast(results, distilled.id, id, testSet, "rouge1.whitespace"))
      : [],
  );
  if (sides.length === 0 || sides.some(({ verdict }) => verdict === "unmeasured"))
    return { verdict: "unmeasured", sides };
  const good = (testSet: TestSet) => {
    const here = sides.filter((side) => side.testSet === testSet);
    return here.some((side) => side.verdict === "left") && here.every((side) => side.verdict !== "right");
  };
  return { verdict: ofBoth(SIDES.map(good)), sides };
}

/** What a metric says of the distilled student on both test sets. */
const shares = (results: StudyResults, metric: string) =>
  SIDES.map((set) => scoreIn(results, withRole(results, "distilled")?.id ?? "", set, metric));

/** Claim 2, "it extracts the core": at least half of the reference's facts kept; on only one set is "partly". */
export function keepsTheCore(results: StudyResults): ClaimVerdict {
  const kept = shares(results, "keptFacts");
  return kept.includes(undefined) ? "unmeasured" : ofBoth(kept.map((share) => share!.value >= 0.5));
}

/** Claim 3, "the same input gives almost the same text": at least 95 % of repeated inputs gave identical text. */
export function sameInputSameText({ repeatability: run }: StudyResults): ClaimVerdict {
  if (!run || run.items === 0) return "unmeasured";
  return run.identical / run.items >= SAME ? "confirmed" : "corrected";
}

function rivals(results: StudyResults, sides: readonly Contrast[], verdict: Contrast["verdict"]): Said {
  const found = sides
    .filter((side) => side.verdict === verdict)
    .map(({ right, testSet }) =>
      say("claim.rival", { system: nameOf(results, right), set: nameOfTestSet(testSet) }),
    );
  return found.length > 0 ? found : say("claim.nobody");
}

/** The claims as rows: claim, verdict, reason. */
export function claimRows(results: StudyResults): Finding[][] {
  const distilled = withRole(results, "distilled");
  if (!distilled) return [];
  const names = { distilled: distilled.label };
  const row = (claim: "well" | "core" | "same", verdict: ClaimVerdict, args: Finding["args"]): Finding[] => [
    say(`claim.${claim}`),
    say(`claim.verdict.${verdict}`),
    say(verdict === "unmeasured" ? `claim.${claim}.unmeasured` : `claim.${claim}.reason`, {
      ...names,
      ...args,
    }),
  ];
  const well = distilledDoesWell(results);
  const beside = (verdict: Contrast["verdict"]) => rivals(results, well.sides, verdict);
  const [kept, keptOther] = shares(results, "keptFacts").map((share) => percent(share));
  const [invented, inventedOther] = shares(results, "inventedFacts").map((share) => percent(share));
  const repeated = (origin: Origin) => quantity({ results }, origin);
  const [items, identical] = ["items", "identical"].map((key) => place("results", "repeatability", key));
  return [
    row("well", well.verdict, { above: beside("left"), ties: beside("tie"), below: beside("right") }),
    row("core", keepsTheCore(results), {
      ...{ kept: kept!, keptOther: keptOther!, invented: invented!, inventedOther: inventedOther! },
    }),
    row("same", sameInputSameText(results), {
      ...{ items: count(repeated(items!)), identical: count(repeated(identical!)) },
      share: percent(repeated(derived("ratio", identical!, items!))),
    }),
  ];
}
