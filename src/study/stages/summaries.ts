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
import { itemsOfShard, type Shard, shardsOf } from "../shard";
import { type Artifact, stage, stageKey } from "../stage";
import type { StudyContext } from "./context";
import { type CorpusArtifact, corpusStage, itemsOf } from "./corpus";
import { modelHash, systemDecoder } from "./train";

export interface SummaryRun {
  /** Seconds that generating took, model loading left out. */
  seconds: number;
  /** Tokens written, stop tokens left out. */
  tokens: number;
  /** Items that met the limit of new tokens, or the context's end, without ending by themselves. */
  unfinished: number;
}

const GENERATION_BATCH = 64;

const VERSION = 2;

/**
 * Writes a system's summaries of both test sets, or finds them written. With `shards` above 1 the shards are written one
 * by one, those made elsewhere found, and joined: the texts are those of the undivided run.
 */
export async function summaries(
  context: StudyContext,
  system: string,
  shards = 1,
): Promise<Artifact<SummaryRun>> {
  const { corpus, inputs, name } = await setting(context, system);
  return stage(context, name, VERSION, inputs, async (directory) => {
    const items = testItems(corpus);
    if (shards === 1) return write(context, system, directory, () => items);
    const parts: Artifact<SummaryRun>[] = [];
    for (const shard of shardsOf(shards)) parts.push(await summariesShard(context, system, shard));
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
  });
}

/** Writes one shard of a system's summaries, for another machine to do or this one. */
export async function summariesShard(
  context: StudyContext,
  system: string,
  shard: Shard,
): Promise<Artifact<SummaryRun>> {
  const { corpus, key, name } = await setting(context, system);
  const inputs = { whole: key, ...shard };
  return stage(context, `${name}-shard`, VERSION, inputs, (directory) =>
    write(context, system, directory, (tokenizer) => {
      const length = (item: Item) => encodeItem(tokenizer, item).promptIds.length;
      return itemsOfShard(testItems(corpus), length, GENERATION_BATCH, shard);
    }),
  );
}

const testItems = (corpus: Artifact<CorpusArtifact>): Item[] =>
  itemsOf(corpus, "test-in-domain", "test-other");

/** What the summaries depend on. */
async function setting(context: StudyContext, system: string) {
  const corpus = await corpusStage(context);
  const inputs = {
    model: await modelHash(context, system),
    corpus: corpus.value.hash,
    maxNewTokens: context.decoding.maxNewTokens,
    frozenWeights: context.frozenWeights,
  };
  const name = `summaries-${system}`;
  return { corpus, inputs, name, key: stageKey(name, VERSION, inputs) };
}

async function write(
  context: StudyContext,
  system: string,
  directory: string,
  choose: (tokenizer: ChatTokenizer) => readonly Item[],
): Promise<SummaryRun> {
  const { decoder, tokenizer } = await systemDecoder(context, system);
  const items = choose(tokenizer);
  const run = summarise(decoder, tokenizer, items, context.decoding.maxNewTokens, `summaries ${system}`);
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
