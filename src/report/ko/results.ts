// Section 4.1: BERTScore, ROUGE and kept-facts tables, published values beside this run's, and the figures of them.
import type { StudyResults, SystemId, TestSet } from "../../evaluation/results";
import type { SampleRow } from "../../evaluation/samples";
import { tokenizerName } from "../../figures/labels";
import { lengthAgainstBertscore } from "../../figures/length-against-bertscore";
import { rougeByTokenizer } from "../../figures/rouge-by-tokenizer";
import { seedSpread } from "../../figures/seeds";
import { inSystemOrder, SYSTEM_ORDER } from "../../figures/systems";
import { systemsInBothMetrics } from "../../figures/systems-in-both-metrics";
import type { Cell, Column, DocumentBuilder } from "../document";
import { scoreOf } from "../findings";
import { countCell, fixed, scoreCell, shareCell } from "../format";
import type { Published } from "../published";
import { metricName, ROUGE2SUM_LABEL, systemName, testSetName } from "./names";

const TEST_SETS: TestSet[] = ["in-domain", "other", "all"];

const score = (label: string): Column => ({ label, align: "right", weight: 1 });

/** Published rows stand right above this run's rows of the same system. */
function besidePublished(
  results: StudyResults,
  published: Published,
  theirs: (row: Published["systems"][number]) => Cell[],
  ours: (system: SystemId, testSet: TestSet) => Cell[],
): Cell[][] {
  const rows: Cell[][] = [];
  for (const { system } of inSystemOrder(results.systems)) {
    const original = published.systems.find((row) => row.system === system);
    rows.push(
      original
        ? [systemName(system), `원 보고서 (${original.model})`, ...theirs(original)]
        : [systemName(system), "원 보고서 (없음)", ...theirs(published.systems[0]!).map((): Cell => "–")],
    );
    for (const testSet of TEST_SETS) {
      rows.push([systemName(system), `이번 실행, ${testSetName(testSet)}`, ...ours(system, testSet)]);
    }
  }
  return rows;
}

