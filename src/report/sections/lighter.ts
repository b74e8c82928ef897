// The lighter forms of the distilled student and the ways of decoding, from a run's lighter.json, in a language's words.
import type { Language } from "../../base/language";
import { formName, lighterFigure } from "../../figures/lighter";
import type { Metric } from "../../metrics/metric";
import { PRIMARY } from "../../metrics/registry";
import type { DecodingRow, Form, LighterResults } from "../../results/lighter";
import type { StudyResults } from "../../results/study-results";
import type { Cell, Column, DocumentBuilder } from "../document";
import { measuredIn } from "../findings";
import { bytesCell, countCell, fixed, fixedCell, shareCell, withInterval } from "../format";
import { type PlacedDecoding, placedDecoding } from "../lighter-findings";
import type { Names } from "../names";
import { pathOf, type Quantity, quantity } from "../quantity";

export interface LighterWords {
  heading: string;
  intro(lighter: LighterResults): string;
  /** Form, file, memory, first token, tokens/s, texts as fp32's. */
  cost: { caption: string; columns: string[]; note: string };
  scores: { caption: string; form: string };
  figure: { caption: string; alt: string };
  /** What is lost where, and which forms to take. */
  sentences(lighter: LighterResults): string[];
  decoding: {
    caption: string;
    columns: string[];
    method: Record<DecodingRow["method"], string>;
    sentences(lighter: LighterResults): string[];
  };
}

const columnsOf = (labels: readonly string[], texts: number, weight: number): Column[] =>
  labels.map((label, i) => ({
    ...{ label, align: i < texts ? "left" : "right" },
    weight: i < texts ? 1.5 : weight,
  }));

/** A form's score over all test texts with its 95 % interval. */
export function formScore(results: StudyResults, form: Form, metric: Metric): string {
  const at = (...keys: string[]): Quantity | undefined =>
    quantity({ results }, pathOf("results", "lighter", "rows", form, ...keys));
  const [low, high] = ["0", "1"].map((end) => at("interval95", "all", metric.id, end));
  return withInterval(metric, at("scores", "all", metric.id), low, high);
}

/** A form's file, memory, first token in ms and tokens a second as they are shown. */
export function formCost(
  results: StudyResults,
  form: Form,
): Record<"file" | "memory" | "first" | "rate", Cell> {
  const at = (key: string) => quantity({ results }, pathOf("results", "lighter", "rows", form, key));
  return {
    ...{ file: bytesCell(at("fileBytes")), memory: bytesCell(at("memoryBytes")) },
    ...{ first: fixedCell(at("firstTokenMs"), 1), rate: fixedCell(at("tokensPerSecond"), 0) },
  };
}

/** Tokens a second, passes, accepted share and equal texts of a way of decoding. */
export const decodingCells = (row: PlacedDecoding): Cell[] => [
  fixedCell(row.tokensPerSecond, 0),
  fixedCell(row.speedup, 2),
  countCell(row.passes),
  shareCell(row.accepted),
  `${fixed(row.identical, 0)}/${fixed(row.texts, 0)}`,
];

/** Writes the part, or nothing for a run without lighter forms. */
export function lighterSection(
  doc: DocumentBuilder,
  results: StudyResults,
  words: LighterWords,
  names: Names,
  language: Language,
): void {
  const { lighter } = results;
  if (!lighter) return;
  const at = (...keys: (string | number)[]) =>
    quantity({ results }, pathOf("results", "lighter", ...keys)) ?? Number.NaN;
  doc.heading(3, words.heading);
  doc.paragraph(words.intro(lighter));
  doc.table({
    id: "lighter-cost",
    caption: words.cost.caption,
    columns: columnsOf(words.cost.columns, 1, 1),
    rows: lighter.rows.map(({ form }): Cell[] => {
      const { file, memory, first, rate } = formCost(results, form);
      const same = `${fixed(at("rows", form, "identical"), 0)}/${fixed(at("texts"), 0)}`;
      return [formName(form, language), file, memory, first, rate, same];
    }),
    note: words.cost.note,
  });
  const metrics = measuredIn(results, PRIMARY);
  doc.table({
    id: "lighter-scores",
    caption: words.scores.caption,
    columns: columnsOf([words.scores.form, ...metrics.map(({ id }) => names.metric(id))], 1, 1.7),
    rows: lighter.rows.map(({ form }): Cell[] => [
      formName(form, language),
      ...metrics.map((metric) => formScore(results, form, metric)),
    ]),
  });
  doc.figure({ id: "lighter", ...words.figure, figure: lighterFigure(lighter, language) });
  doc.list(words.sentences(lighter));
  if (lighter.decoding.length === 0) return;
  doc.table({
    id: "decoding",
    caption: words.decoding.caption,
    columns: columnsOf(words.decoding.columns, 2, 1),
    rows: placedDecoding(lighter).map((row): Cell[] => [
      names.system(row.system),
      words.decoding.method[row.method],
      ...decodingCells(row),
    ]),
  });
  doc.list(words.decoding.sentences(lighter));
}
