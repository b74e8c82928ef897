// Stage "retrieval": which text to embed so that a paragraph is found: itself, its summaries, its first sentences.

import type { Item } from "../../corpus/item";
import { loadEncoderTokenizer } from "../../evaluation/encoder-tokenizer";
import { type Run, retrieval as retrievalMeasures } from "../../evaluation/retrieval";
import { sentencesOf } from "../../evaluation/sentences";
import { loadEncoder } from "../../models/encoder";
import { type Artifact, stage } from "../stage";
import { type StudyContext, SYSTEMS } from "./context";
import { corpusStage, itemsOf } from "./corpus";
import { encoderFiles } from "./scorer";
import { readTexts, summaries } from "./summaries";

export interface RetrievalRow {
  index: string;
  ndcg10: number;
  mrr: number;
  recall1: number;
  recall5: number;
  recall10: number;
}

/** Facts of a document that its query names; the compared models have no part in it. */
const QUERY_FACTS = 3;

/** Measures every index, or finds that done. */
export async function retrievalStage(
  context: StudyContext,
): Promise<Artifact<{ rows: RetrievalRow[]; queries: string[] }>> {
  const { profile } = context;
  const corpus = await corpusStage(context);
  const written: Awaited<ReturnType<typeof summaries>>[] = [];
  for (const system of SYSTEMS) written.push(await summaries(context, system));
  const inputs = {
    corpus: corpus.value.hash,
    summaries: written.map((w) => w.key),
    encoder: (await encoderFiles(context)).hash,
    layer: profile.encoder.layer,
  };
  return stage(profile.name, "retrieval", 1, inputs, async () => {
    const items = itemsOf(corpus, "test-in-domain", "test-other");
    const texts: Record<string, string[]> = {
      document: items.map((item) => item.document),
      reference: items.map((item) => item.summary),
      "lead-2": items.map((item) => sentencesOf(item.document).slice(0, 2).join(" ")),
    };
    for (const [i, system] of SYSTEMS.entries()) {
      const found = readTexts(written[i]!.directory);
      texts[system] = items.map((item) => found.get(item.id) ?? "");
    }
    texts["document + distilled"] = items.map((item, i) => `${item.document} ${texts.distilled![i]}`);
    const queries = items.map(queryOf);
    const embed = await embedder(context);
    const queryVectors = embed.texts(queries);
    const rows = Object.entries(texts).map(([index, list]) =>
      measure(index, items, queryVectors, embed.texts(list)),
    );
    embed.dispose();
    return { rows, queries };
  });
}

/** A query out of facts that the document holds: every other slot value, or its rarest words where there are no slots. */
function queryOf(item: Item): string {
  const facts =
    item.facts?.filter((_, i) => i % 2 === 0) ??
    [...item.document.split(/\s+/)].sort((a, b) => b.length - a.length);
  return facts.slice(0, QUERY_FACTS).join(" ");
}

/** Mean-pooled, normalised states of the profile's encoder. */
async function embedder(
  context: StudyContext,
): Promise<{ texts(list: readonly string[]): Float32Array[]; dispose(): void }> {
  const { folder } = await encoderFiles(context);
  const encoder = loadEncoder(folder);
  const tokenizer = await loadEncoderTokenizer(folder, encoder.maxLength);
  return {
    texts(list) {
      const states = encoder.hidden(
        list.map((text) => tokenizer.encode(text).ids),
        context.profile.encoder.layer,
      );
      return states.map((state) => {
        const sum = new Float32Array(encoder.hiddenSize);
        for (let i = 0; i < state.length; i++) sum[i % encoder.hiddenSize]! += state[i]!;
        const norm = Math.hypot(...sum);
        return sum.map((x) => x / norm);
      });
    },
    dispose: () => encoder.dispose(),
  };
}

function measure(
  index: string,
  items: readonly Item[],
  queries: readonly Float32Array[],
  documents: readonly Float32Array[],
): RetrievalRow {
  const run: Run = {};
  for (const [q, query] of queries.entries()) {
    run[items[q]!.id] = Object.fromEntries(
      documents.map((document, d) => [items[d]!.id, document.reduce((sum, x, i) => sum + x * query[i]!, 0)]),
    );
  }
  const judgements = Object.fromEntries(items.map((item) => [item.id, { [item.id]: 1 }]));
  const perQuery = Object.values(retrievalMeasures(judgements, run));
  const mean = (value: (scores: (typeof perQuery)[number]) => number) =>
    perQuery.reduce((sum, s) => sum + value(s), 0) / perQuery.length;
  return {
    index,
    ndcg10: mean((s) => s.ndcgAt[10]!),
    mrr: mean((s) => s.mrr),
    recall1: mean((s) => s.recallAt[1]!),
    recall5: mean((s) => s.recallAt[5]!),
    recall10: mean((s) => s.recallAt[10]!),
  };
}
