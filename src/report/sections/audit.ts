// Section 4.3: the audit of the published table on this run's outputs, from its saved figures.

import { metricOf } from "../../metrics/registry";
import type { StudyResults } from "../../results/study-results";
import { mainSystem } from "../../results/systems";
import { joined, type Said, say } from "../catalogue/said";
import { type DocumentBuilder, headed, left, right } from "../document";
import { auditConclusions, groupName } from "../findings/audit-sentences";
import { count, fixed, metricValue, percent } from "../format";
import { nameOf, nameOfMetric } from "../names";
import { derived, place } from "../origin";
import { PUBLISHED_COUNTS } from "../published";
import { type Quantity, quantity } from "../quantity";

/** Writes section 4.3, or nothing for a run without an audit. */
export function auditSection(doc: DocumentBuilder, { results }: { results: StudyResults }): void {
  const { audit } = results;
  if (!audit) return;
  doc.heading(2, "audit.heading");
  doc.paragraph(say("audit.intro"));
  for (const { heading, findings } of auditConclusions(results, audit)) {
    doc.heading(3, heading);
    doc.list(findings);
  }
  const at = (...keys: (string | number)[]): Quantity | undefined =>
    quantity({ results }, place("results", "audit", ...keys));
  const share = (part: Quantity | undefined, whole: Quantity | undefined): Said =>
    percent(part && whole && quantity({ results }, derived("ratio", part.origin, whole.origin)));
  const numbers = (howMany: number) => Array.from({ length: howMany }, () => right(1));
  const table: DocumentBuilder["table"] = (id, shapes, rows, more) => {
    if (rows.length > 0) doc.table(id, shapes, rows, more);
  };
  table(
    "audit-published",
    // A pair of systems, a metric with its tokenizer and a verdict stand on one line each.
    [left(2.2), left(1.9), left(1.5), ...numbers(5)],
    audit.published.map((row, i) => [
      joined([nameOf(results, row.a), nameOf(results, row.b)], " − "),
      nameOfMetric(row.metric),
      say(`audit.verdict.${row.verdict}`),
      fixed(at("published", i, "difference"), 4),
      fixed(at("published", i, "deviation"), 3),
      ...[100, 106, 206].map((n) => fixed(at("published", i, "detectable", n), 4)),
    ]),
    {
      args: {
        inDomain: PUBLISHED_COUNTS["in-domain"],
        other: PUBLISHED_COUNTS.other,
        all: PUBLISHED_COUNTS.all,
      },
      note: say("table.audit-published.note"),
    },
  );
  const main = mainSystem(results);
  const grouped = Object.keys(audit.groups[0]?.scores ?? {}).map(metricOf);
  table(
    "audit-groups",
    [left(1.2), left(1.6), right(1), ...grouped.map(({ label }) => headed(label, right(1)))],
    audit.groups.flatMap((row, i) =>
      row.system !== main.id
        ? []
        : [
            [
              say(`audit.by.${row.by}`),
              groupName(row.by, row.group),
              count(at("groups", i, "items")),
              ...grouped.map((metric) => metricValue(metric, at("groups", i, "scores", metric.id))),
            ],
          ],
    ),
    { args: { system: main.label } },
  );
  table(
    "audit-copied",
    [left(1.5), ...numbers(4)],
    audit.copied.map((row, i) => [
      row.system === "reference" ? say("audit.reference") : nameOf(results, row.system),
      fixed(at("copied", i, "words"), 1),
      percent(at("copied", i, "coverage")),
      fixed(at("copied", i, "longest"), 1),
      percent(at("copied", i, "trigrams")),
    ]),
  );
  table(
    "audit-facts",
    [left(1.5), left(1.5), ...numbers(4)],
    audit.facts.map((row, i) => {
      const of = (key: keyof typeof row) => at("facts", i, key);
      return [
        nameOf(results, row.system),
        say(`audit.kind.${row.kind}`),
        count(of("expected")),
        row.expected > 0 ? share(of("kept"), of("expected")) : "–",
        count(of("stated")),
        row.stated > 0 ? share(of("invented"), of("stated")) : "–",
      ];
    }),
  );
}
