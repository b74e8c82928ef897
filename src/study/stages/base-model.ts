// Where a study's model lies: a folder, the hub's cache, or what is made at the first call: a thumbnail, a model from another.
import * as path from "node:path";
import { readDecoderConfig } from "../../models/config";
import { saveDecoder } from "../../models/load";
import { loadTokenizer } from "../../prompts/tokenizer";
import { copyTokenizer, tokenizerFilesOf } from "../../prompts/tokenizer-files";
import { randomDecoder } from "../../training/pretrain";
import type { ModelSource } from "../file/definition";
import { modelName } from "../file/load";
import { type Artifact, hashFiles, ROOT, stage } from "../stage";
import { StudyError } from "../study-error";
import type { StudyContext } from "./context";
import { madeModel } from "./made-model";
import { hubModel, localFolder, type ModelFolder } from "./model-folder";

export interface BaseModel extends ModelFolder {
  /** As tables call it. */
  name: string;
}

/**
 * The files of one of the study's models, by its key: a hub model's are downloaded, a thumbnail's and those made from another made. Throws StudyError for a
 * key that the study has not, an Error where a folder has no config.json, HubError when the download fails.
 */
export async function baseModel(context: StudyContext, key: string): Promise<BaseModel> {
  const source = Object.hasOwn(context.models, key) ? context.models[key] : undefined;
  if (!source) {
    throw new StudyError(`There is no model "${key}". Known: ${Object.keys(context.models).join(", ")}.`);
  }
  const name = modelName(context, key);
  if (source.from !== undefined)
    return { name, ...(await madeModel(context, key, await baseModel(context, source.from))) };
  if (source.hub !== undefined) return { name, ...(await hubModel(context.name, source)) };
  if (source.thumbnail === undefined) return { name, ...localFolder(path.resolve(ROOT, source.folder!)) };
  const { directory } = await thumbnail(context, source);
  return { name, ...localFolder(path.join(directory, "model")) };
}

/** The study's encoder of BERTScore and search. */
export const encoderFiles = (context: StudyContext): Promise<BaseModel> =>
  baseModel(context, context.encoder.model);

/** A model with random weights of a folder's architecture and tokenizer, two layers deep. */
function thumbnail(
  context: StudyContext,
  { thumbnail: of, width }: ModelSource,
): Promise<Artifact<{ parameters: number }>> {
  const original = path.resolve(ROOT, of!);
  const config = readDecoderConfig(original);
  const tokenizerFiles = tokenizerFilesOf(original).map((name) => path.join(original, name));
  const inputs = { config, width, tokenizer: hashFiles(tokenizerFiles) };
  return stage(context, `thumbnail-${path.basename(original)}`, 1, inputs, async (directory) => {
    const folder = path.join(directory, "model");
    copyTokenizer(original, folder);
    const tokenizer = await loadTokenizer(folder);
    const decoder = randomDecoder(
      {
        ...config,
        hiddenSize: width!,
        intermediateSize: 2 * width!,
        numHiddenLayers: 2,
        headDim: 8,
        attentionScale: 8 ** -0.5,
        embeddingScale: config.embeddingScale === 1 ? 1 : Math.sqrt(width!),
        slidingLayers: config.slidingLayers.slice(0, 2),
        vocabSize: tokenizer.vocabSize,
        bosTokenId: tokenizer.bosId,
        eosTokenIds: [...tokenizer.stopIds],
        padTokenId: tokenizer.padId,
      },
      1,
    );
    saveDecoder(folder, decoder, "BF16");
    const { parameters } = decoder;
    decoder.dispose();
    return { parameters };
  });
}
