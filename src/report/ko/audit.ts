// The audit's conclusions in Korean: every sentence is chosen by a finding and says that it holds on our data.
import { agree } from "../../corpus/particles";
import type { Audit, Correlation, RepeatedRun } from "../../results/audit";
import type { FactKind } from "../../results/facts";
import type { StudyResults } from "../../results/study-results";
import type { SystemId } from "../../results/systems";
import {
  allIdentical,
  copying,
  extremeGroups,
  factExtremes,
  finding,
  type LatinShare,
  type LengthFinding,
  latinShare,
  lengthFindings,
  type PublishedReach,
  publishedReach,
  repeating,
  type TokenizerOrder,
  tokenizerOrder,
  trendOf,
} from "../audit-findings";
import { fixed, percent } from "../format";
import { PUBLISHED_COUNTS } from "../published";
import type { AuditWords } from "../sections/audit";
import { NOT_MEASURED, names } from "./names";

const OURS = "우리 자료에서는";
const FACT_KINDS: Record<FactKind, string> = {
  number: "수",
  date: "날짜",
  time: "시각",
  phone: "전화번호",
  score: "경기 점수",
  person: "사람 이름",
  place: "지명",
  name: "기관·제품 이름",
  quote: "따온 말",
};
const GROUPS: Record<string, string> = {
  short: "짧은 글",
  middle: "중간 길이의 글",
  long: "긴 글",
  prose: "줄글",
  list: "목록",
  dialogue: "대화",
  lines: "여러 줄 글",
};
const GROUPING = { topic: "주제", length: "길이", format: "형식" } as const;

const who = (id: SystemId | "all"): string => (id === "all" ? "다섯 시스템" : names.system(id));
const groupName = (by: string, group: string): string =>
  by === "topic" ? `‘${group}’` : (GROUPS[group] ?? group);
const rho = ({ rho: value, interval95 }: Correlation, ...path: string[]): string =>
  value === null || interval95 === null
    ? NOT_MEASURED
    : `ρ = ${fixed(finding(value, ...path, "rho"), 2)}, 95% 신뢰구간 [${fixed(finding(interval95[0], ...path, "interval95", "0"), 2)}, ${fixed(finding(interval95[1], ...path, "interval95", "1"), 2)}]`;

/** Whether the tokenizer changes who is better. */
export function orderSentence(found: TokenizerOrder | undefined): string {
  if (!found) return `토크나이저에 따른 순서: ${NOT_MEASURED}.`;
  if (found.differing.length === 0) {
    return `${OURS} 토크나이저 ${fixed(finding(found.others.length + 1, "order", "tokenizers"), 0)}가지가 모두 ROUGE-1 평균으로 시스템을 같은 순서에 둔다.`;
  }
  const each = found.differing.map(({ tokenizer, pairs }) => {
    const turned = pairs
      .map(([higher, lower]) => `${names.system(higher)} > ${names.system(lower)}`)
      .join(", ");
    return `${names.tokenizer(tokenizer)}(${turned})`;
  });
  return agree(
    `${OURS} 토크나이저를 바꾸면 ROUGE-1 평균의 순서가 달라진다. 공백 토크나이저와 순서가 어긋나는 것은 다른 토크나이저 ${fixed(finding(found.others.length, "order", "others"), 0)}가지 가운데 ${fixed(finding(found.differing.length, "order", "differing"), 0)}가지이다: ${each.join("; ")}. 순서만 본 것이며, 그 차이가 유의한지는 따로 보아야 한다.`,
  );
}

