// English sentences about the findings: every sentence is chosen by a finding and filled with its numbers.
import { metricOf } from "../../metrics/registry";
import type { TestSet } from "../../results/scores";
import type { SystemId } from "../../results/systems";
import { amounts, type Contrast, type Disagreement, type Forgetting, type Ordering } from "../findings";
import { fixed, hundredfold, metricText, percent, pValue, signed } from "../format";
import type { Amount, Quantity } from "../quantity";
import { NOT_MEASURED, names } from "./names";

const isShare = (metric: string) => metricOf(metric).unit === "share";

/** A value in the metric's own unit: shares in percent, scores with three decimals. */
function metricValue(metric: string, value: Amount | undefined): string {
  if (value === undefined) return NOT_MEASURED;
  return metricText(metricOf(metric), value);
}

/** A difference in the metric's own unit, without "points". */
const metricDifference = (metric: string, difference: Amount): string =>
  isShare(metric) ? hundredfold(difference, 1, true) : signed(difference, 3);

/** The evidence of a contrast in brackets: values, difference, interval, corrected p. */
function evidence(pair: Contrast): string {
  const { left, right, difference, interval95, pHolm } = amounts(pair);
  const parts = [`${metricValue(pair.metric, left)} against ${metricValue(pair.metric, right)}`];
  if (difference !== undefined) {
    const ends = interval95?.map((end) => metricDifference(pair.metric, end ?? Number.NaN));
    const range = ends ? `, 95% interval [${ends.join(", ")}]` : "";
    const unit = isShare(pair.metric) ? " percentage points" : "";
    parts.push(`difference ${metricDifference(pair.metric, difference)}${unit}${range}`);
  }
  if (pHolm !== undefined) parts.push(`Holm-adjusted ${pValue(pHolm)}`);
  return `(${parts.join("; ")})`;
}

