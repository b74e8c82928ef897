// Stage "model-…": a model made out of another of the study's: with fewer tokens, fewer layers, or another chat template.
import * as fs from "node:fs";
import * as path from "node:path";
import { progress } from "../../base/progress";
import { readDecoderConfig } from "../../models/config";
import { loadDecoder } from "../../models/load";
import { encodeItem } from "../../prompts/example";
import { loadTokenizer } from "../../prompts/tokenizer";
import { copyTokenizer } from "../../prompts/tokenizer-files";
import { chooseLayers, type LayerChoice, measurements } from "../../reduction/choose-layers";
import { writeReduced } from "../../reduction/reduced";
import { trimmed } from "../../reduction/trimmed";
import { defineStage, type Job } from "../define-stage";
import { ROOT } from "../stage";
import { StudyError } from "../study-error";
import type { StudyContext } from "./context";
import { corpusStage, itemsOf } from "./corpus";
import { type ModelFolder, rememberMade } from "./model-folder";

export interface MadeModel {
  /** Tokens of the vocabulary before and after. */
  tokens: [before: number, after: number];
  /** Which layers stayed, and what leaving the others out cost. */
  layers?: LayerChoice;
}

/** Makes the model of a key out of another. Throws StudyError where the chat template is not there. */
export const madeModel = defineStage({
  name: (_, { key }: { key: string; original: Job<ModelFolder> }) => `model-${key}`,
  jobName: (_, { key }) => `make-${key}`,
  version: 1,
  needs: (study, { key, original }) => {
    const { vocabulary, layers } = study.models[key]!;
    return { original, corpus: vocabulary || layers ? corpusStage.job(study) : undefined };
  },
  key: (study, { original, corpus }, { key }) => {
    const { vocabulary, layers } = study.models[key]!;
    return {
      original: original.hash,
      template: templateOf(study, key),
      vocabulary,
      layers,
      corpus: corpus?.value.hash,
    };
  },
  run: async ({ study, needs: { original, corpus }, directory }, { key }): Promise<MadeModel> => {
    const { vocabulary, layers } = study.models[key]!;
    const folder = path.join(directory, "model");
    copyTokenizer(original.folder, folder, templateOf(study, key));
    const tokenizer = await loadTokenizer(folder);
    const encoded = (count?: number) =>
      (corpus ? itemsOf(corpus, "train", "validation").slice(0, count) : [])
        .map((item) => encodeItem(tokenizer, item))
        .map(({ promptIds, targetIds }) => [...promptIds, ...targetIds]);
    const choice = layers && (await chosen(original.folder, layers.keep, encoded(layers.texts), key));
    if (vocabulary) trimmed(original.folder, folder, encoded(), vocabulary.share);
    else writeReduced(original.folder, folder, { layers: choice?.kept });
    const [before, after] = [original.folder, folder].map((place) => readDecoderConfig(place).vocabSize);
    return { tokens: [before!, after!], ...(choice && { layers: choice }) };
  },
  found: (directory, study, { key }) => rememberMade(study.name, key, path.join(directory, "model")),
});

function templateOf({ models }: StudyContext, key: string): string | undefined {
  const file = models[key]!.chatTemplate;
  if (file === undefined) return undefined;
  const place = path.resolve(ROOT, file);
  if (!fs.existsSync(place))
    throw new StudyError(
      `models.${key}.chatTemplate: expected a file with a Jinja template, found no ${file}.`,
    );
  return fs.readFileSync(place, "utf8");
}

async function chosen(
  folder: string,
  keep: number,
  texts: readonly (readonly number[])[],
  label: string,
): Promise<LayerChoice> {
  const decoder = loadDecoder(folder);
  const bar = progress(`layers of ${label}`, measurements(decoder.config.numHiddenLayers, keep));
  try {
    return chooseLayers(decoder, texts, keep, (done) => bar.update(done));
  } finally {
    bar.finish();
    decoder.dispose();
  }
}