/** On what the default tokenizer's score rests. */
export function latinSentences(found: LatinShare | undefined): string[] {
  if (!found) return [`기본 토크나이저가 무엇을 세는가: ${NOT_MEASURED}.`];
  const { texts, withoutHits, hits, latinHits, latinOnly } = found;
  const none =
    withoutHits === 0
      ? `${OURS} 기본 토크나이저로도 모든 요약에서 기준 요약과 겹치는 토큰이 하나는 있다.`
      : `${OURS} 기본 토크나이저로는 요약 ${fixed(finding(texts, "latin", "texts"), 0)}편 가운데 ${fixed(finding(withoutHits, "latin", "withoutHits"), 0)}편(${percent(finding(withoutHits / texts, "latin", "withoutHitsShare"))})에서 기준 요약과 겹치는 토큰이 하나도 없다.`;
  if (hits === 0) return [none, `${OURS} 유니코드 낱말로 보아도 기준 요약과 겹치는 토큰이 없다.`];
  const share = latinHits / hits;
  const rests =
    share >= 0.5
      ? `겹친 토큰의 절반이 넘는 ${percent(finding(share, "latin", "latinShare"))}가 로마자와 숫자이므로, 기본 토크나이저도 겹친 것의 많은 부분을 본다`
      : `겹친 토큰 가운데 로마자와 숫자로만 된 것은 ${percent(finding(share, "latin", "latinShare"))}이므로, 기본 토크나이저는 겹친 것의 나머지 ${percent(finding(1 - share, "latin", "unseenShare"))}를 보지 못한다`;
  return [
    none,
    `${OURS} 같은 요약을 유니코드 낱말로 보면 ${rests}. 기본 토크나이저의 점수는 한글을 버리고 로마자와 숫자로만 매긴 것이다.`,
    latinOnly === 0
      ? `${OURS} 겹친 것이 로마자와 숫자뿐인 요약은 없다.`
      : `${OURS} 겹친 것이 로마자와 숫자뿐인 요약은 ${fixed(finding(latinOnly, "latin", "latinOnly"), 0)}편(${percent(finding(latinOnly / texts, "latin", "latinOnlyShare"))})이다.`,
  ];
}

const TREND = { up: "높아진다", down: "낮아진다" } as const;

/** What BERTScore does with longer output. */
export function lengthSentence(found: LengthFinding): string {
  const { system, precision, recall, meanCharacters } = found;
  const evidence = `(평균 ${fixed(finding(meanCharacters, "length", system, "meanCharacters"), 0)}자; 정밀도 ${rho(precision, "length", system, "precision")}; 재현율 ${rho(recall, "length", system, "recall")})`;
  const [p, r] = [precision.trend, recall.trend];
  const subject = `${OURS} ${who(system)}의 출력이 길수록 BERTScore`;
  if (p === "unmeasured" || r === "unmeasured")
    return agree(`${who(system)}의 길이와 BERTScore: ${NOT_MEASURED}.`);
  if (p === "none" && r === "none") {
    return `${OURS} ${who(system)}의 출력 길이와 BERTScore 정밀도, 재현율 사이에 관계가 확인되지 않는다 ${evidence}.`;
  }
  if (p === r) return `${subject} 정밀도와 재현율이 함께 ${TREND[p as "up"]} ${evidence}.`;
  if (p === "none")
    return `${subject} 재현율이 ${TREND[r as "up"]}. 정밀도와의 관계는 확인되지 않는다 ${evidence}.`;
  if (r === "none")
    return `${subject} 정밀도가 ${TREND[p as "up"]}. 재현율과의 관계는 확인되지 않는다 ${evidence}.`;
  return p === "down"
    ? `${subject} 재현율은 높아지고 정밀도는 낮아진다 ${evidence}.`
    : `${subject} 정밀도는 높아지고 재현율은 낮아진다 ${evidence}.`;
}

/** Whether ROUGE and BERTScore agree item by item. */
export function agreementSentence(row: Audit["agreement"][number]): string {
  const of = `${who(row.system)}의 ROUGE-1(공백)과 BERTScore F1`;
  switch (trendOf(row)) {
    case "unmeasured":
      return `${of}의 항목별 상관: ${NOT_MEASURED}.`;
    case "none":
      return `${OURS} ${of}[은/는] 항목별로 상관이 확인되지 않는다(${rho(row, "agreement", row.system)}).`;
    case "down":
      return `${OURS} ${of}[은/는] 항목별로 서로 어긋난다(${rho(row, "agreement", row.system)}).`;
    default: {
      const size = row.rho! >= 0.7 ? "강한" : row.rho! >= 0.4 ? "중간 정도의" : "약한";
      return `${OURS} ${of}[은/는] 항목별로 ${size} 양의 상관이 있다(${rho(row, "agreement", row.system)}).`;
    }
  }
}

