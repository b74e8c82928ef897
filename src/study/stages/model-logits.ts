// Stage "teacher-logits": a model's logits over every summary token of the training data, in a cache on disk.
import * as path from "node:path";
import { progress } from "../../base/progress";
import { LogitCache, LogitCacheWriter } from "../../distillation/cache";
import { cacheError, captureGold, exampleLength } from "../../distillation/capture";
import { measurePrior } from "../../distillation/token-prior";
import type { Decoder } from "../../models/decoder";
import { type Example, encodeItem } from "../../prompts/example";
import type { ChatTokenizer } from "../../prompts/tokenizer";
import { defineStage, type Job, type StageWork } from "../define-stage";
import type { RecipeTeacher } from "../file/definition";
import { itemsOfShard } from "../shard";
import type { Artifact } from "../stage";
import { recipeOf } from "../systems";
import type { StudyContext } from "./context";
import { type CorpusArtifact, corpusStage, itemsOf } from "./corpus";
import { type ModelJobs, modelHash, openModel } from "./system-model";

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

/** Whose logits, and what of them is kept. */
export interface Captured {
  teacher: RecipeTeacher;
  model: ModelJobs;
}

/** "teacher-logits-lora-teacher-32": a study may have caches of several teachers, or of one in several sizes. */
export const cacheName = (stage: string, { recipe, topK, samples }: RecipeTeacher): string =>
  [stage, recipe, topK, samples].filter((part) => part !== undefined).join("-");

/** The teacher's logits, captured in one go or in shards: the joined bytes are those of the undivided capture. */
export const modelLogits = defineStage({
  name: () => "teacher-logits",
  jobName: (_, { teacher }: Captured) => cacheName("teacher-logits", teacher),
  version: 3,
  load: (study, { teacher }) => ({
    kind: "logits",
    recipe: recipeOf(study, teacher.recipe),
    topK: teacher.topK,
  }),
  needs: (study, { model }) => ({ corpus: corpusStage.job(study), model }),
  key: (study, { corpus, model }, { teacher }) => ({
    teacher: modelHash(model),
    corpus: corpus.value.hash,
    ...keptInputs(study, teacher),
  }),
  run: (work, { teacher }) => whole(work, teacher, []),
  shards: {
    run: async (work, shard, { teacher }) => {
      const { decoder, tokenizer, examples, header, prior } = await opened(work, teacher);
      const own = itemsOfShard(examples, exampleLength, CAPTURE_BATCH, shard);
      const writer = LogitCacheWriter.open(path.join(work.directory, "cache"), header, prior);
      capture(work.study, decoder, own, writer, tokenizer.padId);
      writer.close();
      decoder.dispose();
      return { items: own.length };
    },
    join: async (work, folders, { teacher }) => {
      const parts = folders.map(({ directory }) => LogitCache.open(path.join(directory, "cache")));
      const value = await whole(work, teacher, parts);
      for (const part of parts) part.close();
      return value;
    },
  },
});

type Capture = StageWork<{ corpus: Job<Artifact<CorpusArtifact>>; model: ModelJobs }>;

/** The whole cache, out of its parts where there are any, and what it measures. */
async function whole(work: Capture, kept: Kept, parts: readonly LogitCache[]): Promise<TeacherLogits> {
  const { decoder, tokenizer, examples, header, prior } = await opened(work, kept);
  const folder = path.join(work.directory, "cache");
  const writer = LogitCacheWriter.open(folder, header, prior);
  if (parts.length > 0) join(examples, parts, writer);
  else capture(work.study, decoder, examples, writer, tokenizer.padId);
  writer.close();
  const cache = LogitCache.open(folder, header);
  const klError = cacheError(decoder, examples.slice(0, SAMPLE), cache, { padId: tokenizer.padId });
  let entropy = 0;
  for (const id of cache.ids()) for (const value of cache.row(id).entropy) entropy += value;
  const { tokens, bytesPerToken } = cache;
  cache.close();
  decoder.dispose();
  return { tokens, bytesPerToken, topK: header.topK, klError, teacherEntropy: entropy / tokens };
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
async function opened({ study, needs: { corpus, model }, key }: Capture, kept: Kept) {
  const { decoder, tokenizer } = await openModel(study, model);
  const examples = itemsOf(corpus, "train").map((item) => encodeItem(tokenizer, item));
  const header = {
    ...cacheHeader(tokenizer, { model: modelHash(model), corpus: corpus.value.hash, kept, key }),
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
