// Words of section 4.2 in Korean.
import type { TestSet } from "../../results/scores";
import type { SystemId } from "../../results/systems";
import type { Contrast } from "../findings";
import { fixed, percent } from "../format";
import type { ClaimVerdict } from "../original-claims";
import type { Quantity } from "../quantity";
import type { InterpretationWords, OriginalClaims, SystemAmounts } from "../sections/interpretation";
import { NOT_MEASURED, names } from "./names";
import {
  contrastSentence,
  controlSummary,
  disagreementSentences,
  forgettingSentence,
  lengthSentence,
  orderingSentence,
  seedSentence,
} from "./sentences";

const each = (rows: SystemAmounts[], say: (name: string, amounts: Quantity[]) => string): string =>
  rows.map(({ system, amounts }) => say(names.system(system), amounts)).join(", ");

function validation(distilled: Quantity | undefined, control: Quantity | undefined): string {
  if (distilled === undefined || control === undefined) return `마지막 검증 손실의 비교: ${NOT_MEASURED}.`;
  const same = fixed(distilled.value, 3) === fixed(control.value, 3);
  const words = same
    ? "두 값이 소수 셋째 자리까지 같다"
    : `증류 학생이 ${distilled.value < control.value ? "더 낮다" : "더 높다"}`;
  return `마지막 검증 손실(토큰당 nat)은 증류 학생 ${fixed(distilled, 3)}, CE 전체 미세조정 학생 ${fixed(control, 3)}: ${words}(실행 하나의 값이며 검정하지 않았다).`;
}

const VERDICTS: Record<ClaimVerdict, string> = {
  confirmed: "확인됨",
  partly: "일부만 확인됨",
  corrected: "정정함",
  unmeasured: NOT_MEASURED,
};

const rivals = (sides: Contrast[], verdict: Contrast["verdict"]): string =>
  sides
    .filter((side) => side.verdict === verdict)
    .map(
      (side: { right: SystemId; testSet: TestSet }) =>
        `${names.system(side.right)}(${names.testSet(side.testSet)})`,
    )
    .join(", ") || "없음";

function claimRows({ well, core, same }: OriginalClaims): [string, string, string][] {
  const share = (value: Quantity | undefined) => (value === undefined ? NOT_MEASURED : percent(value));
  return [
    [
      "증류한 모델의 결과가 비교적 좋다.",
      VERDICTS[well.verdict],
      well.verdict === "unmeasured"
        ? "증류 학생과 다른 학생들의 차이를 모두 검정하지는 않았다."
        : `ROUGE-1(공백)에서 증류 학생이 더 높은 상대: ${rivals(well.sides, "left")}. 동률: ${rivals(well.sides, "tie")}. 더 낮은 상대: ${rivals(well.sides, "right")}.`,
    ],
    [
      "글의 핵심을 나쁘지 않게 뽑아낸다.",
      VERDICTS[core.verdict],
      core.verdict === "unmeasured"
        ? "증류 학생의 결과가 없다."
        : `증류 학생이 기준 요약의 사실 가운데 지킨 것은 같은 분야 ${share(core.kept["in-domain"])}, 다른 분야 ${share(core.kept.other)}이고, 쓴 사실 가운데 지어낸 것은 각각 ${share(core.invented["in-domain"])}, ${share(core.invented.other)}이다(절반 이상을 지키면 확인으로 본다).`,
    ],
    [
      "같은 입력에는 거의 같은 글이 나온다.",
      VERDICTS[same.verdict],
      !same.items || !same.identical || !same.share
        ? "같은 입력을 두 번 넣어 보는 실행이 이 결과에는 없다."
        : `같은 입력 ${fixed(same.items, 0)}건을 두 번 넣어 ${fixed(same.identical, 0)}건(${percent(same.share)})에서 같은 글이 나왔다. 탐욕 디코딩의 결과이며, 표본 추출 디코딩에는 해당하지 않는다.`,
    ],
  ];
}

export const interpretation: InterpretationWords = {
  heading: "4.2 해석 및 분석",
  numberingNote:
    "원 보고서에는 4.2와 5가 없다. 이 보고서의 4.2는 원 보고서의 4.3, 이 보고서의 5는 원 보고서의 6에 해당한다.",
  intro: [
    "원 보고서의 4.3에 해당한다.",
    " 아래 문장은 모두 이번 실행의 수치에서 규칙으로 만든 것이다. ‘높다’와 ‘낮다’는 Holm 보정을 거친 유의한 차이, ‘동률’은 유의한 차이가 확인되지 않음을 뜻한다.",
  ],
  items: ({ inDomain, other }) =>
    `평가에는 학습 데이터와 매우 비슷한 글 ${inDomain}건(같은 분야)과 주제와 형식이 다른 글 ${other}건(다른 분야)을 썼다.`,
  orders: {
    heading: "원 보고서의 순서가 나왔는가",
    ordering: orderingSentence,
    seeds: seedSentence,
  },
  control: {
    heading: "교사가 보탠 것: 증류와 대조군",
    summary: controlSummary,
    contrast: contrastSentence,
    validation,
  },
  metrics: {
    heading: "BERTScore와 ROUGE의 어긋남",
    disagreement: disagreementSentences,
    length: lengthSentence,
  },
  hangul: {
    heading: "기본 토크나이저와 한글",
    intro:
      "ROUGE의 기본 토크나이저는 라틴 문자와 숫자만 남기고 한글을 모두 지운다. 그러므로 기본 토크나이저의 ROUGE는 요약의 수와 라틴 낱말만 견준 값이다.",
    empty: (items, rows) =>
      rows.length === 0
        ? `기본 토크나이저로 토큰이 하나도 남지 않는 항목의 수: ${NOT_MEASURED}.`
        : `전체 ${items}건 가운데 기본 토크나이저로 토큰이 하나도 남지 않은 항목은 ${each(rows, (name, [count]) => `${name} ${fixed(count!, 0)}건`)}이다.`,
    moved: (rows) =>
      rows.length === 0
        ? `토크나이저를 바꾼 ROUGE-1: ${NOT_MEASURED}.`
        : `같은 출력의 ROUGE-1이 토크나이저만 바꾸어도(공백 → 기본) 달라진다: ${each(rows, (name, [from, to]) => `${name} ${fixed(from!, 3)} → ${fixed(to!, 3)}`)}.`,
  },
  forgetting: {
    heading: "다른 분야에서의 망각",
    sentence: forgettingSentence,
    none: `다른 분야에서의 점수: ${NOT_MEASURED}.`,
  },
  facts: {
    heading: "지킨 사실",
    sentence: (rows) =>
      rows.length === 0
        ? `지킨 사실: ${NOT_MEASURED}.`
        : `전체 시험 항목에서 기준 요약의 사실을 지킨 비율: ${each(rows, (name, [kept, invented]) => `${name} ${percent(kept!)}(지어냄 ${percent(invented!)})`)}.`,
  },
  claims: {
    heading: "원 보고서의 주장을 이번 수치로 다시 보면",
    caption: "원 보고서의 세 주장",
    columns: ["주장", "판정", "근거"],
    rows: claimRows,
  },
};
