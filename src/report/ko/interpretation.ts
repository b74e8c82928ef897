// Section 4.2 (the original's 4.3): the reading, every sentence of it generated from the numbers.
import type { StudyResults, SystemId } from "../../evaluation/results";
import type { SampleRow } from "../../evaluation/samples";
import { inSystemOrder } from "../../figures/systems";
import type { DocumentBuilder } from "../document";
import {
  contrast,
  disagreement,
  forgetting,
  lengthLink,
  publishedOrderings,
  scoreOf,
  seedsWithOrder,
} from "../findings";
import { fixed, percent } from "../format";
import { claimRows } from "./claims";
import { NOT_MEASURED, systemName } from "./names";
import {
  contrastSentence,
  controlSummary,
  disagreementSentences,
  forgettingSentence,
  lengthSentence,
  orderingSentence,
  seedSentence,
} from "./sentences";

const SIDES = ["in-domain", "other"] as const;
const CONTROL_METRICS = ["rouge1.whitespace", "bertscore.f", "keptFacts"];

function validationSentence(results: StudyResults): string {
  const last = (system: SystemId) =>
    results.training.find((run) => run.system === system)?.validation.slice(-1)[0]?.loss;
  const [distilled, control] = [last("distilled"), last("full-student")];
  if (distilled === undefined || control === undefined) return `마지막 검증 손실의 비교: ${NOT_MEASURED}.`;
  const [shown, other] = [fixed(distilled, 3), fixed(control, 3)];
  const words = shown === other ? "소수 셋째 자리까지 같다" : distilled < control ? "더 낮다" : "더 높다";
  return `마지막 검증 손실(토큰당 nat)은 증류 학생 ${shown}, CE 전체 미세조정 학생 ${other}: 증류 학생이 ${words}(실행 하나의 값이며 검정하지 않았다).`.replace(
    "증류 학생이 소수",
    "두 값이 소수",
  );
}

function hangulSentences(results: StudyResults): string[] {
  const said = [
    "ROUGE의 기본 토크나이저는 라틴 문자와 숫자만 남기고 한글을 모두 지운다. 그러므로 기본 토크나이저의 ROUGE는 요약의 수와 라틴 낱말만 견준 값이다.",
  ];
  const rows = inSystemOrder(results.systems);
  const empty = rows.flatMap((row) => {
    const count = row.scores.all.emptyForTokenizer.default;
    return count === undefined ? [] : [`${systemName(row.system)} ${fixed(count, 0)}건`];
  });
  const items = rows[0]?.scores.all.items ?? 0;
  said.push(
    empty.length === 0
      ? `기본 토크나이저로 토큰이 하나도 남지 않는 항목의 수: ${NOT_MEASURED}.`
      : `전체 ${fixed(items, 0)}건 가운데 기본 토크나이저로 토큰이 하나도 남지 않은 항목은 ${empty.join(", ")}이다.`,
  );
  const moved = rows.flatMap((row) => {
    const byDefault = scoreOf(row, "all", "rouge1.default");
    const byWords = scoreOf(row, "all", "rouge1.whitespace");
    if (byDefault === undefined || byWords === undefined) return [];
    return [`${systemName(row.system)} ${fixed(byWords, 3)} → ${fixed(byDefault, 3)}`];
  });
  said.push(
    moved.length === 0
      ? `토크나이저를 바꾼 ROUGE-1: ${NOT_MEASURED}.`
      : `같은 출력의 ROUGE-1이 토크나이저만 바꾸어도(공백 → 기본) 달라진다: ${moved.join(", ")}.`,
  );
  return said;
}

function factSentence(results: StudyResults): string {
  const rows = inSystemOrder(results.systems).map(
    (row) =>
      `${systemName(row.system)} ${percent(row.scores.all.keptFacts)}(지어냄 ${percent(row.scores.all.inventedFacts)})`,
  );
  return rows.length === 0
    ? `지킨 사실: ${NOT_MEASURED}.`
    : `전체 시험 항목에서 기준 요약의 사실을 지킨 비율: ${rows.join(", ")}.`;
}

/** Writes section 4.2. */
export function interpretationSection(
  doc: DocumentBuilder,
  results: StudyResults,
  samples: SampleRow[],
): void {
  const numbering = doc.footnote(
    "원 보고서에는 4.2와 5가 없다. 이 보고서의 4.2는 원 보고서의 4.3, 이 보고서의 5는 원 보고서의 6에 해당한다.",
  );
  doc.heading(2, "4.2 해석 및 분석");
  doc.paragraph(
    "원 보고서의 4.3에 해당한다.",
    numbering,
    " 아래 문장은 모두 이번 실행의 수치에서 규칙으로 만든 것이다. ‘높다’와 ‘낮다’는 Holm 보정을 거친 유의한 차이, ‘동률’은 유의한 차이가 확인되지 않음을 뜻한다.",
  );
  doc.paragraph(
    `평가에는 학습 데이터와 매우 비슷한 글 ${fixed(results.counts["test-in-domain"], 0)}건(같은 분야)과 주제와 형식이 다른 글 ${fixed(results.counts["test-other"], 0)}건(다른 분야)을 썼다.`,
  );

  doc.heading(3, "원 보고서의 순서가 나왔는가");
  doc.list(
    SIDES.flatMap((side) => publishedOrderings(results, side, "rouge1.whitespace").map(orderingSentence)),
  );
  const orders = [
    ["lora-student", "untuned"],
    ["distilled", "lora-student"],
    ["distilled", "full-student"],
  ] as const;
  doc.list(
    SIDES.flatMap((side) =>
      orders.map(([higher, lower]) =>
        seedSentence(higher, lower, side, seedsWithOrder(results, higher, lower, side)),
      ),
    ),
  );

  doc.heading(3, "교사가 보탠 것: 증류와 대조군");
  const pairs = SIDES.flatMap((side) =>
    CONTROL_METRICS.map((metric) => contrast(results, "distilled", "full-student", side, metric)),
  );
  doc.paragraph(controlSummary(pairs));
  doc.list([...pairs.map(contrastSentence), validationSentence(results)]);

  doc.heading(3, "BERTScore와 ROUGE의 어긋남");
  doc.list([
    ...disagreementSentences(disagreement(results, "all")),
    lengthSentence("bertscore.f", lengthLink(samples, "bertscore.f")),
    lengthSentence("rouge1.whitespace", lengthLink(samples, "rouge1.whitespace")),
  ]);

  doc.heading(3, "기본 토크나이저와 한글");
  doc.list(hangulSentences(results));

  doc.heading(3, "다른 분야에서의 망각");
  const forgot = forgetting(results).map(forgettingSentence);
  doc.list(forgot.length > 0 ? forgot : [`다른 분야에서의 점수: ${NOT_MEASURED}.`]);

  doc.heading(3, "지킨 사실");
  doc.paragraph(factSentence(results));

  doc.heading(3, "원 보고서의 주장을 이번 수치로 다시 보면");
  doc.table({
    id: "claims",
    caption: "원 보고서의 세 주장",
    columns: [
      { label: "주장", align: "left", weight: 1.6 },
      { label: "판정", align: "left", weight: 0.9 },
      { label: "근거", align: "left", weight: 4 },
    ],
    rows: claimRows(results).map((row) => [row.claim, row.verdict, row.reason]),
  });
}
