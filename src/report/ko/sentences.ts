// Korean sentences about the findings: every sentence is chosen by a finding and filled with its numbers.
import { agree } from "../../corpus/particles";
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

/** A difference in the metric's own unit, without "%p". */
const metricDifference = (metric: string, difference: Amount): string =>
  isShare(metric) ? hundredfold(difference, 1, true) : signed(difference, 3);

/** The evidence of a contrast in brackets: values, difference, interval, corrected p. */
function evidence(pair: Contrast): string {
  const { left, right, difference, interval95, pHolm } = amounts(pair);
  const parts = [`${metricValue(pair.metric, left)} 대 ${metricValue(pair.metric, right)}`];
  if (difference !== undefined) {
    const ends = interval95?.map((end) => metricDifference(pair.metric, end ?? Number.NaN));
    const range = ends ? `, 95% 신뢰구간 [${ends.join(", ")}]` : "";
    const unit = isShare(pair.metric) ? "%p" : "";
    parts.push(`차이 ${metricDifference(pair.metric, difference)}${unit}${range}`);
  }
  if (pHolm !== undefined) parts.push(`Holm 보정 ${pValue(pHolm)}`);
  return `(${parts.join("; ")})`;
}

function detectableNote(pair: Contrast): string {
  const { detectable } = amounts(pair);
  if (detectable === undefined) return "";
  const size = isShare(pair.metric) ? `${hundredfold(detectable, 1)}%p` : fixed(detectable, 3);
  return ` 이 검정이 알아낼 수 있는 가장 작은 차이는 약 ${size}이므로, 동률은 차이가 없다는 증명이 아니다.`;
}

/** Who came out higher, in one sentence with its evidence. */
export function contrastSentence(pair: Contrast): string {
  const [left, right] = [names.system(pair.left), names.system(pair.right)];
  const where = `${names.testSet(pair.testSet)}, ${names.metric(pair.metric)}`;
  switch (pair.verdict) {
    case "left":
      return agree(`${where}: ${left}[이/가] ${right}보다 높다 ${evidence(pair)}.`);
    case "right":
      return agree(`${where}: ${left}[이/가] ${right}보다 낮다 ${evidence(pair)}.`);
    case "tie":
      return agree(`${where}: ${left}[과/와] ${right}[은/는] 동률이다 ${evidence(pair)}.`);
    default:
      return agree(`${where}: ${left}[과/와] ${right}의 차이는 검정하지 않았다(${NOT_MEASURED}).`);
  }
}

/** Whether one step of the published ordering came out. */
export function orderingSentence(ordering: Ordering): string {
  const pair = ordering.contrast;
  const [left, right] = [names.system(pair.left), names.system(pair.right)];
  const shown = evidence(pair);
  const ratio = amounts(pair).ratio ?? Number.NaN;
  const times = fixed(ratio, 1);
  const expectation = {
    "far-above": `‘${right} ≪ ${left}’`,
    above: `‘${right} < ${left}’`,
    near: `‘${left} ≈ ${right}’`,
  }[ordering.expected];
  const say = {
    unmeasured: `${expectation}[은/는] 검정하지 않았다(${NOT_MEASURED}).`,
    holds:
      ordering.expected === "far-above"
        ? `${expectation}의 순서가 그대로 나왔다: ${left}[이/가] ${right}의 ${times}배이다 ${shown}.`
        : ordering.expected === "above"
          ? `${expectation}의 순서가 그대로 나왔다 ${shown}.`
          : `${expectation}[이/가] 그대로 나왔다: 두 시스템은 동률이다 ${shown}.${detectableNote(pair)}`,
    "less-far": `${expectation} 가운데 순서는 나왔으나 차이는 크지 않다: ${left}[은/는] ${right}의 ${times}배에 그친다 ${shown}.`,
    tie: `${expectation}[은/는] 나오지 않았다: 두 시스템은 동률이다 ${shown}.${detectableNote(pair)}`,
    reversed: `${expectation}[은/는] 나오지 않았고 순서가 뒤집혔다: ${left}[이/가] ${right}보다 낮다 ${shown}.`,
    "small-gap": `${expectation}에 가깝다: ${left}[은/는] ${right}보다 낮지만 그 점수의 ${percent(ratio, 0)}에 이른다 ${shown}.`,
    gap: `${expectation}[은/는] 나오지 않았다: ${left}[은/는] ${right}보다 뚜렷이 낮아 그 점수의 ${percent(ratio, 0)}이다 ${shown}.`,
    above: `${expectation}[은/는] 나오지 않았다: ${left}[이/가] ${right}보다 오히려 높다 ${shown}.`,
  }[ordering.outcome];
  return agree(`${names.testSet(pair.testSet)}, ${names.metric(pair.metric)}: ${say}`);
}

