// Section 5 (the original's 6): the final model, its use, the plans; then how this report was made.
import { agree } from "../../corpus/particles";
import type { StudyResults, SystemId } from "../../evaluation/results";
import { indexName, retrievalFigure } from "../../figures/retrieval";
import { SYSTEM_STYLES } from "../../figures/systems";
import type { DocumentBuilder } from "../document";
import { contrast } from "../findings";
import { fixed, scoreCell, seconds } from "../format";
import { NOT_MEASURED, systemName } from "./names";

const MACHINE_NAMES: Record<string, string> = {
  node: "Node.js",
  tfjs: "TensorFlow.js",
  tensorflow: "TensorFlow",
  device: "장치",
  processor: "프로세서",
  threads: "스레드",
  memory: "메모리",
  platform: "운영 체제",
};

/** "train-distilled" -> "학습: 증류 학생". */
function stageName(stage: string): string {
  const [, kind, system] = /^(train|summaries)-(.+)$/.exec(stage) ?? [];
  if (kind && system && system in SYSTEM_STYLES) {
    return `${kind === "train" ? "학습" : "요약 생성"}: ${systemName(system as SystemId)}`;
  }
  return { "teacher-logits": "교사 로짓 저장", scores: "채점", retrieval: "검색 평가" }[stage] ?? stage;
}

function finalModelSentence(results: StudyResults): string {
  const pair = (testSet: "in-domain" | "other") =>
    contrast(results, "distilled", "full-student", testSet, "rouge1.whitespace").verdict;
  const [inside, outside] = [pair("in-domain"), pair("other")];
  const named = `최종 모델은 원 보고서와 같이 ${systemName("distilled")}이다.`;
  if (inside === "unmeasured" || outside === "unmeasured")
    return `${named} 교사 없는 대조군과의 비교는 ${NOT_MEASURED}.`;
  const words = { left: "높고", right: "낮고", tie: "동률이고", unmeasured: "" };
  const sentence =
    `ROUGE-1(공백)로 교사 없는 대조군보다 같은 분야에서 ${words[inside]}, 다른 분야에서 ${words[outside]}`
      .replace("대조군보다 같은 분야에서 동률", "대조군과 견주어 같은 분야에서 동률")
      .replace(/높고$/, "높다")
      .replace(/낮고$/, "낮다")
      .replace(/동률이고$/, "동률이다");
  return `${named} ${sentence}.`;
}

function retrievalPart(doc: DocumentBuilder, results: StudyResults): void {
  const rows = results.retrieval;
  if (!rows || rows.length === 0) {
    doc.paragraph(`요약을 임베딩한 검색 성능: ${NOT_MEASURED}.`);
    return;
  }
  doc.table({
    id: "retrieval",
    caption: "임베딩할 글에 따른 검색 성능",
    columns: [
      { label: "임베딩한 글", align: "left", weight: 2 },
      ...["nDCG@10", "MRR", "재현율@1", "재현율@5", "재현율@10"].map((label) => ({
        label,
        align: "right" as const,
      })),
    ],
    rows: rows.map((row) => [
      indexName(row.index),
      ...[row.ndcg10, row.mrr, row.recall1, row.recall5, row.recall10].map(scoreCell),
    ]),
  });
  doc.figure({
    id: "retrieval",
    caption: "임베딩할 글에 따른 검색 성능",
    alt: "임베딩한 글마다 nDCG, MRR, 재현율을 점으로 나타냄",
    figure: retrievalFigure(rows),
  });
  const best = [...rows].sort((a, b) => b.ndcg10 - a.ndcg10)[0]!;
  const distilled = rows.find((row) => row.index === "distilled");
  const shown = `nDCG@10이 가장 높은 것은 ${indexName(best.index)}(${fixed(best.ndcg10, 3)})이다`;
  doc.paragraph(
    distilled && distilled !== best
      ? agree(
          `${shown}. ${indexName("distilled")}[은/는] ${fixed(distilled.ndcg10, 3)}이다. 이 차이는 검정하지 않았다.`,
        )
      : `${shown}. 이 차이는 검정하지 않았다.`,
  );
}

/** Writes section 5 and the page on how the report was made. */
export function conclusionSection(doc: DocumentBuilder, results: StudyResults): void {
  doc.heading(1, "5. 결론 및 향후 계획");
  doc.list([
    [{ strong: "최종 모델. " }, finalModelSentence(results)],
    [{ strong: "쓰임. " }, "문단마다 요약을 만들고, 그 요약을 검색용 임베딩의 글로 쓴다."],
    [{ strong: "계획 1. " }, "요약을 임베딩하여 결과를 살피고 고친다. 첫 측정은 아래와 같다."],
    [{ strong: "계획 2. " }, "모델을 더 가볍게 하여 실행 시간을 줄인다."],
  ]);
  retrievalPart(doc, results);

  doc.heading(1, "부록. 이 보고서를 만든 방법");
  doc.paragraph(
    `이번 실행의 모든 수치는 data/runs/${results.profile}/results.json과 samples.jsonl에서, 원 보고서의 값은 data/published.json에서 읽었다. 표마다 같은 이름의 CSV가 reports/tables에, 그림마다 JSON·SVG·PNG가 reports/figures에 있다.`,
  );
  const total = Object.values(results.seconds).reduce((sum, value) => sum + value, 0);
  doc.table({
    id: "provenance",
    caption: "실행 환경과 시간",
    columns: [
      { label: "항목", align: "left", weight: 1 },
      { label: "값", align: "left", weight: 2 },
    ],
    rows: [
      ["프로파일", results.profile],
      ["시드", String(results.seed)],
      ["데이터", results.synthetic ? "합성 데이터" : "사용자의 데이터"],
      ...Object.entries(results.machine).map(([key, value]) => [MACHINE_NAMES[key] ?? key, String(value)]),
      ...Object.entries(results.seconds).map(([stage, value]) => [
        `시간, ${stageName(stage)}`,
        { text: seconds(value), value },
      ]),
      ["시간, 합계", { text: seconds(total), value: total }],
    ],
  });
}
