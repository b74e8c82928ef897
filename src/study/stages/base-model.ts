// Where a study's model lies: a folder, the hub's cache, or what is made at the first call: a thumbnail, a model from another.
import * as path from "node:path";
import { readDecoderConfig } from "../../models/config";
import type { RopeScaling } from "../../models/config-rope";
import { saveDecoder } from "../../models/load";
import { loadTokenizer } from "../../prompts/tokenizer";
import { copyTokenizer, tokenizerFilesOf } from "../../prompts/tokenizer-files";
import { randomDecoder } from "../../training/pretrain";
import { type Defined, defineJob, defineStage } from "../define-stage";
import type { ModelSource } from "../file/definition";
import { modelName } from "../file/load";
import { hashFiles, ROOT } from "../stage";
import { StudyError } from "../study-error";
import type { StudyContext } from "./context";
import { madeModel } from "./made-model";
import { hubModel, localFolder, type ModelFolder } from "./model-folder";

export interface BaseModel extends ModelFolder {
  /** As tables call it. */
  name: string;
}

/**
 * The files of one of the study's models, by its key: a hub model's are downloaded, a thumbnail's and those made from another
 * made. Throws StudyError for a key that the study has not, an Error where a folder has no config.json, HubError when the
 * download fails.
 */
export const baseModel: Defined<string, BaseModel> = defineJob({
  name: (_, key: string) => `model-${key}`,
  needs: (study, key) => {
    const from = study.models[key]?.from;
    return {
      made:
        from === undefined ? undefined : madeModel.job(study, { key, original: baseModel.job(study, from) }),
    };
  },
  make: async (study, { made }, key): Promise<BaseModel> => {
    const source = Object.hasOwn(study.models, key) ? study.models[key] : undefined;
    if (!source) {
      throw new StudyError(`There is no model "${key}". Known: ${Object.keys(study.models).join(", ")}.`);
    }
    const name = modelName(study, key);
    if (made) return { name, ...localFolder(path.join(made.directory, "model")) };
    if (source.hub !== undefined) return { name, ...(await hubModel(study.name, source)) };
    if (source.thumbnail === undefined) return { name, ...localFolder(path.resolve(ROOT, source.folder!)) };
    const { directory } = await thumbnail(study, source as ThumbnailSource);
    return { name, ...localFolder(path.join(directory, "model")) };
  },
});

/** The study's encoder of BERTScore and search. */
export const encoderOf = (study: StudyContext) => baseModel.job(study, study.encoder.model);

type ThumbnailSource = ModelSource & { thumbnail: string; width: number };

/** Width of a thumbnail's heads. */
const HEAD_DIM = 8;

/** A thumbnail's scaling of rotary embedding: of factors a plane every so many-th. */
function narrower(scaling: RopeScaling): RopeScaling {
  if (!("factors" in scaling)) return scaling;
  const { length } = scaling.factors;
  const planes = HEAD_DIM / 2;
  return {
    factors: Array.from({ length: planes }, (_, i) => scaling.factors[Math.floor((i * length) / planes)]!),
  };
}

/** A model with random weights of a folder's architecture and tokenizer, two layers deep. */
const thumbnail = defineStage({
  name: (_, { thumbnail: of }: ThumbnailSource) => `thumbnail-${path.basename(path.resolve(ROOT, of))}`,
  version: 1,
  needs: () => ({}),
  key: (_, __, { thumbnail: of, width }) => {
    const original = path.resolve(ROOT, of);
    return { config: readDecoderConfig(original), width, tokenizer: hashFiles(tokenizerFilesOf(original)) };
  },
  run: async ({ directory }, { thumbnail: of, width }) => {
    const original = path.resolve(ROOT, of);
    const config = readDecoderConfig(original);
    const folder = path.join(directory, "model");
    copyTokenizer(original, folder);
    const tokenizer = await loadTokenizer(folder);
    const decoder = randomDecoder(
      {
        ...config,
        hiddenSize: width,
        intermediateSize: 2 * width,
        numHiddenLayers: 2,
        headDim: HEAD_DIM,
        ropeScaling: config.ropeScaling && narrower(config.ropeScaling),
        attentionScale: HEAD_DIM ** -0.5,
        embeddingScale: config.embeddingScale === 1 ? 1 : Math.sqrt(width),
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
  },
});
