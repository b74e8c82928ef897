// Stage "teacher-logits": a model's logits over every summary token of the training data, in a cache on disk.
import * as path from "node:path";
import { progress } from "../../base/progress";
import { LogitCache, LogitCacheWriter } from "../../distillation/cache";
import { cacheError, captureGold, exampleLength } from "../../distillation/capture";
import { measurePrior } from "../../distillation/token-prior";
import type { Decoder } from "../../models/decoder";
import { type Example, encodeItem } from "../../prompts/example";
import type { ChatTokenizer } from "../../prompts/tokenizer";
import type { RecipeTeacher } from "../file/definition";
import { itemsOfShard, type Shard, shardsOf } from "../shard";
import { type Artifact, stage, stageKey } from "../stage";
import type { StudyContext } from "./context";
import { corpusStage, itemsOf } from "./corpus";
import type { SystemModel } from "./system-model";

export interface TeacherLogits {
  tokens: number;
  bytesPerToken: number;
  topK: number;
  /** Mean KL of the cached to the full distribution, on a sample, in nats. */
  klError: number;
  teacherEntropy: number;
}

/** What a cache keeps of each distribution. */
export type Kept = Pick<RecipeTeacher, "topK" | "samples">;

const CAPTURE_BATCH = 16;
const SAMPLE = 16;

/** Training items from which the cache's prior is measured. */
const PRIOR_ITEMS = 64;

const VERSION = 3;

/**
 * Captures the teacher's logits, or finds them captured. With `shards` above 1 the shards are captured one by one, those
 * made elsewhere found, and joined: the bytes are those of the undivided capture.
 */
export async function modelLogits(
  context: StudyContext,
  model: SystemModel,
  kept: Kept,
  shards = 1,
): Promise<Artifact<TeacherLogits>> {
  const { inputs } = await setting(context, model, kept);
  return stage(context, "teacher-logits", VERSION, inputs, async (directory) => {
    const parts: LogitCache[] = [];
    for (const shard of shards > 1 ? shardsOf(shards) : []) {
      const part = await modelLogitsShard(context, model, kept, shard);
      parts.push(LogitCache.open(path.join(part.directory, "cache")));
    }
    const { decoder, tokenizer, examples, header, prior } = await opened(context, model, kept);
    const folder = path.join(directory, "cache");
    const writer = LogitCacheWriter.open(folder, header, prior);
    if (parts.length > 0) join(examples, parts, writer);
    else capture(context, decoder, examples, writer, tokenizer.padId);
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
export async function modelLogitsShard(
  context: StudyContext,
  model: SystemModel,
  kept: Kept,
  shard: Shard,
): Promise<Artifact<{ items: number }>> {
  const { key } = await setting(context, model, kept);
  const inputs = { whole: key, ...shard };
  return stage(context, "teacher-logits-shard", VERSION, inputs, async (directory) => {
    const { decoder, tokenizer, examples, header, prior } = await opened(context, model, kept);
    const own = itemsOfShard(examples, exampleLength, CAPTURE_BATCH, shard);
    const writer = LogitCacheWriter.open(path.join(directory, "cache"), header, prior);
    capture(context, decoder, own, writer, tokenizer.padId);
    writer.close();
    decoder.dispose();
    return { items: own.length };
  });
}

/** What the logits depend on. */
async function setting(context: StudyContext, model: SystemModel, kept: Kept) {
  const corpus = await corpusStage(context);
  const inputs = {
    teacher: model.hash,
    corpus: corpus.value.hash,
    ...keptInputs(context, kept),
  };
  return { corpus, inputs, key: stageKey("teacher-logits", VERSION, inputs) };
}

/** What a cache keeps, as stage keys have it: draws from the tail go by the seed. */
export const keptInputs = ({ seed }: StudyContext, { topK, samples }: Kept) => ({
  topK,
  ...(samples !== undefined && { samples, seed }),
});

/** The header of a cache of a teacher's logits, but for where its tokens come from. */
export const cacheHeader = (
  tokenizer: ChatTokenizer,
  of: { model: string; corpus: string; kept: Kept; key: string },
) => ({
  vocabSize: tokenizer.vocabSize,
  topK: of.kept.topK!,
  ...(of.kept.samples !== undefined && { samples: of.kept.samples }),
  tokenizerHash: tokenizer.hash,
  templateHash: tokenizer.templateHash,
  teacherHash: of.model,
  dataHash: of.corpus,
  settingsHash: of.key,
});

/** The teacher, the training examples, and header and prior of their cache. */
async function opened(context: StudyContext, model: SystemModel, kept: Kept) {
  const { corpus, key } = await setting(context, model, kept);
  const { decoder, tokenizer } = await model.open();
  const examples = itemsOf(corpus, "train").map((item) => encodeItem(tokenizer, item));
  const header = {
    ...cacheHeader(tokenizer, { model: model.hash, corpus: corpus.value.hash, kept, key }),
    source: "gold" as const,
  };
  // From all of the data, also for a shard: every part of a cache must have the same prior.
  const apart = Math.ceil(examples.length / PRIOR_ITEMS);
  const sample = examples.filter((_, i) => i % apart === 0);
  const prior = measurePrior(decoder, sample, { padId: tokenizer.padId, vocabSize: tokenizer.vocabSize });
  return { decoder, tokenizer, examples, header, prior };
}

function capture(
  { seed }: StudyContext,
  decoder: Decoder,
  examples: readonly Example[],
  writer: LogitCacheWriter,
  padId: number,
): void {
  const bar = progress("teacher-logits", examples.length);
  captureGold(decoder, examples, writer, {
    padId,
    topK: writer.header.topK,
    seed,
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
