// Stage "summaries": what a system writes for the 206 test documents, greedily, stored per item.

import * as fs from "node:fs";
import * as path from "node:path";
import type { Item } from "../../corpus/item";
import { writeFileAtomic } from "../../engine/atomic-write";
import { progress } from "../../engine/progress";
import type { SystemId } from "../../evaluation/results";
import { generate } from "../../generation/generate";
import type { Decoder } from "../../models/decoder";
import { encodeItem } from "../../prompts/example";
import type { ChatTokenizer } from "../../prompts/tokenizer";
import { type Artifact, stage } from "../stage";
import { baseModel } from "./base-model";
import type { StudyContext } from "./context";
import { corpusStage, itemsOf } from "./corpus";
import { systemDecoder, trainSystem } from "./train-system";

export interface SummaryRun {
  /** Seconds that generating took, model loading left out. */
  seconds: number;
  /** Tokens written, stop tokens left out. */
  tokens: number;
  /** Items that met the limit of new tokens without ending by themselves. */
  unfinished: number;
}

const GENERATION_BATCH = 64;

/** Writes a system's summaries of both test sets, or finds them written. */
export async function summaries(context: StudyContext, system: SystemId): Promise<Artifact<SummaryRun>> {
  const { profile } = context;
  const corpus = await corpusStage(context);
  const model =
    system === "untuned"
      ? (await baseModel(context, profile.student)).hash
      : (await trainSystem(context, system)).key;
  const inputs = { model, corpus: corpus.value.hash, maxNewTokens: profile.maxNewTokens };
  return stage(profile.name, `summaries-${system}`, 1, inputs, async (directory) => {
    const { decoder, tokenizer } = await systemDecoder(context, system);
    const items = itemsOf(corpus, "test-in-domain", "test-other");
    const run = summarise(decoder, tokenizer, items, profile.maxNewTokens, `summaries ${system}`);
    decoder.dispose();
    writeTexts(directory, items, run.texts);
    return { seconds: run.seconds, tokens: run.tokens, unfinished: run.unfinished };
  });
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
    batchSize: GENERATION_BATCH,
    onProgress: (done) => bar.update(done),
  });
  bar.finish();
  return {
    texts: written.map((ids) => tokenizer.decode(ids).trim()),
    seconds: (performance.now() - started) / 1000,
    tokens: written.reduce((sum, ids) => sum + ids.length, 0),
    unfinished: written.filter((ids) => ids.length === maxNewTokens).length,
  };
}

/** Stores texts by item id. */
export function writeTexts(directory: string, items: readonly Item[], texts: readonly string[]): void {
  const lines = items.map((item, i) => `${JSON.stringify({ id: item.id, text: texts[i] })}\n`);
  writeFileAtomic(path.join(directory, "texts.jsonl"), lines.join(""));
}

/** The stored texts by item id. */
export function readTexts(directory: string): Map<string, string> {
  const lines = fs.readFileSync(path.join(directory, "texts.jsonl"), "utf8").trimEnd().split("\n");
  return new Map(
    lines.map((line) => JSON.parse(line) as { id: string; text: string }).map(({ id, text }) => [id, text]),
  );
}
