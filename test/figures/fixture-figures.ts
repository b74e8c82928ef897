// Every figure drawn from the fixture tables (made-up numbers), under its file name.
import { readFileSync } from "node:fs";
import { architectureDiagram } from "../../src/figures/architecture";
import { attentionMap } from "../../src/figures/attention-map";
import { embeddingMap } from "../../src/figures/embedding-map";
import type { Figure } from "../../src/figures/figure";
import { lengthAgainstBertscore } from "../../src/figures/length-against-bertscore";
import { lighterFigure } from "../../src/figures/lighter";
import { modelComparison } from "../../src/figures/model-comparison";
import { retrievalFigure } from "../../src/figures/retrieval";
import { rougeByTokenizer } from "../../src/figures/rouge-by-tokenizer";
import { seedSpread } from "../../src/figures/seeds";
import { systemsInBothMetrics } from "../../src/figures/systems-in-both-metrics";
import { tokenHeatmap } from "../../src/figures/token-heatmap";
import { trainingCurves } from "../../src/figures/training-curves";
import { loadPublished } from "../../src/results/published";
import type { SampleRow } from "../../src/results/samples";
import { seedRows } from "../../src/results/seeds";
import type { StudyResults } from "../../src/results/study-results";
import { systemsOf } from "../../src/results/systems";

const fixture = (name: string) => JSON.parse(readFileSync(`test/fixtures/results/${name}.json`, "utf8"));

export const fixtureResults = (): StudyResults => ({ ...fixture("results"), lighter: fixture("lighter") });

export const fixtureSamples = (): SampleRow[] =>
  readFileSync("test/fixtures/results/samples.jsonl", "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as SampleRow);

const TOKENS = [
  "예산",
  " 배분",
  " 안건은",
  " 안",
  "준",
  "호가",
  " 담당",
  "한다",
  ".",
  " 8",
  "월",
  " 11",
  "일까지",
  " 끝",
  "낸다",
  "<b>",
  ".",
];

export function drawAll(): Record<string, Figure> {
  const results = fixtureResults();
  const systems = systemsOf(results);
  const attention = TOKENS.map((_, query) => {
    const row = TOKENS.map((_, key) =>
      key > query || query - key >= 6 ? 0 : 1 / (1 + Math.abs(query - key - (query % 3))),
    );
    const sum = row.reduce((a, b) => a + b, 0);
    return row.map((weight) => weight / sum);
  });
  return {
    "training-curves": trainingCurves(results.training, systems),
    "systems-in-both-metrics": systemsInBothMetrics(results.systems, loadPublished().systems, systems),
    "model-comparison": modelComparison(results.models),
    "rouge-by-tokenizer": rougeByTokenizer(results.systems, systems),
    "length-against-bertscore": lengthAgainstBertscore(fixtureSamples(), systems),
    seeds: seedSpread(seedRows(results), systems),
    lighter: lighterFigure(results.lighter!),
    retrieval: retrievalFigure(results.retrieval!, systems),
    architecture: architectureDiagram(results.architecture!.student, "gemma2-student"),
    "embedding-map": embeddingMap(
      {
        explained: [0.41, 0.17],
        map: ["document", "reference", "distilled"].flatMap((index, series) =>
          Array.from({ length: 12 }, (_, i) => ({
            ...{ index, id: `item-${i}`, topic: "<t>" },
            x: Math.cos(i + series / 3) * (1 + series / 4),
            y: Math.sin(2 * i + series) / (1 + series),
          })),
        ),
      },
      systems,
    ),
    "token-heatmap": tokenHeatmap(
      TOKENS.map((token, i) => ({
        token,
        kl: ((i * 7) % 11) / 8,
        teacher: token,
        student: i % 4 === 3 ? "다른" : token,
        gold: token,
      })),
    ),
    "attention-map": attentionMap(attention, TOKENS, 6, "2번 층 1번 헤드"),
  };
}
