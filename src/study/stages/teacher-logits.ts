// Stage "teacher-logits": the tuned teacher's logits over every summary token of the training data, in a cache on disk.
import * as path from "node:path";
import { progress } from "../../base/progress";
import { LogitCache, LogitCacheWriter } from "../../distillation/cache";
import { cacheError, captureGold, exampleLength } from "../../distillation/capture";
import { measurePrior } from "../../distillation/token-prior";
import type { Decoder } from "../../models/decoder";
import { type Example, encodeItem } from "../../prompts/example";
import { itemsOfShard, type Shard, shardsOf } from "../shard";
import { type Artifact, stage, stageKey } from "../stage";
import { baseModel } from "./base-model";
import type { StudyContext } from "./context";
import { corpusStage, itemsOf } from "./corpus";
import { loraDecoder, trainLora } from "./train-lora";

export interface TeacherLogits {
  tokens: number;
  bytesPerToken: number;
  topK: number;
  /** Mean KL of the cached to the full distribution, on a sample, in nats. */
  klError: number;
  teacherEntropy: number;
}

const CAPTURE_BATCH = 16;
const SAMPLE = 16;

/** Training items from which the cache's prior is measured. */
const PRIOR_ITEMS = 64;

const VERSION = 2;

/**
 * Captures the teacher's logits, or finds them captured. With `shards` above 1 the shards are captured one by one, those
 * made elsewhere found, and joined: the bytes are those of the undivided capture.
 */
export async function teacherLogits(context: StudyContext, shards = 1): Promise<Artifact<TeacherLogits>> {
  const { inputs } = await setting(context);
  return stage(context.profile.name, "teacher-logits", VERSION, inputs, async (directory) => {
    const parts: LogitCache[] = [];
    for (const shard of shards > 1 ? shardsOf(shards) : []) {
      const part = await teacherLogitsShard(context, shard);
      parts.push(LogitCache.open(path.join(part.directory, "cache")));
    }
    const { decoder, tokenizer, examples, header, prior } = await teacher(context);
    const folder = path.join(directory, "cache");
    const writer = LogitCacheWriter.open(folder, header, prior);
    if (parts.length > 0) join(examples, parts, writer);
    else capture(decoder, examples, writer, tokenizer.padId);
    writer.close();
    const cache = LogitCache.open(folder, header);
    const sample = examples.slice(0, SAMPLE);
    const klError = cacheError(decoder, sample, cache, { padId: tokenizer.padId });
    let entropy = 0;
    for (const id of cache.ids()) for (const value of cache.row(id).entropy) entropy += value;
    const value = {
      tokens: cache.tokens,
      bytesPerToken: cache.bytesPerToken,
      topK: header.topK,
      klError,
      teacherEntropy: entropy / cache.tokens,
    };
    for (const open of [cache, ...parts]) open.close();
    decoder.dispose();
    return value;
  });
}

/** Captures one shard of the teacher's logits, for another machine to do or this one. */
export async function teacherLogitsShard(
  context: StudyContext,
  shard: Shard,
): Promise<Artifact<{ items: number }>> {
  const { key } = await setting(context);
  const inputs = { whole: key, ...shard };
  return stage(context.profile.name, "teacher-logits-shard", VERSION, inputs, async (directory) => {
    const { decoder, tokenizer, examples, header, prior } = await teacher(context);
    const own = itemsOfShard(examples, exampleLength, CAPTURE_BATCH, shard);
    const writer = LogitCacheWriter.open(path.join(directory, "cache"), header, prior);
    capture(decoder, own, writer, tokenizer.padId);
    writer.close();
    decoder.dispose();
    return { items: own.length };
  });
}

/** What the logits depend on. */
async function setting(context: StudyContext) {
  const corpus = await corpusStage(context);
  const { key: teacher } = await trainLora(context, "lora-teacher");
  const inputs = { teacher, corpus: corpus.value.hash, topK: context.profile.distillation.topK };
  return { corpus, teacher, inputs, key: stageKey("teacher-logits", VERSION, inputs) };
}

/** The tuned teacher, the training examples, and header and prior of their cache. */
async function teacher(context: StudyContext) {
  const { corpus, teacher, inputs, key } = await setting(context);
  const base = await baseModel(context, context.profile.teacher);
  const { decoder, tokenizer } = await loraDecoder(context, "lora-teacher");
  const examples = itemsOf(corpus, "train").map((item) => encodeItem(tokenizer, item));
  const header = {
    vocabSize: tokenizer.vocabSize,
    topK: inputs.topK,
    tokenizerHash: tokenizer.hash,
    templateHash: tokenizer.templateHash,
    teacherHash: `${base.hash}+${teacher}`,
    dataHash: corpus.value.hash,
    settingsHash: key,
    source: "gold" as const,
  };
  // From all of the data, also for a shard: every part of a cache must have the same prior.
  const apart = Math.ceil(examples.length / PRIOR_ITEMS);
  const sample = examples.filter((_, i) => i % apart === 0);
  const prior = measurePrior(decoder, sample, { padId: tokenizer.padId, vocabSize: tokenizer.vocabSize });
  return { decoder, tokenizer, examples, header, prior };
}

function capture(
  decoder: Decoder,
  examples: readonly Example[],
  writer: LogitCacheWriter,
  padId: number,
): void {
  const bar = progress("teacher-logits", examples.length);
  captureGold(decoder, examples, writer, {
    padId,
    topK: writer.header.topK,
    batchSize: CAPTURE_BATCH,
    onProgress: (done) => bar.update(done),
  });
  bar.finish();
}

/** Copies the shards' rows in the order in which an undivided capture writes them. */
function join(examples: readonly Example[], parts: readonly LogitCache[], writer: LogitCacheWriter): void {
  for (const { id } of itemsOfShard(examples, exampleLength, CAPTURE_BATCH, { index: 1, count: 1 })) {
    if (!writer.has(id)) writer.copy(id, parts.find((part) => part.has(id)) ?? parts[0]!);
  }
}
