// Stage "base-model": where a base model's files are; for the smoke profile they are made, with random weights.
import * as path from "node:path";
import { saveDecoder } from "../../models/load";
import { loadTokenizer } from "../../prompts/tokenizer";
import { copyTokenizer, tokenizerFilesOf } from "../../prompts/tokenizer-files";
import { randomDecoder } from "../../training/pretrain";
import { BASE_MODELS } from "../base-models";
import { type Artifact, hashFiles, ROOT, stage } from "../stage";
import type { StudyContext } from "./context";
import { localFolder, type ModelFolder, modelFolder } from "./model-folder";

export type BaseModel = ModelFolder;

/** The folder of a base model (data/models, the hub's cache, or a thumbnail's) and the hash of its files. */
export async function baseModel(context: StudyContext, name: string): Promise<BaseModel> {
  if (context.profile.name !== "smoke") return modelFolder(context.profile.name, name);
  const { directory } = await thumbnail(name, path.join(ROOT, "data/models", name));
  return localFolder(path.join(directory, "model"));
}

/**
 * A model of the family with random weights on the committed tokenizer, 16 wide; the teacher 24, so that the student has
 * a larger sibling.
 */
function thumbnail(name: string, committed: string): Promise<Artifact<{ parameters: number }>> {
  const recipe = BASE_MODELS.find((model) => model.folder === name);
  if (!recipe) throw new Error(`The smoke profile has no thumbnail of "${name}".`);
  const width = name.endsWith("teacher") ? 24 : 16;
  const tokenizerFiles = tokenizerFilesOf(committed).map((name) => path.join(committed, name));
  return stage(
    "smoke",
    `thumbnail-${name}`,
    1,
    { recipe: recipe.config, width, tokenizer: hashFiles(tokenizerFiles) },
    async (directory) => {
      const folder = path.join(directory, "model");
      copyTokenizer(committed, folder);
      const tokenizer = await loadTokenizer(folder);
      const decoder = randomDecoder(
        {
          ...recipe.config,
          hiddenSize: width,
          intermediateSize: 2 * width,
          numHiddenLayers: 2,
          headDim: 8,
          attentionScale: 8 ** -0.5,
          embeddingScale: recipe.config.embeddingScale === 1 ? 1 : Math.sqrt(width),
          slidingLayers: recipe.config.slidingLayers.slice(0, 2),
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
  );
}