/** On how many seeds an order of means came out. */
export function seedSentence(
  higher: SystemId,
  lower: SystemId,
  testSet: TestSet,
  count: { seeds: Quantity; holds: Quantity } | undefined,
): string {
  const pair = `${names.testSet(testSet)}에서 ${names.system(higher)}의 평균이 ${names.system(lower)}보다 높은`;
  if (!count) return `${pair} 시드의 수: ${NOT_MEASURED} (시드 하나만 실행함).`;
  return `${pair} 시드는 ${fixed(count.seeds, 0)}개 가운데 ${fixed(count.holds, 0)}개이다.`;
}

/** Do the two metrics rank the systems alike, and is the published pattern (untuned first and last) here? */
export function disagreementSentences(found: Disagreement | undefined): string[] {
  if (!found) return [`BERTScore와 ROUGE의 순위 비교: ${NOT_MEASURED}.`];
  const { systems, untunedByBertscore, untunedByRouge } = found;
  const untuned = names.system("untuned");
  const rank = `${untuned}[은/는] 이번 실행의 전체 시험 항목에서 ROUGE-1(공백)로는 ${fixed(systems, 0)}개 시스템 가운데 ${fixed(untunedByRouge, 0)}위, BERTScore F1로는 ${fixed(untunedByBertscore, 0)}위이다`;
  const asPublished = untunedByBertscore.value === 1 && untunedByRouge.value === systems.value;
  const gap = untunedByRouge.value - untunedByBertscore.value;
  const judged = asPublished
    ? `${rank}. 원 보고서와 같은 어긋남(BERTScore 첫째, ROUGE 최하위)이 다시 나타났다.`
    : gap > 0
      ? `${rank}. 원 보고서처럼 BERTScore에서 첫째이면서 ROUGE 최하위인 것은 아니지만, 어긋나는 방향은 같다.`
      : `${rank}. 원 보고서의 어긋남(BERTScore 첫째, ROUGE 최하위)은 나타나지 않았다.`;
  const pairs = found.discordantSystems.map(([a, b]) => `${names.system(a)}·${names.system(b)}`).join(", ");
  const count =
    found.discordant.value === 0
      ? `두 척도는 ${fixed(found.pairs, 0)}쌍 모두를 같은 순서로 둔다.`
      : `두 척도가 서로 반대 순서로 두는 쌍은 ${fixed(found.pairs, 0)}쌍 가운데 ${fixed(found.discordant, 0)}쌍(${pairs})이다. 이 순위는 평균의 순위이며, 동률인 쌍도 들어 있다.`;
  return [agree(judged), count];
}

