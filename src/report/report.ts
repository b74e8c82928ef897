// The results report: the original's sections in its order, in the words of a language, as a document for the renderers.
import type { Language } from "../base/language";
import { joined, say } from "./catalogue/said";
import { DocumentBuilder, type ReportDocument } from "./document";
import { count } from "./format";
import { derived, place } from "./origin";
import { quantity } from "./quantity";
import { architectureSection } from "./sections/architecture";
import { auditSection } from "./sections/audit";
import { appendixSection, conclusionSection } from "./sections/conclusion";
import { interpretationSection } from "./sections/interpretation";
import { lighterSection } from "./sections/lighter";
import { modelsSection } from "./sections/models";
import { type Run, resultsSection } from "./sections/results";
import { searchSection } from "./sections/search";
import { trainingSection } from "./sections/training";
import type { ReportSettings } from "./settings";

const SECTIONS = [
  ...[modelsSection, architectureSection, trainingSection, resultsSection, interpretationSection],
  ...[auditSection, conclusionSection, searchSection, lighterSection, appendixSection],
];
const FIELDS = ["course", "stage", "deliverable", "submitted", "repository", "members"] as const;

/** What a reader has to know of the data and the models before the numbers. */
function notice(doc: DocumentBuilder, { results, published }: Run): void {
  const [smallest, largest] = ["min", "max"].map((formula) =>
    quantity({ results }, derived(formula, place("results", "models", "*", "parameters"))),
  );
  const said = [
    say(results.synthetic ? "notice.synthetic" : "notice.own"),
    say(results.profile === "paper" ? "notice.original" : "notice.small"),
    ...(smallest && largest
      ? [say("notice.sizes", { smallest: count(smallest), largest: count(largest) })]
      : []),
    say("notice.published", { date: published.date }),
  ];
  doc.notice({ strong: say("notice.head") }, joined(said, " "));
}

/** Builds the report of one run in a language. */
export function report(language: Language, run: Run, settings: ReportSettings): ReportDocument {
  const doc = new DocumentBuilder(language);
  const words = (key: "table" | "figure" | "notes" | "source" | "origin") =>
    doc.words(say(`document.${key}`));
  notice(doc, run);
  for (const section of SECTIONS) section(doc, run);
  return {
    lang: language,
    title: doc.words(say("report.title", { published: run.published.title })),
    subtitle: doc.words(say("report.subtitle")),
    fields: FIELDS.flatMap((key): [string, string][] => {
      const value = settings[key];
      const text = typeof value === "string" ? value : value.join(", ");
      return text ? [[doc.words(say(`field.${key}`)), text]] : [];
    }),
    blocks: doc.blocks,
    footnotes: doc.footnotes,
    numbers: doc.numbers,
    words: {
      ...{ table: words("table"), figure: words("figure"), notes: words("notes") },
      ...{ source: words("source"), origin: words("origin") },
    },
  };
}
