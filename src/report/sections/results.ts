// Section 4.1: BERTScore, ROUGE and kept-facts tables, published values beside this run's, and the figures of them.

import { lengthAgainstBertscore } from "../../figures/length-against-bertscore";
import { rougeByTokenizer } from "../../figures/rouge-by-tokenizer";
import { seedSpread } from "../../figures/seeds";
import { systemsInBothMetrics } from "../../figures/systems-in-both-metrics";
import { metricOf, PRIMARY } from "../../metrics/registry";
import { tokenizersIn } from "../../metrics/rouge/names";
import { type Published, publishedBeside } from "../../results/published";
import type { SampleRow } from "../../results/samples";
import type { TestSet } from "../../results/scores";
import { seedRows } from "../../results/seeds";
import type { StudyResults } from "../../results/study-results";
import { inOrder, type SystemId, systemsOf, withRole } from "../../results/systems";
import { joined, type Said, say } from "../catalogue/said";
import { type ColumnShape, type DocumentBuilder, headed, left, right } from "../document";
import { intervalOf, measuredIn, SIDES, scoreIn, TEST_SETS } from "../findings/scores";
import { count, metricValue, score, withInterval } from "../format";
import { quoted } from "../marks";
import { nameOf, nameOfAll, nameOfMetric, nameOfTestSet, nameOfTokenizer, nameOfTopic } from "../names";
import { place } from "../origin";
import { quantity } from "../quantity";

export interface Run {
  results: StudyResults;
  samples: SampleRow[];
  published: Published;
}

/** Published rows stand right above this run's rows of the same system. */
function besidePublished(
  { results, published }: Run,
  theirs: readonly (readonly string[])[],
  ours: readonly string[],
): Said[][] {
  return inOrder(results.systems, systemsOf(results)).flatMap(({ system }) => {
    const original = published.systems.find(({ role }) => withRole(results, role)?.id === system);
    const name = nameOf(results, system);
    const stated = (keys: readonly string[]) =>
      score(quantity({ published }, place("published", "systems", original?.system ?? "", ...keys)));
    return [
      original
        ? [name, say("source.original", { model: original.model }), ...theirs.map(stated)]
        : [name, say("source.none"), ...theirs.map(() => "–")],
      ...TEST_SETS.map((set) => [
        name,
        say("source.run", { set: nameOfTestSet(set) }),
        ...ours.map((metric) => score(scoreIn(results, system, set, metric))),
      ]),
    ];
  });
}

/** A row for every system on every test set. */
const rowsOf = (results: StudyResults, cells: (system: SystemId, set: TestSet) => Said[]): Said[][] =>
  inOrder(results.systems, systemsOf(results)).flatMap(({ system }) =>
    TEST_SETS.map((set) => [nameOf(results, system), nameOfTestSet(set), ...cells(system, set)]),
  );

/** Items whose score by the default tokenizer says nothing. */
const EMPTIED = "withoutTokens.default";
const FACT_COLUMNS = ["keptFacts", "inventedFacts", "characters"];

const metricColumn = (metric: string, weight = 1): ColumnShape => headed(nameOfMetric(metric), right(weight));

