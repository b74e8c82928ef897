// Whether the published ordering came out, step by step and seed by seed.

import type { TestSet } from "../../results/scores";
import { seedRows } from "../../results/seeds";
import type { StudyResults } from "../../results/study-results";
import { type SystemId, withRole } from "../../results/systems";
import { type Finding, joined, type Said, say } from "../catalogue/said";
import { count, fixed, percent } from "../format";
import { nameOf, nameOfTestSet } from "../names";
import { derived, type Origin, place } from "../origin";
import { type Quantity, quantity } from "../quantity";
import { amounts, type Contrast, contrast, detectableNote, evidence, where } from "./contrast";
import { scoreAt } from "./scores";

/** What the published table has, and what came of it here. */
export interface Ordering {
  expected: "far-above" | "above" | "near";
  outcome: "holds" | "less-far" | "tie" | "reversed" | "small-gap" | "gap" | "above" | "unmeasured";
  contrast: Contrast;
}

/** "Far above" as in the published table asks for at least twice the score; "near" for at least 95 % of it. */
const FAR = 2;
const NEAR = 0.95;

function outcomeOf(expected: Ordering["expected"], pair: Contrast): Ordering["outcome"] {
  const ratio = (pair.leftValue ?? Number.NaN) / (pair.rightValue ?? Number.NaN);
  if (pair.verdict === "unmeasured") return "unmeasured";
  if (expected === "near") {
    if (pair.verdict === "tie") return "holds";
    if (pair.verdict === "left") return "above";
    return ratio >= NEAR ? "small-gap" : "gap";
  }
  if (pair.verdict === "tie") return "tie";
  if (pair.verdict === "right") return "reversed";
  return expected === "far-above" && ratio < FAR ? "less-far" : "holds";
}

/** untuned << LoRA student < distilled ~ its teacher. */
const STEPS = [
  ["far-above", "lora", "untuned"],
  ["above", "distilled", "lora"],
  ["near", "distilled", "teacher"],
] as const;

/** The published ordering, without the steps whose roles no system of the run has. */
export function publishedOrderings(results: StudyResults, testSet: TestSet, metric: string): Ordering[] {
  return STEPS.flatMap(([expected, higher, lower]) => {
    const [left, right] = [withRole(results, higher), withRole(results, lower)];
    if (!left || !right) return [];
    const pair = contrast(results, left.id, right.id, testSet, metric);
    return [{ expected, outcome: outcomeOf(expected, pair), contrast: pair }];
  });
}

/** Whether one step of the published ordering came out. */
export function orderingFinding(
  results: StudyResults,
  { expected, outcome, contrast: pair }: Ordering,
): Said {
  const names = { left: nameOf(results, pair.left), right: nameOf(results, pair.right) };
  const { ratio } = amounts(pair);
  const said = say(outcome === "holds" ? `ordering.holds.${expected}` : `ordering.${outcome}`, {
    ...{ ...names, expectation: say(`ordering.expected.${expected}`, names) },
    ...{ times: fixed(ratio, 1), share: percent(ratio, 0), evidence: evidence(pair) },
  });
  const tie = outcome === "tie" || (outcome === "holds" && expected === "near");
  return joined([say("ordering", { ...where(pair), said }), ...(tie ? detectableNote(pair) : [])], " ");
}

/** On how many seeds the means have each of the two orders that a mean can have (nearness is no question of order). */
export function seedsWithOrder(
  results: StudyResults,
  higher: SystemId,
  lower: SystemId,
  testSet: TestSet,
): { seeds: Quantity; holds: Quantity } | undefined {
  const of = (system: SystemId) => {
    const [artifact, ...own] = scoreAt(system, testSet, "rouge1.whitespace").keys;
    return derived("list", place(artifact!, ...own), place(artifact!, "seeds", "*", ...own));
  };
  const [a, b] = [of(higher), of(lower)];
  const counted = (list: Origin) => quantity({ results }, derived("count", list));
  const [seeds, others] = [counted(a), counted(b)];
  const rows = seedRows(results).length;
  if (!seeds || rows < 2 || seeds.value !== rows || others?.value !== rows) return undefined;
  return { seeds, holds: quantity({ results }, derived("above", a, b))! };
}

/** On how many seeds an order of means came out. */
export function seedFinding(
  results: StudyResults,
  higher: SystemId,
  lower: SystemId,
  testSet: TestSet,
): Finding {
  const found = seedsWithOrder(results, higher, lower, testSet);
  const names = {
    higher: nameOf(results, higher),
    lower: nameOf(results, lower),
    set: nameOfTestSet(testSet),
  };
  return found
    ? say("seeds.order", { ...names, seeds: count(found.seeds), holds: count(found.holds) })
    : say("seeds.unmeasured", names);
}
