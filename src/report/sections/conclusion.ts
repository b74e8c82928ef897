// Section 5 (the original's 6): the final model, its use, the plans; then how this report was made.
import type { Language } from "../../base/language";
import { retrievalFigure } from "../../figures/retrieval";
import type { StudyResults } from "../../results/study-results";
import { systemsOf } from "../../results/systems";
import type { Cell, DocumentBuilder } from "../document";
import { type Contrast, contrast } from "../findings";
import { countCell, fixed, scoreCell, type TimeWords, timeCell } from "../format";
import type { Names } from "../names";
import { pathOf, type Quantity, quantity } from "../quantity";
import { quoted } from "../quoted";

export interface ConclusionWords {
  heading: string;
  points: Record<"finalModel" | "use" | "plan1" | "plan2", string>;
  /** Verdicts of the distilled student against the control. */
  finalModel(inDomain: Contrast["verdict"], other: Contrast["verdict"]): string;
  use: string;
  plans: [string, string];
  retrieval: {
    notMeasured: string;
    caption: string;
    columns: [string, ...string[]];
    alt: string;
    best(name: string, score: string, distilled: { name: string; score: string } | undefined): string;
    /** Said where no tests between the indexes follow. */
    untested: string;
  };
  appendix: {
    heading: string;
    sources(profile: string): string;
    caption: string;
    columns: [string, string];
    rows: Record<"profile" | "seed" | "data" | "total", string>;
    synthetic: string;
    own: string;
    machine: Record<string, string>;
    time(stage: string): string;
    stages: Record<string, string>;
    training(system: string): string;
    summaries(system: string): string;
  };
  time: TimeWords;
}

const MEASURES = ["ndcg10", "mrr", "recall1", "recall5", "recall10"] as const;

function retrievalPart(
  doc: DocumentBuilder,
  results: StudyResults,
  words: ConclusionWords["retrieval"],
  names: Names,
  language: Language,
): void {
  const rows = results.retrieval;
  if (!rows || rows.length === 0) {
    doc.paragraph(words.notMeasured);
    return;
  }
  const at = (index: string, measure: string): Quantity | undefined =>
    quantity({ results }, pathOf("results", "retrieval", index, measure));
  const [label, ...measures] = words.columns;
  doc.table({
    id: "retrieval",
    caption: words.caption,
    columns: [
      { label, align: "left", weight: 2 },
      ...measures.map((measure) => ({ label: measure, align: "right" as const })),
    ],
    rows: rows.map((row) => [
      names.index(row.index),
      ...MEASURES.map((measure) => scoreCell(at(row.index, measure))),
    ]),
  });
  doc.figure({
    id: "retrieval",
    caption: words.caption,
    alt: words.alt,
    figure: retrievalFigure(rows, systemsOf(results), language),
  });
  const best = [...rows].sort((a, b) => b.ndcg10 - a.ndcg10)[0]!;
  const shown = (index: string) => fixed(at(index, "ndcg10") ?? Number.NaN, 3);
  const distilled = rows.find((row) => row.index === "distilled");
  const sentence = words.best(
    names.index(best.index),
    shown(best.index),
    distilled && distilled !== best
      ? { name: names.index("distilled"), score: shown("distilled") }
      : undefined,
  );
  doc.paragraph(results.search ? sentence : `${sentence} ${words.untested}`);
}

/** "train-distilled" -> "training: distilled student". */
function stageName(stage: string, words: ConclusionWords["appendix"], names: Names): string {
  const [, kind, system] = /^(train|summaries)-(.+)$/.exec(stage) ?? [];
  if (kind && system) {
    return (kind === "train" ? words.training : words.summaries)(names.system(system));
  }
  return words.stages[stage] ?? stage;
}

/** Writes section 5. */
export function conclusionSection(
  doc: DocumentBuilder,
  results: StudyResults,
  words: ConclusionWords,
  names: Names,
  language: Language,
): void {
  const verdict = (testSet: "in-domain" | "other") =>
    contrast(results, "distilled", "full-student", testSet, "rouge1.whitespace").verdict;
  doc.heading(1, words.heading);
  doc.list([
    [{ strong: words.points.finalModel }, words.finalModel(verdict("in-domain"), verdict("other"))],
    [{ strong: words.points.use }, words.use],
    [{ strong: words.points.plan1 }, words.plans[0]],
    [{ strong: words.points.plan2 }, words.plans[1]],
  ]);
  retrievalPart(doc, results, words.retrieval, names, language);
}

/** Writes the appendix: where the numbers lie, and on what machine and in what time they were made. */
export function appendixSection(
  doc: DocumentBuilder,
  results: StudyResults,
  { appendix: words, time }: ConclusionWords,
  names: Names,
): void {
  doc.heading(1, words.heading);
  doc.paragraph(words.sources(results.profile));
  const at = (...path: string[]) => quantity({ results }, pathOf("results", ...path));
  const [item, value] = words.columns;
  doc.table({
    id: "provenance",
    caption: words.caption,
    columns: [
      { label: item, align: "left", weight: 1 },
      { label: value, align: "left", weight: 2 },
    ],
    rows: [
      [words.rows.profile, results.profile],
      [words.rows.seed, countCell(at("seed"))],
      [words.rows.data, results.synthetic ? words.synthetic : words.own],
      ...Object.entries(results.machine).map(([key, text]): Cell[] => [
        words.machine[key] ?? key,
        quoted(String(text)),
      ]),
      ...Object.keys(results.seconds).map((stage): Cell[] => [
        words.time(stageName(stage, words, names)),
        timeCell(at("seconds", stage), time),
      ]),
      [words.rows.total, timeCell(quantity({ results }, "sum(results/seconds/*)"), time)],
    ],
  });
}