/** Length and a score: what the rank correlation says, in words that go with its size. */
export function lengthSentence(
  metric: string,
  link: { outputs: Quantity; rho: Quantity } | undefined,
): string {
  if (!link) return `출력의 길이와 ${names.metric(metric)}의 관계: ${NOT_MEASURED}.`;
  const size = Math.abs(link.rho.value);
  const words =
    size < 0.1
      ? "관계가 거의 없다"
      : `${size < 0.3 ? "약한" : size < 0.5 ? "어느 정도의" : "뚜렷한"} ${link.rho.value > 0 ? "양" : "음"}의 관계가 있다`;
  return agree(
    `출력의 글자 수와 ${names.metric(metric)} 사이에는 ${words}(출력 ${fixed(link.outputs, 0)}개, 스피어만 ρ = ${fixed(link.rho, 2)}). 시스템마다 길이와 품질이 함께 다르므로 원인이라고는 할 수 없다.`,
  );
}

/** One tuned system inside and outside its field. */
export function forgettingSentence(row: Forgetting): string {
  const name = names.system(row.system);
  const drop = row.share ? percent(row.share, 0) : "–";
  const held = `${name}: 같은 분야 ${fixed(row.inDomain, 3)}, 다른 분야 ${fixed(row.other, 3)}(같은 분야 점수의 ${drop}). `;
  const against = {
    left: "다른 분야에서 미조정 학생보다 높다",
    right: "다른 분야에서 미조정 학생보다도 낮다. 조정하면서 할 줄 알던 것을 잊었다",
    tie: "다른 분야에서 미조정 학생과 동률이다",
    unmeasured: `다른 분야에서 미조정 학생과의 차이는 검정하지 않았다(${NOT_MEASURED})`,
  }[row.againstUntuned.verdict];
  return agree(
    `${held}${against}${row.againstUntuned.verdict === "unmeasured" ? "" : ` ${evidence(row.againstUntuned)}`}.`,
  );
}

/** The CE-only control beside the distilled student: what the teacher brought, counted over the tests. */
export function controlSummary(pairs: Contrast[]): string {
  const tested = pairs.filter((pair) => pair.verdict !== "unmeasured");
  if (tested.length === 0) return `교사가 보탠 것(증류 학생 대 CE 전체 미세조정 학생): ${NOT_MEASURED}.`;
  const side = (testSet: "in-domain" | "other") => {
    const here = tested.filter((pair) => pair.testSet === testSet);
    const listed = (verdict: Contrast["verdict"]) =>
      here.filter((pair) => pair.verdict === verdict).map((pair) => names.metric(pair.metric));
    const parts = [
      [listed("left"), "에서는 증류 학생이 높고"],
      [listed("right"), "에서는 증류 학생이 낮고"],
      [listed("tie"), "에서는 동률이고"],
    ] as const;
    const said = parts
      .filter(([list]) => list.length > 0)
      .map(([list, words]) => `${list.join(", ")}${words}`);
    return said.length === 0
      ? NOT_MEASURED
      : said
          .join(", ")
          .replace(/높고$/, "높다")
          .replace(/낮고$/, "낮다")
          .replace(/동률이고$/, "동률이다");
  };
  const anyGain = tested.some((pair) => pair.verdict === "left");
  const anyLoss = tested.some((pair) => pair.verdict === "right");
  const sum =
    anyGain && !anyLoss
      ? "같은 스텝의 대조군보다 나은 것이 있으므로, 그만큼은 교사의 몫이라고 할 수 있다."
      : anyGain
        ? "나은 것과 못한 것이 섞여 있으므로, 증류는 더 나은 방법이 아니라 다른 절충이다."
        : anyLoss
          ? "교사의 로짓은 이 척도들에서 보탠 것이 없고 오히려 낮아진 것이 있다. ‘증류가 LoRA보다 낫다’는 차이는 전체 매개변수를 조정한 데서 온 것일 수 있다."
          : "교사의 로짓이 보탠 것은 이 척도들에서 확인되지 않는다. ‘증류가 LoRA보다 낫다’는 차이는 전체 매개변수를 조정한 데서 온 것일 수 있다.";
  return `교사가 보탠 것(증류 학생 대 CE 전체 미세조정 학생): 같은 분야의 ${side("in-domain")}. 다른 분야의 ${side("other")}. ${sum}`;
}
