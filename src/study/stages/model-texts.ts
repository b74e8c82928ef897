// Stage "teacher-texts": what a model writes itself for every training document, with its logits while it wrote.
import * as path from "node:path";
import { progress } from "../../base/progress";
import { LogitCache, LogitCacheWriter } from "../../distillation/cache";
import { captureGenerated } from "../../distillation/capture";
import { encodeItem } from "../../prompts/example";
import { type Artifact, stage } from "../stage";
import type { StudyContext } from "./context";
import { corpusStage, itemsOf } from "./corpus";
import { cacheHeader, type Kept, keptInputs } from "./model-logits";
import type { SystemModel } from "./system-model";

const CAPTURE_BATCH = 64;

/** Lets the model write, or finds that done; its folder holds `cache/`. */
export async function modelTexts(
  context: StudyContext,
  model: SystemModel,
  kept: Kept,
): Promise<Artifact<{ tokens: number }>> {
  const corpus = await corpusStage(context);
  const { maxNewTokens } = context.decoding;
  const inputs = {
    teacher: model.hash,
    corpus: corpus.value.hash,
    ...keptInputs(context, kept),
    maxNewTokens,
  };
  return stage(context, "teacher-texts", 3, inputs, async (directory, key) => {
    const { decoder, tokenizer } = await model.open();
    const examples = itemsOf(corpus, "train").map((item) => encodeItem(tokenizer, item));
    const folder = path.join(directory, "cache");
    const header = {
      ...cacheHeader(tokenizer, { model: model.hash, corpus: corpus.value.hash, kept, key }),
      source: "generated" as const,
    };
    const writer = LogitCacheWriter.open(folder, header);
    const bar = progress("teacher-texts", examples.length);
    captureGenerated(decoder, examples, writer, {
      padId: tokenizer.padId,
      topK: kept.topK!,
      seed: context.seed,
      batchSize: CAPTURE_BATCH,
      stopIds: tokenizer.stopIds,
      maxNewTokens,
      onProgress: (done) => bar.update(done),
    });
    bar.finish();
    writer.close();
    decoder.dispose();
    const cache = LogitCache.open(folder, header);
    const { tokens } = cache;
    cache.close();
    return { tokens };
  });
}
