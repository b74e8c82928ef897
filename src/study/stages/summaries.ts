// Stage "summaries": what a system writes for the 206 test documents, greedily, stored per item.
import * as fs from "node:fs";
import * as path from "node:path";
import { writeFileAtomic } from "../../base/atomic-write";
import { progress } from "../../base/progress";
import type { Item } from "../../corpus/item";
import { newTokenLimit } from "../../generation/context-end";
import { generate } from "../../generation/generate";
import type { Decoder } from "../../models/decoder";
import { encodeItem } from "../../prompts/example";
import type { ChatTokenizer } from "../../prompts/tokenizer";
import { defineStage, type StageWork } from "../define-stage";
import { itemsOfShard } from "../shard";
import type { Artifact } from "../stage";
import { recipeOf } from "../systems";
import { type CorpusArtifact, corpusStage, itemsOf } from "./corpus";
import { type ModelJobs, modelHash, openModel } from "./system-model";
import { modelNeeds } from "./train";

export interface SummaryRun {
  /** Seconds that generating took, model loading left out. */
  seconds: number;
  /** Tokens written, stop tokens left out. */
  tokens: number;
  /** Items that met the limit of new tokens, or the context's end, without ending by themselves. */
  unfinished: number;
}

const GENERATION_BATCH = 64;

/** What a system writes for both test sets: the same texts in one go as in shards. */
export const summaries = defineStage({
  name: (_, system: string) => `summaries-${system}`,
  version: 2,
  load: (study, system) => ({ kind: "summaries", recipe: recipeOf(study, system) }),
  needs: (study, system) => ({ corpus: corpusStage.job(study), model: modelNeeds(study, system) }),
  key: (study, { corpus, model }) => ({
    model: modelHash(model),
    corpus: corpus.value.hash,
    maxNewTokens: study.decoding.maxNewTokens,
    frozenWeights: study.frozenWeights,
  }),
  run: (work, system) => write(work, system, () => testItems(work.needs.corpus)),
  shards: {
    run: (work, shard, system) =>
      write(work, system, (tokenizer) => {
        const length = (item: Item) => encodeItem(tokenizer, item).promptIds.length;
        return itemsOfShard(testItems(work.needs.corpus), length, GENERATION_BATCH, shard);
      }),
    join: async ({ needs, directory }, parts) => {
      const items = testItems(needs.corpus);
      const texts = new Map(parts.flatMap((part) => [...readTexts(part.directory)]));
      writeTexts(
        directory,
        items,
        items.map((item) => texts.get(item.id)!),
      );
      const total = (count: (run: SummaryRun) => number) =>
        parts.reduce((sum, part) => sum + count(part.value), 0);
      return {
        seconds: total((run) => run.seconds),
        tokens: total((run) => run.tokens),
        unfinished: total((run) => run.unfinished),
      };
    },
  },
});

const testItems = (corpus: Artifact<CorpusArtifact>): Item[] =>
  itemsOf(corpus, "test-in-domain", "test-other");

async function write(
  { study, needs, directory }: Pick<StageWork<{ model: ModelJobs }>, "study" | "needs" | "directory">,
  system: string,
  choose: (tokenizer: ChatTokenizer) => readonly Item[],
): Promise<SummaryRun> {
  const { decoder, tokenizer } = await openModel(study, needs.model);
  const items = choose(tokenizer);
  const run = summarise(decoder, tokenizer, items, study.decoding.maxNewTokens, `summaries ${system}`);
  decoder.dispose();
  writeTexts(directory, items, run.texts);
  return { seconds: run.seconds, tokens: run.tokens, unfinished: run.unfinished };
}

/** Greedy summaries of items, with what they cost. */
export function summarise(
  decoder: Decoder,
  tokenizer: ChatTokenizer,
  items: readonly Item[],
  maxNewTokens: number,
  label: string,
) {
  const prompts = items.map((item) => encodeItem(tokenizer, item).promptIds);
  const bar = progress(label, items.length);
  const started = performance.now();
  const written = generate(decoder, prompts, {
    maxNewTokens,
    stopIds: tokenizer.stopIds,
    padId: tokenizer.padId,
    vocabSize: tokenizer.vocabSize,
    batchSize: GENERATION_BATCH,
    onProgress: (done) => bar.update(done),
  });
  bar.finish();
  return {
    texts: written.map((ids) => tokenizer.decode(ids).trim()),
    seconds: (performance.now() - started) / 1000,
    tokens: written.reduce((sum, ids) => sum + ids.length, 0),
    unfinished: written.filter(
      ({ length }, i) => length === newTokenLimit(decoder.config, prompts[i]!.length, maxNewTokens),
    ).length,
  };
}

/** Stores texts by item id. */
export function writeTexts(directory: string, items: readonly Item[], texts: readonly string[]): void {
  const lines = items.map((item, i) => `${JSON.stringify({ id: item.id, text: texts[i] })}\n`);
  writeFileAtomic(path.join(directory, "texts.jsonl"), lines.join(""));
}

/** The stored texts by item id. */
export function readTexts(directory: string): Map<string, string> {
  const lines = fs.readFileSync(path.join(directory, "texts.jsonl"), "utf8").split("\n");
  return new Map(
    lines
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { id: string; text: string })
      .map(({ id, text }) => [id, text]),
  );
}