function scoreTables(doc: DocumentBuilder, results: StudyResults, published: Published): void {
  const of = (system: SystemId, testSet: TestSet) =>
    results.systems.find((row) => row.system === system)!.scores[testSet];
  const items = TEST_SETS.map((testSet) => {
    const first = results.systems[0]?.scores[testSet].items ?? 0;
    return `${testSetName(testSet)} ${fixed(first, 0)}건`;
  }).join(", ");
  const source = `이번 실행의 시험 항목: ${items}. 원 보고서는 표가 어느 시험 항목의 것인지 적지 않았다.`;
  const who: Column[] = [
    { label: "모델 설명", align: "left", weight: 1.6 },
    { label: "출처", align: "left", weight: 2.4 },
  ];
  doc.heading(3, "BERTScore");
  doc.table({
    id: "bertscore",
    caption: "BERTScore: 원 보고서와 이번 실행",
    columns: [...who, score("Precision"), score("Recall"), score("F1 Score")],
    rows: besidePublished(
      results,
      published,
      ({ bertscore: b }) => [scoreCell(b.precision), scoreCell(b.recall), scoreCell(b.f)],
      (system, testSet) => {
        const b = of(system, testSet).bertscore;
        return [scoreCell(b.precision), scoreCell(b.recall), scoreCell(b.f)];
      },
    ),
    note: `${source} 두 BERTScore는 ${results.profile === "paper" ? "인코더와 설정이 같다는 보장이 없어" : "인코더가 달라"} 값의 높낮이를 서로 견줄 수 없고, 시스템 사이의 순서만 견줄 수 있다.`,
  });
  doc.heading(3, "ROUGE Evaluation");
  doc.table({
    id: "rouge",
    caption: "ROUGE: 원 보고서와 이번 실행 (공백 토크나이저, F1)",
    columns: [...who, score("ROUGE1"), score("ROUGE2"), { ...score(ROUGE2SUM_LABEL), weight: 1.9 }],
    rows: besidePublished(
      results,
      published,
      (row) => [scoreCell(row.rouge1), scoreCell(row.rouge2), scoreCell(row.rouge2sum)],
      (system, testSet) => {
        const rouge = of(system, testSet).rouge.whitespace;
        return [scoreCell(rouge?.rouge1.f), scoreCell(rouge?.rouge2.f), scoreCell(rouge?.rougeLsum.f)];
      },
    ),
    note: `${source} 원 보고서는 ROUGE의 토크나이저를 적지 않았다. 기본 토크나이저라면 한글을 모두 지운 값이므로 공백 토크나이저의 값과 바로 견줄 수 없다.`,
  });
  const tokenizers = Object.keys(results.systems[0]?.scores.all.rouge ?? {});
  doc.table({
    id: "rouge-tokenizers",
    caption: "토크나이저에 따른 ROUGE-1 F1",
    columns: [
      { label: "모델 설명", align: "left", weight: 1.8 },
      { label: "시험 항목", align: "left", weight: 1.1 },
      ...tokenizers.map((tokenizer) => score(tokenizerName(tokenizer))),
      { ...score("기본: 토큰이 남지 않은 항목"), weight: 1.5 },
    ],
    rows: inSystemOrder(results.systems).flatMap(({ system, scores }) =>
      TEST_SETS.map((testSet): Cell[] => {
        const empty = scores[testSet].emptyForTokenizer.default;
        return [
          systemName(system),
          testSetName(testSet),
          ...tokenizers.map((tokenizer) => scoreCell(scores[testSet].rouge[tokenizer]?.rouge1.f)),
          empty === undefined ? "–" : countCell(empty),
        ];
      }),
    ),
  });
  doc.heading(3, "지킨 사실과 지어낸 사실");
  doc.paragraph(
    "BERTScore와 ROUGE는 틀린 사실을 거의 보지 못한다. 그래서 기준 요약의 사실(수, 날짜, 이름)을 얼마나 지켰는지와, 쓴 사실 가운데 얼마나 지어냈는지를 셋째 척도로 둔다.",
  );
  doc.table({
    id: "facts",
    caption: "지킨 사실과 지어낸 사실, 요약의 길이",
    columns: [
      { label: "모델 설명", align: "left", weight: 1.8 },
      { label: "시험 항목", align: "left", weight: 1.1 },
      score("지킨 사실"),
      score("지어낸 사실"),
      score("평균 글자 수"),
    ],
    rows: inSystemOrder(results.systems).flatMap(({ system, scores }) =>
      TEST_SETS.map((testSet): Cell[] => [
        systemName(system),
        testSetName(testSet),
        shareCell(scores[testSet].keptFacts),
        shareCell(scores[testSet].inventedFacts),
        { text: fixed(scores[testSet].meanCharacters, 1), value: scores[testSet].meanCharacters },
      ]),
    ),
  });
}

const INTERVAL_METRICS = ["rouge1.whitespace", "bertscore.f", "keptFacts"];

function intervalTable(doc: DocumentBuilder, results: StudyResults): void {
  const shown = (metric: string, value: number): string =>
    metric === "keptFacts" ? fixed(value * 100, 1) : fixed(value, 3);
  doc.table({
    id: "intervals",
    caption: "주요 점수와 95% 신뢰구간",
    columns: [
      { label: "모델 설명", align: "left", weight: 1.5 },
      { label: "시험 항목", align: "left", weight: 0.9 },
      ...INTERVAL_METRICS.map((metric) => ({
        ...score(metric === "keptFacts" ? `${metricName(metric)} (%)` : metricName(metric)),
        weight: 1.7,
      })),
    ],
    rows: inSystemOrder(results.systems).flatMap((row) =>
      TEST_SETS.map((testSet): Cell[] => [
        systemName(row.system),
        testSetName(testSet),
        ...INTERVAL_METRICS.map((metric): Cell => {
          const value = scoreOf(row, testSet, metric);
          const interval = row.interval95[testSet]?.[metric];
          if (value === undefined) return "–";
          const range = interval ? ` [${shown(metric, interval[0])}, ${shown(metric, interval[1])}]` : "";
          return `${shown(metric, value)}${range}`;
        }),
      ]),
    ),
  });
}