/** Which published differences 206 items cannot tell from none. */
export function reachSentence({ metric, pairs, within }: PublishedReach): string {
  const name = names.metric(metric);
  if (within.length === 0) {
    return `우리 자료에서 잰 흩어짐대로라면 공개 표의 ${name} 차이 ${fixed(finding(pairs, "reach", metric, "pairs"), 0)}쌍은 모두 ${PUBLISHED_COUNTS.all}건과 80% 검정력이면 가려낼 수 있는 크기이다.`;
  }
  const list = within.map(
    ({ a, b, difference, detectable }) =>
      `${names.system(a)}·${names.system(b)} ${fixed(finding(Math.abs(difference), "reach", metric, `${a}:${b}`, "difference"), 4)}(가려낼 수 있는 차이 ${fixed(finding(detectable[206]!, "reach", metric, `${a}:${b}`, "detectable"), 4)})`,
  );
  return `우리 자료에서 잰 흩어짐대로라면 공개 표의 ${name} 차이 ${fixed(finding(pairs, "reach", metric, "pairs"), 0)}쌍 가운데 ${fixed(finding(within.length, "reach", metric, "within"), 0)}쌍은 ${PUBLISHED_COUNTS.all}건과 80% 검정력으로는 가려낼 수 없어, 동률로 읽어야 한다: ${list.join("; ")}.`;
}

function groupSentences(audit: Audit, system: SystemId): string[] {
  return (["topic", "length", "format"] as const).flatMap((by) => {
    const found = extremeGroups(audit, system, by);
    if (!found) return [];
    const { worst, best } = found;
    const of = ({ group, scores, items }: typeof worst) =>
      `${groupName(by, group)}(ROUGE-1 ${fixed(finding(scores["rouge1.whitespace"]!, "groups", by, group, "scores", "rouge1.whitespace"), 3)}, ${fixed(finding(items, "groups", by, group, "items"), 0)}건)`;
    return [
      `우리 자료에서 ${names.system(system)}의 점수는 ${GROUPING[by]}별로 ${of(worst)}에서 가장 낮고 ${of(best)}에서 가장 높다.`,
    ];
  });
}

function copiedSentence(audit: Audit, system: SystemId): string {
  const found = copying(audit, system);
  if (!found) return `베낀 몫: ${NOT_MEASURED}.`;
  const { own, reference } = found;
  const name = names.system(system);
  const spans = `가장 긴 베낀 자리는 평균 ${fixed(finding(own.longest, "copied", "own", "longest"), 1)}낱말(기준 요약 ${fixed(finding(reference.longest, "copied", "reference", "longest"), 1)}낱말)이다`;
  const shares = `낱말의 ${percent(finding(own.coverage, "copied", "own", "coverage"))}를 원문에서 그대로 옮겼고 기준 요약은 ${percent(finding(reference.coverage, "copied", "reference", "coverage"))}를 옮겼다`;
  const than =
    own.coverage > reference.coverage
      ? "기준 요약보다 많이 베낀다"
      : own.coverage < reference.coverage
        ? "기준 요약보다 적게 베낀다"
        : "기준 요약만큼 베낀다";
  return `우리 자료에서 ${name}[은/는] ${than}: ${shares}. ${spans}.`;
}

function factSentences(audit: Audit, system: SystemId): string[] {
  const { leastKept, mostInvented } = factExtremes(audit, system);
  const name = names.system(system);
  const sentences: string[] = [];
  if (leastKept) {
    sentences.push(
      `${OURS} ${name}[이/가] 가장 못 지킨 사실은 ${FACT_KINDS[leastKept.kind]}이다(기준 요약의 ${fixed(finding(leastKept.of, "facts", "leastKept", "of"), 0)}개 가운데 ${percent(finding(leastKept.share, "facts", "leastKept", "share"))}를 지킴).`,
    );
  }
  if (mostInvented) {
    sentences.push(
      mostInvented.share === 0
        ? `${OURS} ${name}[이/가] 지어낸 사실은 확인되지 않는다.`
        : `${OURS} ${name}[이/가] 가장 자주 지어낸 사실은 ${FACT_KINDS[mostInvented.kind]}이다(쓴 ${fixed(finding(mostInvented.of, "facts", "mostInvented", "of"), 0)}개 가운데 ${percent(finding(mostInvented.share, "facts", "mostInvented", "share"))}가 원문에 없음).`,
    );
  }
  return sentences.length > 0 ? sentences : [`종류별 사실: 세기에는 너무 적다.`];
}

function repeatSentence(audit: Audit): string {
  const found = repeating(audit);
  if (found.length === 0) return `${OURS} 같은 문장이나 낱말을 되풀이한 요약이 없다.`;
  const each = found.map(
    ({ system, texts }) => `${names.system(system)} ${fixed(finding(texts, "repeating", system), 0)}편`,
  );
  return `${OURS} 같은 문장이나 낱말을 되풀이한 요약이 있다: ${each.join(", ")}.`;
}

