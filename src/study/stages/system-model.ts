// A system's model: what it is made of, what stands for its weights in stage keys, and how it is opened to answer.
import * as path from "node:path";
import { AdaptedDecoder, LoraAdapter, merged } from "../../adapters/lora";
import { readAdapter } from "../../adapters/peft-files";
import type { Decoder } from "../../models/decoder";
import { loadDecoder } from "../../models/load";
import { type ChatTokenizer, loadTokenizer } from "../../prompts/tokenizer";
import type { TrainingRun } from "../../results/training";
import type { Finished, Job } from "../define-stage";
import type { Artifact } from "../stage";
import { recipeOf } from "../systems";
import type { BaseModel } from "./base-model";
import type { StudyContext } from "./context";

/** The base model, and the training where there is one. */
export type ModelJobs = {
  base: Job<BaseModel>;
  trained: Job<Artifact<TrainingRun>> | undefined;
};
export type SystemModel = Finished<ModelJobs>;

/** Of the base model's files, or the key of the training run. */
export const modelHash = ({ base, trained }: SystemModel): string => trained?.key ?? base.hash;

/** The decoder of a system as it answers: the base, the base with its adapter, or the trained weights. */
export async function openModel(
  study: StudyContext,
  { base, trained }: SystemModel,
): Promise<{ decoder: Decoder; tokenizer: ChatTokenizer }> {
  const tokenizer = await loadTokenizer(base.folder);
  const frozen = study.frozenWeights;
  if (!trained) return { decoder: loadDecoder(base.folder, { frozen }), tokenizer };
  const { tune } = recipeOf(study, trained.value.system);
  const decoder =
    tune === "full"
      ? loadDecoder(path.join(trained.directory, "model"), { frozen })
      : adaptedDecoder(base.folder, path.join(trained.directory, "adapter"), frozen);
  return { decoder, tokenizer };
}

/**
 * A base model with a stored adapter: merged into its weights, which is faster to generate with, or beside them where they
 * stay bfloat16, since a merged bfloat16 weight would round the adapter away (peft's issue 1388) and fp32 would not fit.
 */
function adaptedDecoder(base: string, folder: string, frozen: StudyContext["frozenWeights"]): Decoder {
  const plain = loadDecoder(base, { frozen });
  const { config, weights } = readAdapter(folder);
  const adapter = LoraAdapter.fromWeights(config, weights);
  if (frozen === "bfloat16") return new AdaptedDecoder(plain, adapter);
  const decoder = merged(plain, adapter);
  plain.dispose();
  adapter.dispose();
  return decoder;
}