function scoreTables(doc: DocumentBuilder, run: Run): void {
  const { results } = run;
  const own = (system: SystemId, set: TestSet, metric: string) =>
    metricValue(metricOf(metric), scoreIn(results, system, set, metric));
  const first = results.systems[0]!.system;
  const items = TEST_SETS.map((set) =>
    say("source.items", {
      set: nameOfTestSet(set),
      items: count(quantity({ results }, place("results", "systems", first, "items", set)) ?? 0),
    }),
  );
  const source = say("source.note", { items });
  const who = [left(1.6), left(2.4)];
  doc.heading(3, "results.bertscore");
  const parts = ["precision", "recall", "f"];
  doc.table(
    "bertscore",
    [...who, right(1), right(1), right(1)],
    besidePublished(
      run,
      parts.map((part) => ["bertscore", part]),
      parts.map((part) => `bertscore.${part}`),
    ),
    {
      note: joined(
        [source, say(results.profile === "paper" ? "table.bertscore.note.paper" : "table.bertscore.note")],
        " ",
      ),
    },
  );
  doc.heading(3, "results.rouge");
  doc.table(
    "rouge",
    [...who, right(1), right(1), right(1.9)],
    besidePublished(
      run,
      [["rouge1"], ["rouge2"], ["rouge2sum"]],
      ["rouge1", "rouge2", "rougeLsum"].map((type) => `${type}.whitespace`),
    ),
    { note: joined([source, say("table.rouge.note")], " ") },
  );
  const tokenizers = tokenizersIn(results.systems[0]?.scores.all ?? {});
  const what = [left(1.8), left(1.1)];
  doc.table(
    "rouge-tokenizers",
    [
      ...what,
      ...tokenizers.map((tokenizer) => headed(nameOfTokenizer(tokenizer), right(1))),
      metricColumn(EMPTIED, 1.5),
    ],
    rowsOf(results, (system, set) => [
      ...tokenizers.map((tokenizer) => score(scoreIn(results, system, set, `rouge1.${tokenizer}`))),
      own(system, set, EMPTIED),
    ]),
  );
  doc.heading(3, "results.facts");
  doc.paragraph(say("results.facts.intro"));
  doc.table(
    "facts",
    [...what, ...FACT_COLUMNS.map((metric) => metricColumn(metric))],
    rowsOf(results, (system, set) => FACT_COLUMNS.map((metric) => own(system, set, metric))),
  );
  const metrics = measuredIn(results, PRIMARY);
  doc.table(
    "intervals",
    [left(1.5), left(0.9), ...metrics.map(({ id }) => metricColumn(id, 1.7))],
    rowsOf(results, (system, set) =>
      metrics.map((metric) => {
        const [low, high] = intervalOf(results, system, set, metric.id);
        return withInterval(metric, scoreIn(results, system, set, metric.id), low, high);
      }),
    ),
  );
}

const characters = new Intl.Segmenter("ko", { granularity: "grapheme" });

/** At most so many characters as a reader counts them: a joined emoji is one and is not cut. */
const clipped = (text: string, most: number) => {
  const all = [...characters.segment(text)].map(({ segment }) => segment);
  return all.length > most ? `${all.slice(0, most).join("")}…` : text;
};

function sampleTables(doc: DocumentBuilder, { results, samples }: Run): void {
  const rows = SIDES.flatMap((side) => samples.filter((row) => row.testSet === side).slice(0, 2));
  if (rows.length === 0) return;
  doc.heading(3, "samples.heading");
  doc.paragraph(say("samples.intro"));
  for (const row of rows) {
    doc.table(
      "sample",
      [left(1.4), left(6), headed("ROUGE-1", right(0.9))],
      [
        [say("samples.document"), quoted(clipped(row.document, 400)), ""],
        [say("samples.reference"), quoted(row.reference), ""],
        ...systemsOf(results).flatMap(({ id, label }) => {
          const text = row.outputs[id];
          if (text === undefined) return [];
          const of = quantity({ samples }, place("samples", row.id, "scores", id, "rouge1.whitespace"));
          return [[label, text === "" ? say("emptyOutput") : quoted(clipped(text, 400)), score(of)]];
        }),
      ],
      {
        args: { id: quoted(row.id), set: nameOfTestSet(row.testSet), topic: nameOfTopic(row.topic) },
        file: `sample-${row.id.replace(/[^A-Za-z0-9-]/g, "_")}`,
      },
    );
  }
}

/** Writes sections 4 and 4.1. */
export function resultsSection(doc: DocumentBuilder, run: Run): void {
  const { results, samples, published } = run;
  doc.heading(1, "results.heading");
  doc.heading(2, "results.summary");
  if (results.systems.length === 0) {
    doc.paragraph(say("results.unmeasured"));
    return;
  }
  scoreTables(doc, run);
  const systems = systemsOf(results);
  const { language } = doc;
  doc.figure(
    "systems-in-both-metrics",
    systemsInBothMetrics(results.systems, publishedBeside(published.systems, results), systems, language),
    {
      systems: nameOfAll(results.systems.length),
    },
  );
  doc.figure("rouge-by-tokenizer", rougeByTokenizer(results.systems, systems, language));
  if (samples.length > 0)
    doc.figure("length-against-bertscore", lengthAgainstBertscore(samples, systems, language));
  const seeds = seedRows(results);
  if (seeds.length > 1) doc.figure("seeds", seedSpread(seeds, systems, language));
  sampleTables(doc, run);
}