const clipped = (text: string, most: number) => {
  const points = [...text];
  return points.length > most ? `${points.slice(0, most).join("")}…` : text;
};

function sampleTables(doc: DocumentBuilder, samples: SampleRow[]): void {
  const shown = (["in-domain", "other"] as const).flatMap((side) =>
    samples.filter((row) => row.testSet === side).slice(0, 2),
  );
  if (shown.length === 0) return;
  doc.heading(3, "출력의 예");
  doc.paragraph("시험 항목마다 앞의 두 건이다. 골라낸 것이 아니며, 글은 모델이 낸 그대로이다.");
  for (const row of shown) {
    doc.table({
      id: `sample-${row.id.replace(/[^A-Za-z0-9-]/g, "_")}`,
      caption: `출력의 예: ${row.id} (${testSetName(row.testSet)}, ${row.topic})`,
      columns: [
        { label: "구분", align: "left", weight: 1.4 },
        { label: "글", align: "left", weight: 6 },
        { label: "ROUGE-1", align: "right", weight: 0.9 },
      ],
      rows: [
        ["원문", clipped(row.document, 400), ""],
        ["기준 요약", row.reference, ""],
        ...SYSTEM_ORDER.filter((id) => row.outputs[id] !== undefined).map((id): Cell[] => [
          systemName(id),
          row.outputs[id] === "" ? "(빈 출력)" : clipped(row.outputs[id], 400),
          scoreCell(row.scores[id]?.["rouge1.whitespace"]),
        ]),
      ],
    });
  }
}

/** Writes sections 4 and 4.1. */
export function resultsSection(
  doc: DocumentBuilder,
  results: StudyResults,
  samples: SampleRow[],
  published: Published,
): void {
  doc.heading(1, "4. 학습 결과 및 성능 평가");
  doc.heading(2, "4.1 학습 결과 요약");
  if (results.systems.length === 0) {
    doc.paragraph("시스템의 점수: 측정하지 않음.");
    return;
  }
  scoreTables(doc, results, published);
  intervalTable(doc, results);
  doc.figure({
    id: "systems-in-both-metrics",
    caption: "다섯 시스템의 ROUGE-1, BERTScore F1, 지킨 사실 (속이 빈 마름모: 원 보고서의 값)",
    alt: "시스템마다 같은 분야와 다른 분야의 점수를 95% 신뢰구간과 함께 점으로 나타냄",
    figure: systemsInBothMetrics(results.systems, published.systems),
  });
  doc.figure({
    id: "rouge-by-tokenizer",
    caption: "토크나이저에 따라 달라지는 ROUGE-1",
    alt: "가로는 토크나이저, 세로는 ROUGE-1 F1, 선은 시스템",
    figure: rougeByTokenizer(results.systems),
  });
  if (samples.length > 0) {
    doc.figure({
      id: "length-against-bertscore",
      caption: "출력의 길이와 BERTScore F1",
      alt: "점 하나가 출력 하나, 가로는 글자 수, 세로는 BERTScore F1",
      figure: lengthAgainstBertscore(samples),
    });
  }
  if (results.seeds && results.seeds.length > 1) {
    doc.figure({
      id: "seeds",
      caption: "시드에 따른 ROUGE-1",
      alt: "시스템마다 시드별 ROUGE-1을 점으로 나타냄",
      figure: seedSpread(results.seeds),
    });
  }
  sampleTables(doc, samples);
}
