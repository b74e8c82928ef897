// The results report: the original's sections in its order, filled with a language's words, as a document for the renderers.
import type { Language } from "../base/language";
import type { Published } from "../results/published";
import type { SampleRow } from "../results/samples";
import type { StudyResults } from "../results/study-results";
import { DocumentBuilder, type DocumentWords, type ReportDocument } from "./document";
import { fixed } from "./format";
import type { Names } from "./names";
import { type Quantity, quantity } from "./quantity";
import { type ArchitectureWords, architectureSection } from "./sections/architecture";
import { type AuditWords, auditSection } from "./sections/audit";
import { appendixSection, type ConclusionWords, conclusionSection } from "./sections/conclusion";
import { type InterpretationWords, interpretationSection } from "./sections/interpretation";
import { type LighterWords, lighterSection } from "./sections/lighter";
import { type ModelsWords, modelsSection } from "./sections/models";
import { type ResultsWords, resultsSection } from "./sections/results";
import { type SearchWords, searchSection } from "./sections/search";
import { type TrainingWords, trainingSection } from "./sections/training";
import type { ReportSettings } from "./settings";

/** Everything that a language says. */
export interface ReportWords {
  language: Language;
  names: Names;
  title: string;
  subtitle: string;
  fields: Record<keyof ReportSettings, string>;
  noValue: string;
  noticeHead: string;
  notice(facts: {
    synthetic: boolean;
    originalModels: boolean;
    sizes: { smallest: string; largest: string } | undefined;
    published: string;
  }): string;
  document: DocumentWords;
  models: ModelsWords;
  architecture: ArchitectureWords;
  training: TrainingWords;
  results: ResultsWords;
  interpretation: InterpretationWords;
  audit: AuditWords;
  conclusion: ConclusionWords;
  search: SearchWords;
  lighter: LighterWords;
}

function sizes(results: StudyResults) {
  const of = (formula: string): Quantity | undefined =>
    results.models.length > 0 ? quantity({ results }, `${formula}(results/models/*/parameters)`) : undefined;
  const [smallest, largest] = [of("min"), of("max")];
  return smallest && largest && { smallest: fixed(smallest, 0), largest: fixed(largest, 0) };
}

/** Builds the report of one run in a language. */
export function report(
  words: ReportWords,
  results: StudyResults,
  samples: SampleRow[],
  published: Published,
  settings: ReportSettings,
): ReportDocument {
  const doc = new DocumentBuilder();
  const { names, language } = words;
  doc.notice(
    { strong: words.noticeHead },
    words.notice({
      synthetic: results.synthetic,
      originalModels: results.profile === "paper",
      sizes: sizes(results),
      published: published.date,
    }),
  );
  modelsSection(doc, results, published, words.models, language);
  architectureSection(doc, results, words.architecture, language);
  trainingSection(doc, results, published, words.training, names, language);
  resultsSection(doc, results, samples, published, words.results, names, language);
  interpretationSection(doc, results, samples, words.interpretation);
  auditSection(doc, results, words.audit, names);
  conclusionSection(doc, results, words.conclusion, names, language);
  searchSection(doc, results, words.search, language);
  lighterSection(doc, results, words.lighter, names, language);
  appendixSection(doc, results, words.conclusion, names);
  const field = (key: keyof ReportSettings): [string, string] => {
    const value = settings[key];
    return [words.fields[key], (Array.isArray(value) ? value.join(", ") : value) || words.noValue];
  };
  return {
    lang: language,
    title: language === "ko" ? published.title : words.title,
    subtitle: words.subtitle,
    fields: (["course", "stage", "deliverable", "submitted", "repository", "members"] as const).map(field),
    blocks: doc.blocks,
    footnotes: doc.footnotes,
    words: words.document,
  };
}
