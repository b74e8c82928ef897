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
import { type Artifact, ROOT, stage } from "../stage";
import { StudyError } from "../study-error";
import type { StudyContext } from "./context";
import { corpusStage, itemsOf } from "./corpus";
import { localFolder, type ModelFolder, rememberMade } from "./model-folder";

export interface MadeModel {
  /** Tokens of the vocabulary before and after. */
  tokens: [before: number, after: number];
  /** Which layers stayed, and what leaving the others out cost. */
  layers?: LayerChoice;
}

/** Makes the model of that key out of `original`, or finds it made. Throws StudyError where the chat template is not there. */
export async function madeModel(
  context: StudyContext,
  key: string,
  original: ModelFolder,
): Promise<ModelFolder> {
  const { directory } = await madeModelStage(context, key, original);
  const folder = path.join(directory, "model");
  rememberMade(context.name, key, folder);
  return localFolder(folder);
}

/** The stage itself, with what it found. */
export async function madeModelStage(
  context: StudyContext,
  key: string,
  original: ModelFolder,
): Promise<Artifact<MadeModel>> {
  const { vocabulary, layers, chatTemplate } = context.models[key]!;
  const template = chatTemplate === undefined ? undefined : templateText(key, chatTemplate);
  const corpus = vocabulary || layers ? await corpusStage(context) : undefined;
  const inputs = { original: original.hash, template, vocabulary, layers, corpus: corpus?.value.hash };
  return stage(context, `model-${key}`, 1, inputs, async (directory) => {
    const folder = path.join(directory, "model");
    copyTokenizer(original.folder, folder, template);
    const tokenizer = await loadTokenizer(folder);
    const encoded = (count?: number) =>
      (corpus ? itemsOf(corpus, "train", "validation").slice(0, count) : [])
        .map((item) => encodeItem(tokenizer, item))
        .map(({ promptIds, targetIds }) => [...promptIds, ...targetIds]);
    const choice = layers && (await chosen(original.folder, layers.keep, encoded(layers.texts), key));
    if (vocabulary) trimmed(original.folder, folder, encoded(), vocabulary.share);
    else writeReduced(original.folder, folder, { layers: choice?.kept });
    const [before, after] = [original.folder, folder].map((place) => readDecoderConfig(place).vocabSize);
    return { tokens: [before!, after!] as [number, number], ...(choice && { layers: choice }) };
  });
}

function templateText(key: string, file: string): string {
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