const COMPOSITIONS: Record<RepeatedRun["composition"], string> = {
  same: "같은 묶음으로 다시 쓰면",
  other: "묶음의 크기와 순서를 바꾸어 쓰면",
  single: "한 건씩 따로 쓰면",
};

/** Whether the same input gave the same text. */
export function repeatedSentence(run: RepeatedRun): string {
  const how = `${OURS} 증류 학생에게 같은 글을 ${COMPOSITIONS[run.composition]}`;
  if (allIdentical(run))
    return `${how} ${fixed(finding(run.items, "repeated", run.composition, "items"), 0)}건 모두 글자까지 같은 요약이 나온다.`;
  if (run.identical === 0)
    return `${how} ${fixed(finding(run.items, "repeated", run.composition, "items"), 0)}건 가운데 같은 요약이 나온 것이 없다.`;
  return `${how} ${fixed(finding(run.items, "repeated", run.composition, "items"), 0)}건 가운데 ${fixed(finding(run.identical, "repeated", run.composition, "identical"), 0)}건(${percent(finding(run.identical / run.items, "repeated", run.composition, "share"))})에서 같은 요약이 나온다.`;
}

/** All conclusions, under their headings. */
export function auditConclusions(
  results: Pick<StudyResults, "systems">,
  audit: Audit,
): { heading: string; sentences: string[] }[] {
  const parts: [heading: string, sentences: string[]][] = [
    [
      "토크나이저가 정하는 것",
      [orderSentence(tokenizerOrder(results)), ...latinSentences(latinShare(audit))],
    ],
    ["길이와 BERTScore", lengthFindings(audit).map(lengthSentence)],
    ["두 지표는 항목마다 같은 말을 하는가", audit.agreement.map(agreementSentence)],
    ["공개 표의 차이 가운데 가려낼 수 있는 것", publishedReach(audit).map(reachSentence)],
    ["어디에서 틀리는가", [...groupSentences(audit, "distilled"), ...factSentences(audit, "distilled")]],
    ["베끼기와 되풀이", [copiedSentence(audit, "distilled"), repeatSentence(audit)]],
    ["같은 입력, 같은 글", audit.repeated.map(repeatedSentence)],
  ];
  return parts
    .filter(([, sentences]) => sentences.length > 0)
    .map(([heading, sentences]) => ({ heading, sentences: sentences.map(agree) }));
}

export const audit: AuditWords = {
  heading: "4.3 공개 표의 점검",
  intro:
    "원 보고서의 표가 남긴 두 의문을 이번 실행의 출력에서 따져 본다. 아래 문장은 모두 수치에서 규칙으로 만든 것이고 이번 자료에만 해당하며, 공개된 모델에 대한 결론이 아니다.",
  conclusions: auditConclusions,
  reference: "기준 요약",
  group: groupName,
  verdict: { within: "가려낼 수 없음", beyond: "가려낼 수 있음" },
  tables: {
    published: {
      caption: "공개 표의 차이와, 검정이 80% 검정력으로 가려낼 수 있는 차이",
      columns: [
        "쌍",
        "척도",
        `${PUBLISHED_COUNTS.all}건으로는`,
        "공개된 차이",
        "표준편차",
        `${PUBLISHED_COUNTS["in-domain"]}건`,
        `${PUBLISHED_COUNTS.other}건`,
        `${PUBLISHED_COUNTS.all}건`,
      ],
    },
    groups: {
      caption: "증류 학생의 오류 분석: 주제, 길이, 형식",
      columns: ["나눔", "무리", "항목"],
    },
    copied: {
      caption: "원문에서 베낀 몫",
      columns: ["모델 설명", "낱말", "베낀 낱말", "가장 긴 자리", "세 낱말 겹침"],
    },
    facts: {
      caption: "종류별로 지킨 사실과 지어낸 사실",
      columns: ["모델 설명", "종류", "기준 요약의 사실", "지킴", "쓴 사실", "지어냄"],
    },
  },
  grouping: GROUPING,
  factKind: FACT_KINDS,
  note: "표준편차는 같은 두 시스템의 짝지은 차이를 이번 실행에서 잰 것이다. 원 보고서는 토크나이저를 적지 않아 ROUGE-1은 두 토크나이저의 흩어짐으로 각각 판단한다.",
};
