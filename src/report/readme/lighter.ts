// The table of the lighter forms in README.md and README.ko.md.
import type { Language } from "../../base/language";
import { formName } from "../../figures/lighter";
import { PRIMARY } from "../../metrics/registry";
import type { StudyResults } from "../../results/study-results";
import { cellText } from "../document";
import { measuredIn } from "../findings";
import { formCost, formScore } from "../sections/lighter";
import { table } from "./table";

export interface LighterTableWords {
  language: Language;
  /** Before the scores. */
  columns: string[];
  none: string;
  recommended(engine: string, onnx: string): string;
}

/** One row a form, all forms on all test texts, and the recommended ones; a plain word where no form was made yet. */
export function lighterTable(results: StudyResults, words: LighterTableWords): string {
  const { lighter } = results;
  if (!lighter) return words.none;
  const name = (form: Parameters<typeof formName>[0]) => formName(form, words.language);
  const metrics = measuredIn(results, PRIMARY);
  const columns = [...words.columns, ...metrics.map(({ label }) => `${label[words.language]} [95 %]`)];
  const rows = lighter.rows.map(({ form }) => {
    const { file, memory, first, rate } = formCost(results, form);
    const scores = metrics.map((metric) => formScore(results, form, metric));
    return [name(form), ...[file, memory, first, rate].map(cellText), ...scores];
  });
  const { engine, onnx } = lighter.recommended;
  return `${table(columns, rows)}\n\n${words.recommended(name(engine), name(onnx))}`;
}
