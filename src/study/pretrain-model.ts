// Pre-training of one tiny base model: from its recipe and tokenizer to a folder that loads anywhere, with a model card.
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { writeFileAtomic } from "../base/atomic-write";
import { studyCorpus } from "../corpus/corpus";
import { tf } from "../engine/tf";
import type { DecoderConfig } from "../models/config";
import { saveDecoder } from "../models/load";
import { loadTokenizer } from "../prompts/tokenizer";
import { removeCheckpoint, train } from "../training/loop";
import { pretrainBatches, pretrainingState, pretrainStep, randomDecoder } from "../training/pretrain";
import type { StepRecord } from "../training/run-log";
import type { BaseModelRecipe } from "./base-models";

/**
 * Pre-trains a base model on the tokenizer that lies in `folder` and writes weights, configuration, model card and the
 * steps' log beside it. `directory` holds log and checkpoint; an interrupted run goes on from there.
 */
export async function pretrainModel(
  recipe: BaseModelRecipe,
  folder: string,
  directory: string,
  checkpointSeconds?: number,
): Promise<void> {
  const tokenizer = await loadTokenizer(folder);
  const config: DecoderConfig = {
    ...recipe.config,
    vocabSize: tokenizer.vocabSize,
    bosTokenId: tokenizer.bosId,
    eosTokenIds: [...tokenizer.stopIds],
    padTokenId: tokenizer.padId,
  };
  const { settings } = recipe;
  const banned = new Set(studyCorpus().flatMap((item) => [item.document, item.summary]));
  const decoder = randomDecoder(config, settings.seed);
  const trainingState = pretrainingState(decoder, settings);
  const batches = pretrainBatches(tokenizer, banned, settings);
  const key = createHash("sha256")
    .update(JSON.stringify([config, settings, tokenizer.hash]))
    .digest("hex");
  const records = await train(trainingState, {
    label: `pre-train ${recipe.folder}`,
    directory,
    settings: key,
    schedule: {
      peak: settings.learningRate,
      warmupSteps: settings.warmupSteps,
      totalSteps: settings.steps,
      decay: "late-linear",
    },
    batch: (step) => pretrainStep(decoder, tokenizer, batches(step), settings.seed),
    maxGradientNorm: 1,
    checkpointSeconds,
  });
  saveDecoder(folder, decoder, "BF16");
  writeFileAtomic(
    path.join(folder, "README.md"),
    modelCard(recipe, decoder.config, records, decoder.parameters),
  );
  writeFileAtomic(path.join(folder, "pretraining.jsonl"), fs.readFileSync(path.join(directory, "log.jsonl")));
  removeCheckpoint(directory);
  trainingState.optimizer.dispose();
  decoder.dispose();
}

function modelCard(
  recipe: BaseModelRecipe,
  config: DecoderConfig,
  records: StepRecord[],
  parameters: number,
): string {
  const { settings } = recipe;
  const last = records.slice(-50);
  const mean = (name: string) => last.reduce((sum, r) => sum + r[name]!, 0) / last.length;
  const tokens = records.reduce((sum, r) => sum + r.textTokens!, 0);
  const seconds = records[records.length - 1]!.seconds;
  return `---
language: ko
license: mit
tags: [synthetic, tiny, ${config.modelType}]
---

# ${recipe.folder}: a tiny ${config.modelType} base model

Takes the place of ${recipe.standsFor} on the profile \`tiny\`. It is not that model and was not made from it:
random weights, pre-trained by this repository alone.

| | |
|---|---|
| architecture | ${config.modelType}, hidden ${config.hiddenSize}, ${config.numHiddenLayers} layers, ${config.numAttentionHeads} heads, ${config.numKeyValueHeads} key-value heads of ${config.headDim}, feed-forward ${config.intermediateSize}, vocabulary ${config.vocabSize} |
| parameters | ${parameters.toLocaleString("en-US")}, stored as bf16 |
| data | generated Korean conversations on synthetic paragraphs (src/corpus/pretraining.ts); no summary, and no paragraph of the study's splits |
| steps | ${settings.steps} of ${settings.batchSize} conversations, ${(tokens / 1e6).toFixed(2)} M tokens |
| optimizer | Muon ${settings.muonLearningRate} for matrices, AdamW ${settings.learningRate} for the rest, rates falling to 0 over the second half |
| loss | ${mean("loss").toFixed(3)} over all scored tokens, ${mean("answerLoss").toFixed(3)} on answers (mean of the last 50 steps) |
| time | ${(seconds / 60).toFixed(1)} min on ${os.cpus().length} shared cores (${os.cpus()[0]?.model.trim()}), TensorFlow ${(tf.backend() as unknown as { binding: { TF_Version: string } }).binding.TF_Version}, Node ${process.versions.node} |
| seed | ${settings.seed} |
| made by | \`npm run cli -- pretrain ${recipe.folder}\`; steps in pretraining.jsonl |

Intended for the study and its tests only. It knows some dozen kinds of short generated paragraphs and nothing else.
`;
}
