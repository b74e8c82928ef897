// Section 4.1: BERTScore, ROUGE and kept-facts tables, published values beside this run's, and the figures of them.
import type { Language } from "../../base/language";
import { lengthAgainstBertscore } from "../../figures/length-against-bertscore";
import { rougeByTokenizer } from "../../figures/rouge-by-tokenizer";
import { seedSpread } from "../../figures/seeds";
import { systemsInBothMetrics } from "../../figures/systems-in-both-metrics";
import { metricOf, PRIMARY } from "../../metrics/registry";
import { tokenizersIn } from "../../metrics/rouge/names";
import type { Published } from "../../results/published";
import type { SampleRow } from "../../results/samples";
import type { TestSet } from "../../results/scores";
import { seedRows } from "../../results/seeds";
import type { StudyResults } from "../../results/study-results";
import { inOrder, type System, type SystemId, systemsOf } from "../../results/systems";
import type { Cell, Column, DocumentBuilder } from "../document";
import { measuredIn, score as scoreAmount } from "../findings";
import { fixed, metricCell, scoreCell, withInterval } from "../format";
import type { Names } from "../names";
import { pathOf, quantity } from "../quantity";
import { quoted } from "../quoted";

export const TEST_SETS: TestSet[] = ["in-domain", "other", "all"];

interface Captioned {
  caption: string;
  alt: string;
}

export interface ResultsWords {
  heading: string;
  summaryHeading: string;
  notMeasured: string;
  columns: Record<"system" | "source" | "testSet", string>;
  original(model: string): string;
  noOriginal: string;
  thisRun(testSet: string): string;
  items(testSet: string, count: string): string;
  source(items: string): string;
  bertscore: { heading: string; caption: string; note(samePaper: boolean): string };
  rouge: { heading: string; caption: string; rouge2sum: string; note: string };
  tokenizers: { caption: string };
  facts: { heading: string; intro: string; caption: string };
  intervals: { caption: string };
  figures: Record<"systems" | "tokenizers" | "length" | "seeds", Captioned>;
  samples: {
    heading: string;
    intro: string;
    caption(id: string, testSet: string, topic: string): string;
    columns: Record<"kind" | "text", string>;
    document: string;
    reference: string;
    empty: string;
  };
}

const scoreColumn = (label: string): Column => ({ label, align: "right", weight: 1 });

/** Published rows stand right above this run's rows of the same system. */
function besidePublished(
  results: StudyResults,
  published: Published,
  words: ResultsWords,
  names: Names,
  theirs: (row: Published["systems"][number]) => Cell[],
  ours: (system: SystemId, testSet: TestSet) => Cell[],
): Cell[][] {
  const rows: Cell[][] = [];
  for (const { system } of inOrder(results.systems, systemsOf(results))) {
    const original = published.systems.find((row) => row.system === system);
    rows.push(
      original
        ? [names.system(system), words.original(original.model), ...theirs(original)]
        : [names.system(system), words.noOriginal, ...theirs(published.systems[0]!).map((): Cell => "–")],
    );
    for (const testSet of TEST_SETS) {
      rows.push([names.system(system), words.thisRun(names.testSet(testSet)), ...ours(system, testSet)]);
    }
  }
  return rows;
}

/** Items whose score by the default tokenizer says nothing. */
const EMPTIED = "withoutTokens.default";
const FACT_COLUMNS = ["keptFacts", "inventedFacts", "characters"];

function scoreTables(
  doc: DocumentBuilder,
  results: StudyResults,
  published: Published,
  words: ResultsWords,
  names: Names,
): void {
  const score = (system: SystemId, testSet: TestSet, metric: string) =>
    scoreCell(scoreAmount(results, system, testSet, metric));
  const own = (system: SystemId, testSet: TestSet, metric: string) =>
    metricCell(metricOf(metric), scoreAmount(results, system, testSet, metric));
  const first = results.systems[0]!.system;
  const theirs = (system: SystemId, ...keys: string[]): Cell =>
    scoreCell(quantity({ published }, pathOf("published", "systems", system, ...keys)));
  const items = TEST_SETS.map((testSet) =>
    words.items(
      names.testSet(testSet),
      fixed(quantity({ results }, pathOf("results", "systems", first, "items", testSet)) ?? 0, 0),
    ),
  ).join(", ");
  const source = words.source(items);
  const who: Column[] = [
    { label: words.columns.system, align: "left", weight: 1.6 },
    { label: words.columns.source, align: "left", weight: 2.4 },
  ];
  doc.heading(3, words.bertscore.heading);
  doc.table({
    id: "bertscore",
    caption: words.bertscore.caption,
    columns: [...who, scoreColumn("Precision"), scoreColumn("Recall"), scoreColumn("F1 Score")],
    rows: besidePublished(
      results,
      published,
      words,
      names,
      ({ system }) => ["precision", "recall", "f"].map((part) => theirs(system, "bertscore", part)),
      (system, testSet) =>
        ["precision", "recall", "f"].map((part) => score(system, testSet, `bertscore.${part}`)),
    ),
    note: `${source} ${words.bertscore.note(results.profile === "paper")}`,
  });
  doc.heading(3, words.rouge.heading);
  doc.table({
    id: "rouge",
    caption: words.rouge.caption,
    columns: [
      ...who,
      scoreColumn("ROUGE1"),
      scoreColumn("ROUGE2"),
      { ...scoreColumn(words.rouge.rouge2sum), weight: 1.9 },
    ],
    rows: besidePublished(
      results,
      published,
      words,
      names,
      ({ system }) => ["rouge1", "rouge2", "rouge2sum"].map((part) => theirs(system, part)),
      (system, testSet) =>
        ["rouge1", "rouge2", "rougeLsum"].map((type) => score(system, testSet, `${type}.whitespace`)),
    ),
    note: `${source} ${words.rouge.note}`,
  });
  const tokenizers = tokenizersIn(results.systems[0]?.scores.all ?? {});
  const rowsOf = (cells: (system: SystemId, testSet: TestSet) => Cell[]): Cell[][] =>
    inOrder(results.systems, systemsOf(results)).flatMap(({ system }) =>
      TEST_SETS.map((testSet) => [names.system(system), names.testSet(testSet), ...cells(system, testSet)]),
    );
  const what: Column[] = [
    { label: words.columns.system, align: "left", weight: 1.8 },
    { label: words.columns.testSet, align: "left", weight: 1.1 },
  ];
  doc.table({
    id: "rouge-tokenizers",
    caption: words.tokenizers.caption,
    columns: [
      ...what,
      ...tokenizers.map((tokenizer) => scoreColumn(names.tokenizer(tokenizer))),
      { ...scoreColumn(names.metric(EMPTIED)), weight: 1.5 },
    ],
    rows: rowsOf((system, testSet) => [
      ...tokenizers.map((tokenizer) => score(system, testSet, `rouge1.${tokenizer}`)),
      own(system, testSet, EMPTIED),
    ]),
  });
  doc.heading(3, words.facts.heading);
  doc.paragraph(words.facts.intro);
  doc.table({
    id: "facts",
    caption: words.facts.caption,
    columns: [...what, ...FACT_COLUMNS.map((metric) => scoreColumn(names.metric(metric)))],
    rows: rowsOf((system, testSet) => FACT_COLUMNS.map((metric) => own(system, testSet, metric))),
  });
}

