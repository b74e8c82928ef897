// The table of the lighter forms in README.md and README.ko.md.
import { KEPT_METRICS } from "../../analysis/lighter";
import type { Language } from "../../figures/labels";
import { formName } from "../../figures/lighter";
import type { StudyResults } from "../../results/study-results";
import { cellText } from "../document";
import { formCost, formScore } from "../sections/lighter";
import { table } from "./table";

export interface LighterTableWords {
  language: Language;
  columns: string[];
  none: string;
  recommended(engine: string, onnx: string): string;
}

/** One row a form, all forms on all test texts, and the recommended ones; a plain word where no form was made yet. */
export function lighterTable(results: StudyResults, words: LighterTableWords): string {
  const { lighter } = results;
  if (!lighter) return words.none;
  const name = (form: Parameters<typeof formName>[0]) => formName(form, words.language);
  const rows = lighter.rows.map(({ form }) => {
    const { file, memory, first, rate } = formCost(results, form);
    const scores = KEPT_METRICS.map((metric) => formScore(results, form, metric));
    return [name(form), ...[file, memory, first, rate].map(cellText), ...scores];
  });
  const { engine, onnx } = lighter.recommended;
  return `${table(words.columns, rows)}\n\n${words.recommended(name(engine), name(onnx))}`;
}
