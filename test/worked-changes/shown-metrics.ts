// Runs in a changed copy of the tree: scores saved texts by all metrics that need no model, and prints
// where they are shown: tables of report and notebook, the figure, the README, the model card and the tests.
import { modelCard } from "../../src/export/model-card";
import { systemScores } from "../../src/figures/score-table";
import { systemsInBothMetrics } from "../../src/figures/systems-in-both-metrics";
import { compareSystems } from "../../src/metrics/compare-systems";
import { COMPARED, studyMetrics } from "../../src/metrics/registry";
import { rougeTokenizers } from "../../src/metrics/rouge/tokenizers";
import { SystemScorer } from "../../src/metrics/score-system";
import { cellText } from "../../src/report/document";
import { unmarked } from "../../src/report/marks";
import { readmeBlocks } from "../../src/report/readme/blocks";
import { report } from "../../src/report/report";
import { readRun } from "../../src/report/run-files";
import { loadReportSettings } from "../../src/report/settings";
import { loadPublished, publishedBeside } from "../../src/results/published";
import { systemsOf } from "../../src/results/systems";

const { results, samples: all } = readRun("reports");
const samples = all.filter((_, i) => i % 20 === 0);
const names = ["whitespace", "default"];
const metrics = studyMetrics(names).filter(({ needs }) => !needs?.encoder);
const scorer = new SystemScorer({
  items: samples.map(({ id, document, reference, topic, testSet }) => ({
    ...{ id, document, summary: reference, topic },
    split: testSet === "other" ? ("test-other" as const) : ("test-in-domain" as const),
  })),
  metrics,
  tokenizers: new Map(rougeTokenizers.map((tokenizer) => [tokenizer.name, tokenizer])),
});
const scored = results.systems.map(({ system, model }) =>
  scorer.score(
    system,
    model,
    samples.map(({ outputs }) => outputs[system]!),
  ),
);
const compared = COMPARED.filter(({ id }) => metrics.some((metric) => metric.id === id));
const run = {
  ...results,
  systems: scored.map(({ result }) => result),
  comparisons: compareSystems(scored, { metrics: compared }),
};
const published = loadPublished();
const { blocks } = report("ko", { results: run, samples, published }, loadReportSettings());
const intervals = blocks.flatMap((block) =>
  block.kind === "table" && block.id === "intervals"
    ? [
        [
          block.columns.map(({ label }) => label),
          ...block.rows.map((row) => row.map((cell) => unmarked(cellText(cell)))),
        ],
      ]
    : [],
)[0];
const card = modelCard({
  ...{
    system: "distilled",
    profile: "tiny",
    synthetic: true,
    base: "",
    baseLicence: undefined,
    parameters: 1,
  },
  ...{ counts: {}, training: undefined, scores: run.systems[0], files: [], notes: [] },
});
console.log(
  JSON.stringify({
    samples: samples.map(({ id }) => id),
    intervals,
    notebook: systemScores(run.systems, "all", systemsOf(results)),
    figure: systemsInBothMetrics(
      run.systems,
      publishedBeside(published.systems, results),
      systemsOf(results),
    ),
    readme: unmarked(readmeBlocks("ko", run, {}).scores!),
    card,
    tested: [...new Set(run.comparisons.map(({ metric }) => metric))],
  }),
);