function intervalTable(doc: DocumentBuilder, results: StudyResults, words: ResultsWords, names: Names): void {
  const metrics = measuredIn(results, PRIMARY);
  doc.table({
    id: "intervals",
    caption: words.intervals.caption,
    columns: [
      { label: words.columns.system, align: "left", weight: 1.5 },
      { label: words.columns.testSet, align: "left", weight: 0.9 },
      ...metrics.map(({ id }) => ({ ...scoreColumn(names.metric(id)), weight: 1.7 })),
    ],
    rows: inOrder(results.systems, systemsOf(results)).flatMap(({ system }) =>
      TEST_SETS.map((testSet): Cell[] => [
        names.system(system),
        names.testSet(testSet),
        ...metrics.map((metric): Cell => {
          const [low, high] = [0, 1].map((end) =>
            quantity(
              { results },
              pathOf("results", "systems", system, "interval95", testSet, metric.id, end),
            ),
          );
          return withInterval(metric, scoreAmount(results, system, testSet, metric.id), low, high);
        }),
      ]),
    ),
  });
}

const characters = new Intl.Segmenter("ko", { granularity: "grapheme" });

/** At most so many characters as a reader counts them: a joined emoji is one and is not cut. */
const clipped = (text: string, most: number) => {
  const all = [...characters.segment(text)].map(({ segment }) => segment);
  return all.length > most ? `${all.slice(0, most).join("")}…` : text;
};

function sampleTables(
  doc: DocumentBuilder,
  samples: SampleRow[],
  systems: readonly System[],
  words: ResultsWords,
  names: Names,
): void {
  const rows = (["in-domain", "other"] as const).flatMap((side) =>
    samples.filter((row) => row.testSet === side).slice(0, 2),
  );
  if (rows.length === 0) return;
  doc.heading(3, words.samples.heading);
  doc.paragraph(words.samples.intro);
  for (const row of rows) {
    doc.table({
      id: `sample-${row.id.replace(/[^A-Za-z0-9-]/g, "_")}`,
      caption: words.samples.caption(quoted(row.id), names.testSet(row.testSet), quoted(row.topic)),
      columns: [
        { label: words.samples.columns.kind, align: "left", weight: 1.4 },
        { label: words.samples.columns.text, align: "left", weight: 6 },
        { label: "ROUGE-1", align: "right", weight: 0.9 },
      ],
      rows: [
        [words.samples.document, quoted(clipped(row.document, 400)), ""],
        [words.samples.reference, quoted(row.reference), ""],
        ...systems
          .filter(({ id }) => row.outputs[id] !== undefined)
          .map(({ id }): Cell[] => [
            names.system(id),
            row.outputs[id] === "" ? words.samples.empty : quoted(clipped(row.outputs[id]!, 400)),
            scoreCell(quantity({ samples }, pathOf("samples", row.id, "scores", id, "rouge1.whitespace"))),
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
  words: ResultsWords,
  names: Names,
  language: Language,
): void {
  const systems = systemsOf(results);
  doc.heading(1, words.heading);
  doc.heading(2, words.summaryHeading);
  if (results.systems.length === 0) {
    doc.paragraph(words.notMeasured);
    return;
  }
  scoreTables(doc, results, published, words, names);
  intervalTable(doc, results, words, names);
  doc.figure({
    id: "systems-in-both-metrics",
    ...words.figures.systems,
    figure: systemsInBothMetrics(results.systems, published.systems, systems, language),
  });
  doc.figure({
    id: "rouge-by-tokenizer",
    ...words.figures.tokenizers,
    figure: rougeByTokenizer(results.systems, systems, language),
  });
  if (samples.length > 0) {
    doc.figure({
      id: "length-against-bertscore",
      ...words.figures.length,
      figure: lengthAgainstBertscore(samples, systems, language),
    });
  }
  const seeds = seedRows(results);
  if (seeds.length > 1) {
    doc.figure({ id: "seeds", ...words.figures.seeds, figure: seedSpread(seeds, systems, language) });
  }
  sampleTables(doc, samples, systems, words, names);
}
