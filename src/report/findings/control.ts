// What the teacher brought: the distilled student beside the control, full fine-tuning without a teacher.

import type { Metric } from "../../metrics/metric";
import type { StudyResults } from "../../results/study-results";
import { type SystemId, withRole } from "../../results/systems";
import { type Finding, linked, type Said, say } from "../catalogue/said";
import { fixed } from "../format";
import { nameOf, nameOfMetric } from "../names";
import { derived, place } from "../origin";
import { quantity } from "../quantity";
import { type Contrast, contrast } from "./contrast";
import { SIDES } from "./scores";

/** The two that are compared; undefined where the run lacks one. */
export function controlled(results: StudyResults): { distilled: SystemId; control: SystemId } | undefined {
  const [distilled, control] = [withRole(results, "distilled"), withRole(results, "control")];
  return distilled && control && { distilled: distilled.id, control: control.id };
}

/** The two in every one of the metrics on both test sets. */
export function controlPairs(results: StudyResults, metrics: readonly Metric[]): Contrast[] {
  const pair = controlled(results);
  if (!pair) return [];
  return SIDES.flatMap((side) =>
    metrics.map(({ id }) => contrast(results, pair.distilled, pair.control, side, id)),
  );
}

/** "In A it is higher, in B they tie": what the tests on one set say. */
function sideFinding(names: Finding["args"], pairs: readonly Contrast[]): Said {
  const listed = (["left", "right", "tie"] as const)
    .map((verdict) => ({ verdict, metrics: pairs.filter((pair) => pair.verdict === verdict) }))
    .filter(({ metrics }) => metrics.length > 0);
  const said = listed.map(({ verdict, metrics }, i) =>
    say(`control.${verdict}.${i < listed.length - 1 ? "first" : "last"}`, {
      ...names,
      metrics: metrics.map(({ metric }) => nameOfMetric(metric)),
    }),
  );
  return said.length > 0 ? linked("control.and", said) : say("notMeasured");
}

/** What the teacher brought, counted over the tests. */
export function controlSummary(results: StudyResults, pairs: readonly Contrast[]): Finding {
  const tested = pairs.filter((pair) => pair.verdict !== "unmeasured");
  const [first] = pairs;
  if (!first) return say("control.none");
  const names = { distilled: nameOf(results, first.left), control: nameOf(results, first.right) };
  if (tested.length === 0) return say("control.unmeasured", names);
  const has = (verdict: Contrast["verdict"]) => tested.some((pair) => pair.verdict === verdict);
  const kind = has("left") ? (has("right") ? "mixed" : "gain") : has("right") ? "loss" : "nothing";
  const side = (set: Contrast["testSet"]) =>
    sideFinding(
      names,
      tested.filter(({ testSet }) => testSet === set),
    );
  return say("control.summary", {
    ...{ ...names, inDomain: side("in-domain"), other: side("other"), sum: say(`control.sum.${kind}`) },
  });
}

/** The last validation losses of the two. */
export function validationFinding(results: StudyResults): Finding {
  const pair = controlled(results);
  const loss = (system: SystemId | undefined) => {
    const run = results.training.find((row) => row.system === system);
    return (
      run &&
      quantity(
        { results },
        derived("last", place("results", "training", run.name, "validation", "*", "loss")),
      )
    );
  };
  const [distilled, control] = [loss(pair?.distilled), loss(pair?.control)];
  if (!pair || !distilled || !control) return say("validation.unmeasured");
  const same = distilled.value.toFixed(3) === control.value.toFixed(3);
  const verdict = same ? "same" : distilled.value < control.value ? "lower" : "higher";
  const names = { distilled: nameOf(results, pair.distilled), control: nameOf(results, pair.control) };
  return say("validation", {
    ...{ ...names, loss: fixed(distilled, 3), controlLoss: fixed(control, 3) },
    verdict: say(`validation.${verdict}`, names),
  });
}
