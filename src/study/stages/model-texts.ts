// Stage "teacher-texts": what a model writes itself for every training document, with its logits while it wrote.
import * as path from "node:path";
import { progress } from "../../base/progress";
import { LogitCache, LogitCacheWriter } from "../../distillation/cache";
import { captureGenerated } from "../../distillation/capture";
import { encodeItem } from "../../prompts/example";
import { defineStage } from "../define-stage";
import { corpusStage, itemsOf } from "./corpus";
import { type Captured, cacheHeader, cacheName, keptInputs } from "./model-logits";
import { modelHash, openModel } from "./system-model";

const CAPTURE_BATCH = 64;

/** Lets the model write, or finds that done; its folder holds `cache/`. */
export const modelTexts = defineStage({
  name: () => "teacher-texts",
  jobName: (_, { teacher }: Captured) => cacheName("teacher-texts", teacher),
  version: 3,
  needs: (study, { model }) => ({ corpus: corpusStage.job(study), model }),
  key: (study, { corpus, model }, { teacher }) => ({
    teacher: modelHash(model),
    corpus: corpus.value.hash,
    ...keptInputs(study, teacher),
    maxNewTokens: study.decoding.maxNewTokens,
  }),
  run: async ({ study, needs: { corpus, model }, directory, key }, { teacher: kept }) => {
    const { decoder, tokenizer } = await openModel(study, model);
    const examples = itemsOf(corpus, "train").map((item) => encodeItem(tokenizer, item));
    const folder = path.join(directory, "cache");
    const header = {
      ...cacheHeader(tokenizer, { model: modelHash(model), corpus: corpus.value.hash, kept, key }),
      source: "generated" as const,
    };
    const writer = LogitCacheWriter.open(folder, header);
    const bar = progress("teacher-texts", examples.length);
    captureGenerated(decoder, examples, writer, {
      padId: tokenizer.padId,
      topK: kept.topK!,
      seed: study.seed,
      batchSize: CAPTURE_BATCH,
      stopIds: tokenizer.stopIds,
      maxNewTokens: study.decoding.maxNewTokens,
      onProgress: (done) => bar.update(done),
    });
    bar.finish();
    writer.close();
    decoder.dispose();
    const cache = LogitCache.open(folder, header);
    const { tokens } = cache;
    cache.close();
    return { tokens };
  },
});
