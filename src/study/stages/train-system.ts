// The trained systems: which stage trains each, and the decoder that answers for it.
import * as path from "node:path";
import type { Decoder } from "../../models/decoder";
import { loadDecoder } from "../../models/load";
import { type ChatTokenizer, loadTokenizer } from "../../prompts/tokenizer";
import type { SystemId } from "../../results/system-id";
import type { TrainingRun } from "../../results/training";
import type { Artifact } from "../stage";
import { baseModel } from "./base-model";
import type { StudyContext } from "./context";
import { type FullSystem, trainFull } from "./train-full";
import { type LoraSystem, loraDecoder, trainLora } from "./train-lora";

const isLora = (system: SystemId): system is LoraSystem => system.startsWith("lora-");

/** Trains a system, or finds it trained. */
export function trainSystem(
  context: StudyContext,
  system: LoraSystem | FullSystem,
): Promise<Artifact<TrainingRun>> {
  return isLora(system) ? trainLora(context, system) : trainFull(context, system);
}

/** The decoder of a system as it answers: the base, the base with its adapter, or the trained weights. */
export async function systemDecoder(
  context: StudyContext,
  system: SystemId,
): Promise<{ decoder: Decoder; tokenizer: ChatTokenizer }> {
  if (isLora(system)) return loraDecoder(context, system);
  const base = await baseModel(context, context.profile.student);
  const folder =
    system === "untuned" ? base.folder : path.join((await trainFull(context, system)).directory, "model");
  const decoder = loadDecoder(folder, { frozen: context.profile.frozenWeights });
  return { decoder, tokenizer: await loadTokenizer(base.folder) };
}
