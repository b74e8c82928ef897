// Section 1: the compared models, the decision by the report's criteria, the choice.
import { agree } from "../../corpus/particles";
import type { ModelRow, StudyResults } from "../../evaluation/results";
import { modelComparison } from "../../figures/model-comparison";
import type { DocumentBuilder } from "../document";
import { bytes, countCell, fixed, scoreCell } from "../format";
import type { Published } from "../published";

const quality = (row: ModelRow) => row.scores.all.rouge.whitespace?.rouge1.f ?? Number.NEGATIVE_INFINITY;

/** Applies the criteria in the report's order: distillable first, then base quality, then size, then speed. */
export function chooseModel(models: ModelRow[]): ModelRow | undefined {
  return [...models].sort(
    (a, b) =>
      Number(b.largerSibling !== null) - Number(a.largerSibling !== null) ||
      quality(b) - quality(a) ||
      a.parameters - b.parameters ||
      b.tokensPerSecond - a.tokensPerSecond,
  )[0];
}

const best = (models: ModelRow[], better: (a: ModelRow, b: ModelRow) => number) =>
  [...models].sort(better)[0];

function reason(row: ModelRow, models: ModelRow[], chosen: ModelRow | undefined): string {
  const words: string[] = [];
  words.push(
    row.largerSibling
      ? `같은 어휘의 큰 모델(${row.largerSibling})이 있어 증류할 수 있음`
      : "같은 어휘의 큰 모델이 없어 로짓 증류에서 제외",
  );
  if (row === best(models, (a, b) => quality(b) - quality(a))) words.push("기본 품질이 가장 높음");
  if (row === best(models, (a, b) => a.parameters - b.parameters)) words.push("가장 작음");
  if (row === best(models, (a, b) => b.tokensPerSecond - a.tokensPerSecond)) words.push("가장 빠름");
  if (row === chosen) words.push("최종 선정");
  return words.join("; ");
}

function choiceSentences(chosen: ModelRow, models: ModelRow[], published: Published): string[] {
  const original = published.comparedModels.find((row) => row.chosen)!.model;
  const distillable = models.filter((row) => row.largerSibling);
  const strongest = best(models, (a, b) => quality(b) - quality(a))!;
  const said = [
    distillable.length === 0
      ? "비교한 모델 가운데 증류할 수 있는 것이 없어, 다음 기준인 기본 품질로 골랐다."
      : distillable.length === 1
        ? agree(
            `첫 기준(증류 가능성)을 채우는 모델은 ${chosen.model} 하나뿐이므로, 선정은 이 기준에서 끝난다.`,
          )
        : `첫 기준(증류 가능성)을 채우는 모델은 ${distillable.length}개이고, 그 가운데 기본 품질이 가장 높은 것을 골랐다.`,
    strongest === chosen
      ? agree(
          `기본 품질(조정 전, ROUGE-1 공백, 전체)도 ${chosen.model}[이/가] ${fixed(quality(chosen), 3)}[으로/로] 가장 높아, 원 보고서의 ‘가장 나은 성능’과 맞는다.`,
        )
      : agree(
          `기본 품질은 ${strongest.model}[이/가] ${fixed(quality(strongest), 3)}[으로/로] 가장 높고 ${chosen.model}[은/는] ${fixed(quality(chosen), 3)}이다. 원 보고서의 ‘가장 나은 성능’이라는 이유는 이번 실행에서 나오지 않았다.`,
        ),
    chosen.publishedName === original
      ? agree(`원 보고서가 고른 ${original}에 해당하는 모델이 이번 실행에서도 뽑혔다.`)
      : agree(
          `원 보고서는 ${original}[을/를] 골랐으나 이번 실행의 수치로는 ${chosen.publishedName}에 해당하는 모델이 뽑힌다.`,
        ),
  ];
  return said;
}

/** Writes section 1. */
export function modelsSection(doc: DocumentBuilder, results: StudyResults, published: Published): void {
  const chosen = chooseModel(results.models);
  doc.heading(1, "1. 모델 비교 및 선정 이유");
  if (!chosen) {
    doc.paragraph("모델 비교: 측정하지 않음.");
    return;
  }
  doc.paragraph(
    "원 보고서의 네 모델을 기준의 순서대로 비교하였다. 첫째 기준은 증류할 수 있는가(어휘가 같은 더 큰 모델이 있는가)이고, 그다음이 기본 품질과 크기, 실행 시간이다. 수치는 조정하지 않은 모델을 이번 실행에서 잰 것이다.",
  );
  doc.table({
    id: "model-decision",
    caption: "모델 비교와 기준별 판단",
    columns: [
      { label: "모델명", align: "left", weight: 2.6 },
      { label: "종류", align: "left", weight: 1.1 },
      { label: "매개변수", align: "right", weight: 1.3 },
      { label: "ROUGE-1", align: "right", weight: 1.1 },
      { label: "BERTScore F1", align: "right", weight: 1.25 },
      { label: "토큰/초", align: "right", weight: 1 },
      { label: "선정 이유", align: "left", weight: 3 },
    ],
    rows: results.models.map((row) => [
      `${row.model}\n(${row.publishedName} 대응)`,
      row.family,
      countCell(row.parameters),
      scoreCell(row.scores.all.rouge.whitespace?.rouge1.f),
      scoreCell(row.scores.all.bertscore.f),
      countCell(row.tokensPerSecond),
      reason(row, results.models, chosen),
    ]),
    note: "ROUGE-1은 공백 토크나이저의 F1, 점수는 시험 항목 전체의 평균이다.",
  });
  doc.table({
    id: "model-cost",
    caption: "모델의 크기와 실행 비용",
    columns: [
      { label: "모델명", align: "left", weight: 2 },
      { label: "파일", align: "right" },
      { label: "메모리", align: "right" },
      { label: "첫 토큰(ms)", align: "right" },
      { label: "토큰/초", align: "right" },
    ],
    rows: results.models.map((row) => [
      row.model,
      { text: bytes(row.fileBytes), value: row.fileBytes },
      { text: bytes(row.memoryBytes), value: row.memoryBytes },
      { text: fixed(row.firstTokenMs, 1), value: row.firstTokenMs },
      countCell(row.tokensPerSecond),
    ]),
  });
  const written = results.models.flatMap((row) =>
    row.samples.slice(0, 1).map((sample) => [row.model, sample.id, sample.text || "(빈 출력)"]),
  );
  if (written.length > 0) {
    doc.table({
      id: "model-samples",
      caption: "조정하지 않은 모델의 출력",
      columns: [
        { label: "모델명", align: "left", weight: 1.3 },
        { label: "항목", align: "left", weight: 1.2 },
        { label: "출력", align: "left", weight: 4 },
      ],
      rows: written,
    });
  }
  doc.figure({
    id: "model-comparison",
    caption: "네 모델의 크기·기본 품질과 생성 속도",
    alt: "왼쪽은 매개변수 수에 대한 ROUGE-1, 오른쪽은 모델마다의 초당 토큰 수",
    figure: modelComparison(results.models),
  });
  doc.paragraph(
    { strong: `최종 선정 모델: ${chosen.model} (${chosen.publishedName} 대응). ` },
    choiceSentences(chosen, results.models, published).join(" "),
  );
}
