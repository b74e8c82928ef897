// The tests between the texts that can be embedded, and the map of the embeddings, from a run's saved figures.
import { embeddingMap } from "../../figures/embedding-map";
import type { StudyResults } from "../../results/study-results";
import { systemsOf } from "../../results/systems";
import type { DocumentBuilder } from "../document";
import { searchFindings } from "../findings/search";

/** Writes the part, or nothing for a run without tests between indexes. */
export function searchSection(doc: DocumentBuilder, { results }: { results: StudyResults }): void {
  const { retrieval, search } = results;
  if (!retrieval || !search) return;
  doc.heading(3, "search.heading");
  doc.list(searchFindings(results));
  if (search.map.length > 0)
    doc.figure("embedding-map", embeddingMap(search, systemsOf(results), doc.language));
}
