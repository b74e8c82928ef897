// Section 1: the compared models, the decision by the report's criteria, the choice.
import { modelComparison } from "../../figures/model-comparison";
import type { ModelRow } from "../../results/models";
import type { Published } from "../../results/published";
import type { StudyResults } from "../../results/study-results";
import { type Finding, joined, type Said, say } from "../catalogue/said";
import { type DocumentBuilder, headed, left, right } from "../document";
import { bytes, count, fixed, score } from "../format";
import { quoted } from "../marks";
import { place } from "../origin";
import { type Quantity, quantity } from "../quantity";

const quality = (row: ModelRow) => row.scores.all["rouge1.whitespace"] ?? Number.NEGATIVE_INFINITY;

const BETTER = {
  quality: (a: ModelRow, b: ModelRow) => quality(b) - quality(a),
  smallest: (a: ModelRow, b: ModelRow) => a.parameters - b.parameters,
  fastest: (a: ModelRow, b: ModelRow) => b.tokensPerSecond - a.tokensPerSecond,
};

/** Applies the criteria in the report's order: distillable first, then base quality, then size, then speed. */
export function chooseModel(models: ModelRow[]): ModelRow | undefined {
  return [...models].sort(
    (a, b) =>
      Number(b.largerSibling !== null) - Number(a.largerSibling !== null) ||
      BETTER.quality(a, b) ||
      BETTER.smallest(a, b) ||
      BETTER.fastest(a, b),
  )[0];
}

const best = (models: ModelRow[], better: keyof typeof BETTER): ModelRow =>
  [...models].sort(BETTER[better])[0]!;

/** What speaks for or against a model. */
function reasons(row: ModelRow, models: ModelRow[], chosen: ModelRow): Said {
  const { largerSibling: sibling } = row;
  return joined(
    [
      sibling ? say("models.reason.sibling", { sibling }) : say("models.reason.alone"),
      ...(["quality", "smallest", "fastest"] as const)
        .filter((better) => row === best(models, better))
        .map((better) => say(`models.reason.${better}`)),
      ...(row === chosen ? [say("models.reason.chosen")] : []),
    ],
    "; ",
  );
}

/** How the choice came about, and whether the original's choice and reason came out. */
function choice(models: ModelRow[], chosen: ModelRow, original: string, of: QualityOf): Finding[] {
  const strongest = best(models, "quality");
  const distillable = models.filter((row) => row.largerSibling).length;
  const names = {
    chosen: chosen.model,
    strongest: strongest.model,
    standsFor: chosen.publishedName,
    original,
  };
  return [
    say(`models.distillable.${distillable === 0 ? "none" : distillable === 1 ? "one" : "several"}`, names),
    say(strongest === chosen ? "models.quality.chosen" : "models.quality.other", {
      ...{ ...names, score: fixed(of(chosen), 3), highest: fixed(of(strongest), 3) },
    }),
    say(chosen.publishedName === original ? "models.original.same" : "models.original.other", names),
  ];
}

type QualityOf = (row: ModelRow) => Quantity | undefined;

/** Writes section 1. */
export function modelsSection(doc: DocumentBuilder, { results, published }: Run): void {
  const { models } = results;
  const chosen = chooseModel(models);
  doc.heading(1, "models.heading");
  if (!chosen) {
    doc.paragraph(say("models.unmeasured"));
    return;
  }
  const of = (row: ModelRow, ...path: string[]) =>
    quantity({ results }, place("results", "models", row.model, ...path));
  const qualityOf: QualityOf = (row) => of(row, "scores", "all", "rouge1.whitespace");
  doc.paragraph(say("models.intro"));
  doc.table(
    "model-decision",
    [
      ...[
        left(2.6),
        left(1.1),
        right(1.3),
        headed("ROUGE-1", right(1.2)),
        headed("BERTScore F1", right(1.45)),
      ],
      ...[right(1), left(2.7)],
    ],
    models.map((row) => [
      joined([row.model, say("models.standsFor", { published: row.publishedName })], "\n"),
      row.family,
      count(of(row, "parameters")),
      score(qualityOf(row)),
      score(of(row, "scores", "all", "bertscore.f")),
      count(of(row, "tokensPerSecond")),
      reasons(row, models, chosen),
    ]),
    { note: say("table.model-decision.note") },
  );
  doc.table(
    "model-cost",
    [left(2), right(), right(), right(), right()],
    models.map((row) => [
      ...[row.model, bytes(of(row, "fileBytes")), bytes(of(row, "memoryBytes"))],
      ...[fixed(of(row, "firstTokenMs"), 1), count(of(row, "tokensPerSecond"))],
    ]),
  );
  const written = models.flatMap((row) =>
    row.samples
      .slice(0, 1)
      .map(({ id, text }) => [row.model, quoted(id), text ? quoted(text) : say("emptyOutput")]),
  );
  if (written.length > 0) doc.table("model-samples", [left(1.3), left(1.2), left(4)], written);
  doc.figure("model-comparison", modelComparison(models, doc.language));
  const original = published.comparedModels.find((row) => row.chosen)!.model;
  doc.paragraph(
    { strong: say("models.final", { model: chosen.model, standsFor: chosen.publishedName }) },
    joined(choice(models, chosen, original, qualityOf), " "),
  );
}

interface Run {
  results: StudyResults;
  published: Published;
}
