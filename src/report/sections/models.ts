// Section 1: the compared models, the decision by the report's criteria, the choice. Words come from the language.
import type { Language } from "../../base/language";
import { modelComparison } from "../../figures/model-comparison";
import type { ModelRow } from "../../results/models";
import type { Published } from "../../results/published";
import type { StudyResults } from "../../results/study-results";
import type { DocumentBuilder } from "../document";
import { bytesCell, countCell, fixedCell, scoreCell } from "../format";
import { pathOf, type Quantity, quantity } from "../quantity";
import { quoted } from "../quoted";

const quality = (row: ModelRow) => row.scores.all["rouge1.whitespace"] ?? Number.NEGATIVE_INFINITY;

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
  [...models].sort(better)[0]!;

/** What speaks for or against a model, as facts. */
export interface ModelReasons {
  sibling: string | null;
  bestQuality: boolean;
  smallest: boolean;
  fastest: boolean;
  chosen: boolean;
}

function reasonsOf(row: ModelRow, models: ModelRow[], chosen: ModelRow): ModelReasons {
  return {
    sibling: row.largerSibling,
    bestQuality: row === best(models, (a, b) => quality(b) - quality(a)),
    smallest: row === best(models, (a, b) => a.parameters - b.parameters),
    fastest: row === best(models, (a, b) => b.tokensPerSecond - a.tokensPerSecond),
    chosen: row === chosen,
  };
}

/** How the choice came about, and whether the original's choice and reason came out. */
export interface Choice {
  chosen: ModelRow;
  strongest: ModelRow;
  chosenQuality: Quantity | undefined;
  strongestQuality: Quantity | undefined;
  /** How many of the compared models can be distilled. */
  distillable: number;
  original: string;
}

export interface ModelsWords {
  heading: string;
  notMeasured: string;
  intro: string;
  decision: {
    caption: string;
    columns: Record<"model" | "kind" | "parameters" | "speed" | "reason", string>;
    standsFor(published: string): string;
    reason(reasons: ModelReasons): string;
    note: string;
  };
  cost: {
    caption: string;
    columns: Record<"model" | "file" | "memory" | "firstToken" | "speed", string>;
  };
  samples: { caption: string; columns: Record<"model" | "item" | "output", string>; empty: string };
  figure: { caption: string; alt: string };
  finalModel(chosen: ModelRow): string;
  choice(choice: Choice): string[];
}

/** Writes section 1. */
export function modelsSection(
  doc: DocumentBuilder,
  results: StudyResults,
  published: Published,
  words: ModelsWords,
  language: Language,
): void {
  const { models } = results;
  const chosen = chooseModel(models);
  doc.heading(1, words.heading);
  if (!chosen) {
    doc.paragraph(words.notMeasured);
    return;
  }
  const of = (row: ModelRow, ...path: string[]) =>
    quantity({ results }, pathOf("results", "models", row.model, ...path));
  const qualityOf = (row: ModelRow) => of(row, "scores", "all", "rouge1.whitespace");
  doc.paragraph(words.intro);
  const { decision, cost, samples } = words;
  doc.table({
    id: "model-decision",
    caption: decision.caption,
    columns: [
      { label: decision.columns.model, align: "left", weight: 2.6 },
      { label: decision.columns.kind, align: "left", weight: 1.1 },
      { label: decision.columns.parameters, align: "right", weight: 1.3 },
      { label: "ROUGE-1", align: "right", weight: 1.2 },
      { label: "BERTScore F1", align: "right", weight: 1.45 },
      { label: decision.columns.speed, align: "right", weight: 1 },
      { label: decision.columns.reason, align: "left", weight: 2.7 },
    ],
    rows: models.map((row) => [
      `${row.model}\n${decision.standsFor(row.publishedName)}`,
      row.family,
      countCell(of(row, "parameters")),
      scoreCell(qualityOf(row)),
      scoreCell(of(row, "scores", "all", "bertscore.f")),
      countCell(of(row, "tokensPerSecond")),
      decision.reason(reasonsOf(row, models, chosen)),
    ]),
    note: decision.note,
  });
  doc.table({
    id: "model-cost",
    caption: cost.caption,
    columns: [
      { label: cost.columns.model, align: "left", weight: 2 },
      { label: cost.columns.file, align: "right" },
      { label: cost.columns.memory, align: "right" },
      { label: cost.columns.firstToken, align: "right" },
      { label: cost.columns.speed, align: "right" },
    ],
    rows: models.map((row) => [
      row.model,
      bytesCell(of(row, "fileBytes")),
      bytesCell(of(row, "memoryBytes")),
      fixedCell(of(row, "firstTokenMs"), 1),
      countCell(of(row, "tokensPerSecond")),
    ]),
  });
  const written = models.flatMap((row) =>
    row.samples
      .slice(0, 1)
      .map((sample) => [row.model, quoted(sample.id), sample.text ? quoted(sample.text) : samples.empty]),
  );
  if (written.length > 0) {
    doc.table({
      id: "model-samples",
      caption: samples.caption,
      columns: [
        { label: samples.columns.model, align: "left", weight: 1.3 },
        { label: samples.columns.item, align: "left", weight: 1.2 },
        { label: samples.columns.output, align: "left", weight: 4 },
      ],
      rows: written,
    });
  }
  doc.figure({ id: "model-comparison", ...words.figure, figure: modelComparison(models, language) });
  const strongest = best(models, (a, b) => quality(b) - quality(a));
  doc.paragraph(
    { strong: words.finalModel(chosen) },
    words
      .choice({
        chosen,
        strongest,
        chosenQuality: qualityOf(chosen),
        strongestQuality: qualityOf(strongest),
        distillable: models.filter((row) => row.largerSibling).length,
        original: published.comparedModels.find((row) => row.chosen)!.model,
      })
      .join(" "),
  );
}
