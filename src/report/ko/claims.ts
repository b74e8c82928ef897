// The original report's three claims, each confirmed or corrected in Korean by this run's figures.
import type { StudyResults } from "../../evaluation/results";
import { type ClaimVerdict, distilledDoesWell, keepsTheCore, sameInputSameText } from "../claims";
import type { Contrast } from "../findings";
import { percent } from "../format";
import { NOT_MEASURED, systemName, testSetName } from "./names";

const WORDS: Record<ClaimVerdict, string> = {
  confirmed: "확인됨",
  partly: "일부만 확인됨",
  corrected: "정정함",
  unmeasured: NOT_MEASURED,
};

export interface ClaimRow {
  claim: string;
  verdict: string;
  reason: string;
}

function list(sides: Contrast[], verdict: Contrast["verdict"]): string {
  return sides
    .filter((side) => side.verdict === verdict)
    .map((side) => `${systemName(side.right)}(${testSetName(side.testSet)})`)
    .join(", ");
}

/** The three claims with verdict and the numbers behind it. */
export function claimRows(results: StudyResults): ClaimRow[] {
  const well = distilledDoesWell(results);
  const [higher, tied, lower] = (["left", "tie", "right"] as const).map((verdict) =>
    list(well.sides, verdict),
  );
  const wellReason =
    well.verdict === "unmeasured"
      ? "증류 학생과 다른 학생들의 차이를 모두 검정하지는 않았다."
      : `ROUGE-1(공백)에서 증류 학생이 더 높은 상대: ${higher || "없음"}. 동률: ${tied || "없음"}. 더 낮은 상대: ${lower || "없음"}.`;

  const core = keepsTheCore(results);
  const share = (value: number | undefined) => (value === undefined ? NOT_MEASURED : percent(value));
  const coreReason =
    core.verdict === "unmeasured"
      ? "증류 학생의 결과가 없다."
      : `증류 학생이 기준 요약의 사실 가운데 지킨 것은 같은 분야 ${share(core.kept["in-domain"])}, 다른 분야 ${share(core.kept.other)}이고, 쓴 사실 가운데 지어낸 것은 각각 ${share(core.invented["in-domain"])}, ${share(core.invented.other)}이다(절반 이상을 지키면 확인으로 본다).`;

  const same = sameInputSameText(results);
  const run = results.repeatability;
  const sameReason =
    same.share === undefined || !run
      ? "같은 입력을 두 번 넣어 보는 실행이 이 결과에는 없다."
      : `같은 입력 ${run.items}건을 두 번 넣어 ${run.identical}건(${percent(same.share)})에서 같은 글이 나왔다. 탐욕 디코딩의 결과이며, 표본 추출 디코딩에는 해당하지 않는다.`;

  return [
    { claim: "증류한 모델의 결과가 비교적 좋다.", verdict: WORDS[well.verdict], reason: wellReason },
    { claim: "글의 핵심을 나쁘지 않게 뽑아낸다.", verdict: WORDS[core.verdict], reason: coreReason },
    { claim: "같은 입력에는 거의 같은 글이 나온다.", verdict: WORDS[same.verdict], reason: sameReason },
  ];
}
