// The table of the lighter forms in README.md and README.ko.md.
import { PRIMARY } from "../../metrics/registry";
import type { StudyResults } from "../../results/study-results";
import { joined, say } from "../catalogue/said";
import { measuredIn } from "../findings/scores";
import { nameOfForm } from "../names";
import { formCost, formScore } from "../sections/lighter";
import { table, type Words } from "./table";

/** One row a form, all forms on all test texts, and the recommended ones; a plain word where no form was made yet. */
export function lighterTable(results: StudyResults, words: Words): string {
  const { lighter } = results;
  if (!lighter) return words(say("readme.lighter.none"));
  const metrics = measuredIn(results, PRIMARY);
  const scores = metrics.map(({ label }) => joined([label, "[95 %]"], " "));
  const rows = lighter.rows.map(({ form }) => [
    nameOfForm(form),
    ...formCost(results, form),
    ...metrics.map((metric) => formScore(results, form, metric)),
  ]);
  const { engine, onnx } = lighter.recommended;
  const recommended = say("readme.lighter.recommended", {
    engine: nameOfForm(engine),
    onnx: nameOfForm(onnx),
  });
  const head = [...words(say("readme.lighter.columns")).split(" | "), ...scores];
  return `${table(head, rows, words)}\n\n${words(recommended)}`;
}
