// The lighter forms of the distilled student and the ways of decoding, from a run's lighter.json.
import { lighterFigure } from "../../figures/lighter";
import type { Metric } from "../../metrics/metric";
import { PRIMARY } from "../../metrics/registry";
import type { Form } from "../../results/lighter";
import type { StudyResults } from "../../results/study-results";
import { joined, type Said, say } from "../catalogue/said";
import { type DocumentBuilder, headed, left, right } from "../document";
import { decodingFindings, decodingRows, lighterFindings } from "../findings/lighter";
import { measuredIn } from "../findings/scores";
import { bytes, count, fixed, percent, withInterval } from "../format";
import { nameOf, nameOfForm } from "../names";
import { place } from "../origin";
import { type Quantity, quantity } from "../quantity";

/** A form's score over all test texts with its 95 % interval. */
export function formScore(results: StudyResults, form: Form, metric: Metric): Said {
  const at = (...keys: string[]): Quantity | undefined =>
    quantity({ results }, place("results", "lighter", "rows", form, ...keys));
  const [low, high] = ["0", "1"].map((end) => at("interval95", "all", metric.id, end));
  return withInterval(metric, at("scores", "all", metric.id), low, high);
}

/** A form's file, memory, first token in ms and tokens a second as they are shown. */
export function formCost(results: StudyResults, form: Form): Said[] {
  const at = (key: string) => quantity({ results }, place("results", "lighter", "rows", form, key));
  return [
    ...[bytes(at("fileBytes")), bytes(at("memoryBytes"))],
    ...[fixed(at("firstTokenMs"), 1), count(at("tokensPerSecond"))],
  ];
}

/** "24/206" */
const outOf = (part: Quantity | undefined, whole: Quantity | undefined): Said =>
  joined([count(part), count(whole)], "/");

/** Writes the part, or nothing for a run without lighter forms. */
export function lighterSection(doc: DocumentBuilder, { results }: { results: StudyResults }): void {
  const { lighter } = results;
  if (!lighter) return;
  const at = (...keys: (string | number)[]) => quantity({ results }, place("results", "lighter", ...keys));
  const system = nameOf(results, lighter.system);
  doc.heading(3, "lighter.heading");
  doc.paragraph(say("lighter.intro", { system, texts: count(at("texts")) }));
  doc.table(
    "lighter-cost",
    [left(1.5), right(1), right(1), right(1), right(1), right(1)],
    lighter.rows.map(({ form }) => [
      nameOfForm(form),
      ...formCost(results, form),
      outOf(at("rows", form, "identical"), at("texts")),
    ]),
    { note: say("table.lighter-cost.note") },
  );
  const metrics = measuredIn(results, PRIMARY);
  doc.table(
    "lighter-scores",
    [left(1.5), ...metrics.map(({ label }) => headed(label, right(1.7)))],
    lighter.rows.map(({ form }) => [
      nameOfForm(form),
      ...metrics.map((metric) => formScore(results, form, metric)),
    ]),
  );
  doc.figure("lighter", lighterFigure(lighter, doc.language));
  const lightened = { ...results, lighter };
  doc.list(lighterFindings(lightened));
  if (lighter.decoding.length === 0) return;
  doc.table(
    "decoding",
    [left(1.5), left(1.5), right(1), right(1), right(1), right(1), right(1)],
    decodingRows(lightened).map((row) => [
      nameOf(results, row.system),
      say(`decoding.${row.method}`, { drafter: system }),
      count(row.rate),
      fixed(row.speedup, 2),
      count(row.passes),
      percent(row.accepted),
      outOf(row.identical, row.texts),
    ]),
  );
  doc.list(decodingFindings(lightened));
}
