// Stage "server-logits": what a teacher behind a server tells of the training summaries, or of those that it writes itself, in a cache.
import * as path from "node:path";
import { progress } from "../../base/progress";
import { LogitCache, LogitCacheWriter } from "../../distillation/cache";
import { captureFromServer } from "../../distillation/server/capture";
import { TeacherServer } from "../../distillation/server/completions";
import { encodeItem } from "../../prompts/example";
import { loadTokenizer } from "../../prompts/tokenizer";
import { defineStage } from "../define-stage";
import type { RecipeTeacher } from "../file/definition";
import { recipeOf } from "../systems";
import { baseModel } from "./base-model";
import { corpusStage, itemsOf } from "./corpus";
import { cacheHeader, cacheName } from "./model-logits";

/** What stands for a served teacher in stage keys: its name there. Where the server is does not matter. */
export const servedHash = ({ server }: RecipeTeacher): string => `server ${server!.model}`;

/** Asks the server, or finds its answers; its folder holds `cache/`. The tokenizer is that of the recipe's base model. */
export const serverLogits = defineStage({
  name: () => "server-logits",
  jobName: (_, teacher: RecipeTeacher) => {
    const model = teacher.server!.model.replace(/[^\w.-]+/g, "-");
    return cacheName(`server-logits-${model}-${teacher.source}`, teacher);
  },
  version: 1,
  needs: (study, teacher) => ({
    corpus: corpusStage.job(study),
    base: baseModel.job(study, recipeOf(study, teacher.recipe).base),
  }),
  key: (study, { corpus, base }, teacher) => ({
    teacher: servedHash(teacher),
    base: base.hash,
    corpus: corpus.value.hash,
    topK: teacher.topK,
    ...(teacher.source !== "cache" && { maxNewTokens: study.decoding.maxNewTokens }),
  }),
  run: async ({ study, needs: { corpus, base }, directory, key }, teacher) => {
    const { maxNewTokens } = study.decoding;
    const writes = teacher.source !== "cache";
    const tokenizer = await loadTokenizer(base.folder);
    const examples = itemsOf(corpus, "train").map((item) => encodeItem(tokenizer, item));
    const folder = path.join(directory, "cache");
    const header = {
      ...cacheHeader(tokenizer, {
        model: servedHash(teacher),
        corpus: corpus.value.hash,
        kept: { topK: teacher.topK },
        key,
      }),
      source: writes ? ("generated" as const) : ("gold" as const),
    };
    const writer = LogitCacheWriter.open(folder, header);
    const bar = progress("server-logits", examples.length);
    try {
      await captureFromServer(
        new TeacherServer({ ...teacher.server!, topK: teacher.topK! }),
        examples,
        writer,
        {
          vocabSize: tokenizer.vocabSize,
          ...(writes && { generated: { maxNewTokens, stopIds: tokenizer.stopIds } }),
          onProgress: (done, tokensPerSecond) => bar.update(done, `${tokensPerSecond.toFixed(0)} tokens/s`),
        },
      );
    } finally {
      bar.finish();
      writer.close();
    }
    const cache = LogitCache.open(folder, header);
    const { tokens } = cache;
    cache.close();
    return { tokens };
  },
});
