// Stage "compare-…": one of the compared models, untuned: what it costs, how fast it is, what it writes.
import * as fs from "node:fs";
import * as path from "node:path";
import { engineMemory } from "../../engine/facts";
import { generate } from "../../generation/generate";
import { readDecoderConfig, tensorShapes } from "../../models/config";
import { loadDecoder } from "../../models/load";
import { modelSource } from "../../models/source";
import { encodeItem } from "../../prompts/example";
import { loadTokenizer } from "../../prompts/tokenizer";
import { defineStage } from "../define-stage";
import { modelName } from "../file/load";
import { decodersOf } from "../systems";
import { baseModel } from "./base-model";
import { checkModels } from "./check-models";
import { corpusStage, itemsOf } from "./corpus";
import { summarise, writeTexts } from "./summaries";

export interface ModelCosts {
  model: string;
  publishedName: string;
  family: string;
  parameters: number;
  fileBytes: number;
  /** Weights in the engine, in bytes. */
  memoryBytes: number;
  /** Median over prompts of the time to the first token, one prompt at a time, in milliseconds. */
  firstTokenMs: number;
  tokensPerSecond: number;
  /** Name of a larger model with the same tokenizer, from which this one could learn; null when there is none. */
  largerSibling: string | null;
}

const TIMED_PROMPTS = 5;

/** Measures a compared model and writes its summaries, or finds that done. */
export const compareModel = defineStage({
  name: (study, model: string) => `compare-${path.basename(modelName(study, model))}`,
  jobName: (_, model) => `compare-${model}`,
  version: 3,
  needs: (study, model) => ({
    checked: checkModels.job(study),
    corpus: corpusStage.job(study),
    base: baseModel.job(study, model),
    siblings: decodersOf(study)
      .filter((key) => key !== model)
      .map((key) => baseModel.job(study, key)),
  }),
  key: (study, { corpus, base, siblings }) => ({
    base: base.hash,
    siblings: siblings.map((s) => s.hash),
    corpus: corpus.value.hash,
    maxNewTokens: study.decoding.maxNewTokens,
    frozen: study.frozenWeights,
  }),
  run: async ({ study, needs: { corpus, base, siblings }, directory }, model): Promise<ModelCosts> => {
    const { maxNewTokens } = study.decoding;
    const frozen = study.frozenWeights;
    const tokenizer = await loadTokenizer(base.folder);
    const before = engineMemory().bytes;
    const decoder = loadDecoder(base.folder, { frozen });
    const memoryBytes = engineMemory().bytes - before;
    const items = itemsOf(corpus, "test-in-domain", "test-other");
    const options = { stopIds: tokenizer.stopIds, padId: tokenizer.padId };
    const times = items.slice(0, TIMED_PROMPTS).map((item) => {
      const prompt = encodeItem(tokenizer, item).promptIds;
      const started = performance.now();
      generate(decoder, [prompt], { ...options, maxNewTokens: 1 });
      return performance.now() - started;
    });
    const run = summarise(decoder, tokenizer, items, maxNewTokens, `compare ${base.name}`);
    writeTexts(directory, items, run.texts);
    const parameters = decoder.parameters;
    const larger: { name: string; parameters: number }[] = [];
    for (const sibling of siblings) {
      if ((await loadTokenizer(sibling.folder)).hash !== tokenizer.hash) continue;
      const shapes = [...tensorShapes(readDecoderConfig(sibling.folder)).values()];
      const count = shapes.reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0);
      if (count > parameters) larger.push({ name: sibling.name, parameters: count });
    }
    const value: ModelCosts = {
      model: base.name,
      publishedName: study.models[model]!.standsFor ?? base.name,
      family: decoder.config.modelType,
      parameters,
      fileBytes: modelSource(base.folder).weightFiles.reduce((sum, file) => sum + fs.statSync(file).size, 0),
      memoryBytes,
      firstTokenMs: [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)]!,
      tokensPerSecond: run.tokens / run.seconds,
      largerSibling: larger.sort((a, b) => a.parameters - b.parameters)[0]?.name ?? null,
    };
    decoder.dispose();
    return value;
  },
});
