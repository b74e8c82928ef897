// Stage "teacher-logits": the tuned teacher's logits over every summary token of the training data, in a cache on disk.
import * as path from "node:path";
import { LogitCache, LogitCacheWriter } from "../../distillation/cache";
import { cacheError, captureGold } from "../../distillation/capture";
import { progress } from "../../engine/progress";
import { encodeItem } from "../../prompts/example";
import { type Artifact, stage } from "../stage";
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

/** Captures the teacher's logits, or finds them captured. */
export async function teacherLogits(context: StudyContext): Promise<Artifact<TeacherLogits>> {
  const { profile } = context;
  const corpus = await corpusStage(context);
  const teacher = await trainLora(context, "lora-teacher");
  const base = await baseModel(context, profile.teacher);
  const { topK } = profile.distillation;
  return stage(
    profile.name,
    "teacher-logits",
    1,
    { teacher: teacher.key, corpus: corpus.value.hash, topK },
    async (directory, key) => {
      const { decoder, tokenizer } = await loraDecoder(context, "lora-teacher");
      const examples = itemsOf(corpus, "train").map((item) => encodeItem(tokenizer, item));
      const header = {
        vocabSize: tokenizer.vocabSize,
        topK,
        tokenizerHash: tokenizer.hash,
        templateHash: tokenizer.templateHash,
        teacherHash: `${base.hash}+${teacher.key}`,
        dataHash: corpus.value.hash,
        settingsHash: key,
        source: "gold" as const,
      };
      const folder = path.join(directory, "cache");
      const writer = LogitCacheWriter.open(folder, header);
      const bar = progress("teacher-logits", examples.length);
      captureGold(decoder, examples, writer, {
        padId: tokenizer.padId,
        topK,
        batchSize: CAPTURE_BATCH,
        onProgress: (done) => bar.update(done),
      });
      bar.finish();
      writer.close();
      const cache = LogitCache.open(folder, header);
      const klError = cacheError(decoder, examples.slice(0, SAMPLE), cache, { padId: tokenizer.padId });
      let entropy = 0;
      for (const id of cache.ids()) for (const value of cache.row(id).entropy) entropy += value;
      const value = {
        tokens: cache.tokens,
        bytesPerToken: cache.bytesPerToken,
        topK,
        klError,
        teacherEntropy: entropy / cache.tokens,
      };
      cache.close();
      decoder.dispose();
      return value;
    },
  );
}
