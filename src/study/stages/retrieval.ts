// Stage "retrieval": which text to embed so that a paragraph is found: itself, its summaries, its beginning.
import * as path from "node:path";
import { loadEmbedder } from "../../analysis/embedding";
import { factQueries, readQueries } from "../../analysis/queries";
import { searchStudy } from "../../analysis/search-study";
import { sentencesOf } from "../../metrics/rouge/sentences";
import type { SearchStudy } from "../../results/search";
import { mainSystem } from "../../results/systems";
import { defineStage } from "../define-stage";
import { hashFiles, ROOT } from "../stage";
import { type BaseModel, encoderOf } from "./base-model";
import type { StudyContext } from "./context";
import { corpusStage, itemsOf } from "./corpus";
import { readTexts, summaries } from "./summaries";

export interface SearchChoice {
  /** Model folder (safetensors or onnx/model.onnx) or hub model; "" takes the study's encoder. */
  encoder?: string;
  /** JSONL of {"query", "relevant"}; "" makes queries from the documents' own facts. */
  queries?: string;
}

/** Measures every index, or finds that done. */
export const retrievalStage = defineStage({
  name: () => "retrieval",
  version: 2,
  needs: (study, choice: SearchChoice | undefined) => ({
    corpus: corpusStage.job(study),
    written: Object.keys(study.recipes).map((system) => summaries.job(study, system)),
    encoder: choice?.encoder ? undefined : encoderOf(study),
  }),
  key: async (study, { corpus, written, encoder }, choice) => {
    const file = queryFile(choice);
    const embedder = await embedderOf(study, encoder, choice);
    await embedder.dispose();
    return {
      corpus: corpus.value.hash,
      summaries: written.map((w) => w.key),
      encoder: { hash: embedder.hash, layer: embedder.layer, engine: embedder.engine },
      ...(file !== undefined && { queries: hashFiles([file]) }),
    };
  },
  run: async ({ study, needs: { corpus, written, encoder } }, choice): Promise<SearchStudy> => {
    const file = queryFile(choice);
    const systems = Object.keys(study.recipes);
    const main = mainSystem(study).id;
    const embedder = await embedderOf(study, encoder, choice);
    try {
      const items = itemsOf(corpus, "test-in-domain", "test-other");
      const texts: Record<string, string[]> = {
        document: items.map((item) => item.document),
        reference: items.map((item) => item.summary),
        "lead-2": items.map((item) => sentencesOf(item.document).slice(0, 2).join(" ")),
      };
      for (const [i, system] of systems.entries()) {
        const found = readTexts(written[i]!.directory);
        texts[system] = items.map((item) => found.get(item.id) ?? "");
      }
      texts.lead = items.map((item, i) => leadOf(item.document, texts[main]![i]!));
      texts[`document + ${main}`] = items.map((item, i) => `${item.document} ${texts[main]![i]}`);
      const shorter = ["reference", ...systems];
      return await searchStudy(
        {
          items,
          texts,
          queries: file === undefined ? factQueries(items) : readQueries(file, items),
          pairs: [
            ...Object.keys(texts)
              .filter((index) => index !== "document")
              .map((index) => [index, "document"] as const),
            ...shorter.map((index) => [index, "lead"] as const),
          ],
          mapped: ["document", "reference", main],
        },
        embedder,
      );
    } finally {
      await embedder.dispose();
    }
  },
});

const queryFile = ({ queries = "" }: SearchChoice = {}): string | undefined =>
  queries === "" ? undefined : path.resolve(ROOT, queries);

const embedderOf = (study: StudyContext, own: BaseModel | undefined, { encoder = "" }: SearchChoice = {}) =>
  own ? loadEmbedder(own.folder, study.encoder.layer) : loadEmbedder(encoder);

/** The document's first words, as many characters as the other text has. */
export function leadOf(document: string, other: string): string {
  const length = [...other].length;
  let lead = "";
  for (const word of document.split(/\s+/).filter(Boolean)) {
    const longer = lead === "" ? word : `${lead} ${word}`;
    if (lead !== "" && [...longer].length > length) break;
    lead = longer;
  }
  return length === 0 ? "" : lead;
}
