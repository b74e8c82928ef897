// The tests between the texts that can be embedded, and the map of the embeddings, from a run's saved figures.
import type { Language } from "../../base/language";
import { embeddingMap } from "../../figures/embedding-map";
import type { RetrievalRow } from "../../results/search";
import type { StudyResults } from "../../results/study-results";
import { systemsOf } from "../../results/systems";
import type { DocumentBuilder } from "../document";
import type { SearchResults } from "../search-findings";

export interface SearchWords {
  heading: string;
  sentences(rows: readonly RetrievalRow[], search: SearchResults): string[];
  figure: { caption: string; alt: string };
}

/** Writes the part, or nothing for a run without tests between indexes. */
export function searchSection(
  doc: DocumentBuilder,
  { retrieval, search, recipes }: StudyResults,
  words: SearchWords,
  language: Language,
): void {
  if (!retrieval || !search) return;
  doc.heading(3, words.heading);
  doc.list(words.sentences(retrieval, search));
  if (search.map.length > 0) {
    doc.figure({
      id: "embedding-map",
      ...words.figure,
      figure: embeddingMap(search, systemsOf({ recipes }), language),
    });
  }
}