function detectableNote(pair: Contrast): string {
  const { detectable } = amounts(pair);
  if (detectable === undefined) return "";
  const size = isShare(pair.metric)
    ? `${hundredfold(detectable, 1)} percentage points`
    : fixed(detectable, 3);
  return ` The smallest difference that this test can detect is about ${size}, so a tie does not prove that there is none.`;
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
const where = (pair: Contrast) => `${capital(names.testSet(pair.testSet))}, ${names.metric(pair.metric)}`;

/** Who came out higher, in one sentence with its evidence. */
export function contrastSentence(pair: Contrast): string {
  const [left, right] = [names.system(pair.left), names.system(pair.right)];
  switch (pair.verdict) {
    case "left":
      return `${where(pair)}: the ${left} is above the ${right} ${evidence(pair)}.`;
    case "right":
      return `${where(pair)}: the ${left} is below the ${right} ${evidence(pair)}.`;
    case "tie":
      return `${where(pair)}: the ${left} and the ${right} tie ${evidence(pair)}.`;
    default:
      return `${where(pair)}: the difference between the ${left} and the ${right} was not tested (${NOT_MEASURED}).`;
  }
}

/** Whether one step of the published ordering came out. */
export function orderingSentence(ordering: Ordering): string {
  const pair = ordering.contrast;
  const [left, right] = [names.system(pair.left), names.system(pair.right)];
  const found = evidence(pair);
  const ratio = amounts(pair).ratio ?? Number.NaN;
  const times = fixed(ratio, 1);
  const expectation = {
    "far-above": `“${right} ≪ ${left}”`,
    above: `“${right} < ${left}”`,
    near: `“${left} ≈ ${right}”`,
  }[ordering.expected];
  const say = {
    unmeasured: `${expectation} was not tested (${NOT_MEASURED}).`,
    holds:
      ordering.expected === "far-above"
        ? `${expectation} came out: the ${left} has ${times} times the score of the ${right} ${found}.`
        : ordering.expected === "above"
          ? `${expectation} came out ${found}.`
          : `${expectation} came out: the two tie ${found}.${detectableNote(pair)}`,
    "less-far": `the order of ${expectation} came out, but not by much: the ${left} has only ${times} times the score of the ${right} ${found}.`,
    tie: `${expectation} did not come out: the two tie ${found}.${detectableNote(pair)}`,
    reversed: `${expectation} did not come out and is reversed: the ${left} is below the ${right} ${found}.`,
    "small-gap": `${expectation} nearly came out: the ${left} is below the ${right} but reaches ${percent(ratio, 0)} of its score ${found}.`,
    gap: `${expectation} did not come out: the ${left} is clearly below the ${right}, at ${percent(ratio, 0)} of its score ${found}.`,
    above: `${expectation} did not come out: the ${left} is even above the ${right} ${found}.`,
  }[ordering.outcome];
  return `${where(pair)}: ${say}`;
}

/** On how many seeds an order of means came out. */
export function seedSentence(
  higher: SystemId,
  lower: SystemId,
  testSet: TestSet,
  count: { seeds: Quantity; holds: Quantity } | undefined,
): string {
  const order = `the mean of the ${names.system(higher)} is above that of the ${names.system(lower)}`;
  const place = capital(names.testSet(testSet));
  if (!count) return `${place}, seeds on which ${order}: ${NOT_MEASURED} (only one seed was run).`;
  return `${place}, ${order} on ${fixed(count.holds, 0)} of ${fixed(count.seeds, 0)} seeds.`;
}

/** Do the two metrics rank the systems alike, and is the published pattern (untuned first and last) here? */
export function disagreementSentences(found: Disagreement | undefined): string[] {
  if (!found) return [`Ranks by BERTScore and by ROUGE: ${NOT_MEASURED}.`];
  const { systems, untunedByBertscore, untunedByRouge } = found;
  const rank = `On all test items of this run the ${names.system("untuned")} has rank ${fixed(untunedByRouge, 0)} of ${fixed(systems, 0)} by ROUGE-1 (whitespace) and rank ${fixed(untunedByBertscore, 0)} by BERTScore F1`;
  const asPublished = untunedByBertscore.value === 1 && untunedByRouge.value === systems.value;
  const gap = untunedByRouge.value - untunedByBertscore.value;
  const judged = asPublished
    ? `${rank}. The disagreement of the original (first by BERTScore, last by ROUGE) appeared again.`
    : gap > 0
      ? `${rank}. It is not first by BERTScore and last by ROUGE as in the original, but the metrics disagree in the same direction.`
      : `${rank}. The disagreement of the original (first by BERTScore, last by ROUGE) did not appear.`;
  const pairs = found.discordantSystems
    .map(([a, b]) => `${names.system(a)} and ${names.system(b)}`)
    .join("; ");
  const count =
    found.discordant.value === 0
      ? `The two metrics put all ${fixed(found.pairs, 0)} pairs in the same order.`
      : `The two metrics put ${fixed(found.discordant, 0)} of ${fixed(found.pairs, 0)} pairs in opposite orders (${pairs}). These are ranks of means; pairs that tie are among them.`;
  return [judged, count];
}

/** Length and a score: what the rank correlation says, in words that go with its size. */
export function lengthSentence(
  metric: string,
  link: { outputs: Quantity; rho: Quantity } | undefined,
): string {
  if (!link) return `Length of the outputs and ${names.metric(metric)}: ${NOT_MEASURED}.`;
  const size = Math.abs(link.rho.value);
  const words =
    size < 0.1
      ? "There is hardly any relation"
      : `There is a ${size < 0.3 ? "weak" : size < 0.5 ? "moderate" : "clear"} ${link.rho.value > 0 ? "positive" : "negative"} relation`;
  return `${words} between the characters of an output and its ${names.metric(metric)} (${fixed(link.outputs, 0)} outputs, Spearman's ρ = ${fixed(link.rho, 2)}). Systems differ in length and quality at once, so it cannot be called a cause.`;
}

/** One tuned system inside and outside its field. */
export function forgettingSentence(row: Forgetting): string {
  const held = `${capital(names.system(row.system))}: ${fixed(row.inDomain, 3)} in-domain, ${fixed(row.other, 3)} on other topics (${row.share ? percent(row.share, 0) : "–"} of its score in-domain). `;
  const against = {
    left: "On other topics it is above the untuned student",
    right: "On other topics it is below even the untuned student: tuning made it forget what it could do",
    tie: "On other topics it ties with the untuned student",
    unmeasured: `On other topics its difference from the untuned student was not tested (${NOT_MEASURED})`,
  }[row.againstUntuned.verdict];
  const shown = row.againstUntuned.verdict === "unmeasured" ? "" : ` ${evidence(row.againstUntuned)}`;
  return `${held}${against}${shown}.`;
}

/** The CE-only control beside the distilled student: what the teacher brought, counted over the tests. */
export function controlSummary(pairs: Contrast[]): string {
  const what = "What the teacher brought (distilled student against full fine-tuned student)";
  const tested = pairs.filter((pair) => pair.verdict !== "unmeasured");
  if (tested.length === 0) return `${what}: ${NOT_MEASURED}.`;
  const side = (testSet: "in-domain" | "other") => {
    const here = tested.filter((pair) => pair.testSet === testSet);
    const listed = (verdict: Contrast["verdict"]) =>
      here.filter((pair) => pair.verdict === verdict).map((pair) => names.metric(pair.metric));
    const parts = [
      [listed("left"), "the distilled student is higher in"],
      [listed("right"), "the distilled student is lower in"],
      [listed("tie"), "they tie in"],
    ] as const;
    const said = parts
      .filter(([list]) => list.length > 0)
      .map(([list, words]) => `${words} ${list.join(", ")}`);
    return said.length === 0 ? NOT_MEASURED : said.join(" and ");
  };
  const gain = tested.some((pair) => pair.verdict === "left");
  const loss = tested.some((pair) => pair.verdict === "right");
  const notLora =
    "The difference “distilled above LoRA” can come from tuning all parameters instead of a few.";
  const sum =
    gain && !loss
      ? "Something is better than in the control of the same steps, and that much can be put down to the teacher."
      : gain
        ? "Some of it is better and some worse: distillation is another trade-off here, not the better method."
        : loss
          ? `The teacher's logits brought nothing in these measures and some are lower. ${notLora}`
          : `That the teacher's logits brought anything is not shown by these measures. ${notLora}`;
  return `${what}: in-domain ${side("in-domain")}. On other topics ${side("other")}. ${sum}`;
}
