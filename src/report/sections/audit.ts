// Section 4.3: the audit of the published table on this run's outputs, from its saved figures, in a language's words.
import { metricOf } from "../../metrics/registry";
import type { Audit } from "../../results/audit";
import type { FactKind } from "../../results/facts";
import type { StudyResults } from "../../results/study-results";
import type { Cell, Column, DocumentBuilder } from "../document";
import { countCell, fixedCell, metricCell, shareCell } from "../format";
import type { Names } from "../names";
import { pathOf, type Quantity, quantity } from "../quantity";

/** What a language says about the audit. */
export interface AuditWords {
  heading: string;
  intro: string;
  /** Conclusions under headings, each sentence chosen by the figures. */
  conclusions(
    results: Pick<StudyResults, "systems">,
    audit: Audit,
  ): { heading: string; sentences: string[] }[];
  /** What the references themselves copy stands beside the systems. */
  reference: string;
  group(by: string, group: string): string;
  verdict: Record<"within" | "beyond", string>;
  tables: Record<"published" | "groups" | "copied" | "facts", { caption: string; columns: string[] }>;
  grouping: Record<"topic" | "length" | "format", string>;
  factKind: Record<FactKind, string>;
  note: string;
}

/** The first columns hold text and have these shares of the width, the others numbers. */
const columnsOf = (labels: readonly string[], texts: readonly number[]): Column[] =>
  labels.map((label, i) =>
    i < texts.length ? { label, align: "left", weight: texts[i] } : { label, align: "right", weight: 1 },
  );

/** Writes section 4.3, or nothing for a run without an audit. */
export function auditSection(
  doc: DocumentBuilder,
  results: StudyResults,
  words: AuditWords,
  names: Names,
): void {
  const { audit } = results;
  if (!audit) return;
  doc.heading(2, words.heading);
  doc.paragraph(words.intro);
  for (const { heading, sentences } of words.conclusions(results, audit)) {
    doc.heading(3, heading);
    doc.list(sentences);
  }
  const at = (...keys: (string | number)[]): Quantity | undefined =>
    quantity({ results }, pathOf("results", "audit", ...keys));
  const share = (part: Quantity | undefined, whole: Quantity | undefined): Cell =>
    shareCell(part && whole && quantity({ results }, `ratio(${part.id},${whole.id})`));
  const table = (
    id: keyof AuditWords["tables"],
    texts: readonly number[],
    rows: Cell[][],
    { more = [], note }: { more?: readonly string[]; note?: string } = {},
  ) => {
    if (rows.length === 0) return;
    const { caption, columns } = words.tables[id];
    doc.table({
      id: `audit-${id}`,
      caption,
      columns: columnsOf([...columns, ...more], texts),
      rows,
      ...(note !== undefined && { note }),
    });
  };
  table(
    "published",
    // A pair of systems, a metric with its tokenizer and a verdict stand on one line each.
    [2.2, 1.9, 1.5],
    audit.published.map((row, i): Cell[] => [
      `${names.system(row.a)} − ${names.system(row.b)}`,
      names.metric(row.metric),
      words.verdict[row.verdict],
      fixedCell(at("published", i, "difference"), 4),
      fixedCell(at("published", i, "deviation"), 3),
      ...[100, 106, 206].map((n) => fixedCell(at("published", i, "detectable", n), 4)),
    ]),
    { note: words.note },
  );
  const grouped = Object.keys(audit.groups[0]?.scores ?? {}).map(metricOf);
  table(
    "groups",
    [1.2, 1.6],
    audit.groups.flatMap((row, i): Cell[][] => {
      if (row.system !== "distilled") return [];
      return [
        [
          words.grouping[row.by],
          words.group(row.by, row.group),
          countCell(at("groups", i, "items")),
          ...grouped.map((metric) => metricCell(metric, at("groups", i, "scores", metric.id))),
        ],
      ];
    }),
    { more: grouped.map(({ id }) => names.metric(id)) },
  );
  table(
    "copied",
    [1.5],
    audit.copied.map((row, i): Cell[] => [
      row.system === "reference" ? words.reference : names.system(row.system),
      fixedCell(at("copied", i, "words"), 1),
      shareCell(at("copied", i, "coverage")),
      fixedCell(at("copied", i, "longest"), 1),
      shareCell(at("copied", i, "trigrams")),
    ]),
  );
  table(
    "facts",
    [1.5, 1.5],
    audit.facts.map((row, i): Cell[] => {
      const of = (key: keyof typeof row) => at("facts", i, key);
      return [
        names.system(row.system),
        words.factKind[row.kind],
        countCell(of("expected")),
        row.expected > 0 ? share(of("kept"), of("expected")) : "–",
        countCell(of("stated")),
        row.stated > 0 ? share(of("invented"), of("stated")) : "–",
      ];
    }),
  );
}
