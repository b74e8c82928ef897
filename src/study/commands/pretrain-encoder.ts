// Pre-trains the tiny encoder of BERTScore and search. Run: npm run cli -- pretrain:encoder [--steps N]
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Command } from "commander";
import { writeFileAtomic } from "../../base/atomic-write";
import { studyCorpus } from "../../corpus/corpus";
import type { EncoderConfig } from "../../models/encoder-config";
import { writeEncoder } from "../../models/encoder-write";
import { openTokenizerFolder } from "../../prompts/tokenizer-folder";
import { removeCheckpoint, train } from "../../training/loop";
import { type MaskedLmSettings, maskedLmState, maskedLmStep, randomEncoder } from "../../training/masked-lm";
import { ROOT } from "../stage";

const FOLDER = path.join(ROOT, "data/models/encoder");
const SETTINGS: MaskedLmSettings = {
  seed: 1,
  steps: 1500,
  batchSize: 32,
  learningRate: 3e-3,
  muonLearningRate: 0.02,
  warmupSteps: 50,
};

async function pretrainEncoder(settings: MaskedLmSettings): Promise<void> {
  const { full, controls, spelling } = await openTokenizerFolder(FOLDER);
  const idOf = (token: string) => {
    const id = controls.get(token);
    if (id === undefined) throw new Error(`${FOLDER}: the tokenizer has no ${token}.`);
    return id;
  };
  const vocabulary = {
    encode: (text: string) => [...full.encode(text)],
    maskId: idOf("[MASK]"),
    padId: idOf("[PAD]"),
    special: new Set(["[CLS]", "[SEP]", "[PAD]"].map(idOf)),
  };
  const config: EncoderConfig = {
    modelType: "bert",
    vocabSize: spelling.spellings.length,
    hiddenSize: 64,
    intermediateSize: 192,
    numHiddenLayers: 2,
    numAttentionHeads: 4,
    maxPositionEmbeddings: 512,
    typeVocabSize: 2,
    layerNormEps: 1e-12,
    padTokenId: vocabulary.padId,
    positionsFollowPadding: false,
  };
  const banned = new Set(studyCorpus().flatMap((item) => [item.document, item.summary]));
  const weights = randomEncoder(config, settings.seed);
  const trainingState = maskedLmState(weights, settings);
  const directory = path.join(ROOT, "data/runs/pretrain/encoder");
  const records = await train(trainingState, {
    label: "pre-train encoder",
    directory,
    settings: createHash("sha256")
      .update(JSON.stringify([config, settings]))
      .digest("hex"),
    schedule: {
      peak: settings.learningRate,
      warmupSteps: settings.warmupSteps,
      totalSteps: settings.steps,
      decay: "late-linear",
    },
    batch: (step) => maskedLmStep(config, weights, vocabulary, settings, step, banned),
    maxGradientNorm: 1,
  });
  writeEncoder(FOLDER, config, (name) => weights.get(name)!.dataSync() as Float32Array);
  writeFileAtomic(path.join(FOLDER, "pretraining.jsonl"), fs.readFileSync(path.join(directory, "log.jsonl")));
  const last = records.slice(-50);
  const parameters = [...weights.values()].reduce((sum, w) => sum + w.size, 0);
  writeFileAtomic(
    path.join(FOLDER, "README.md"),
    `---
language: ko
license: mit
tags: [synthetic, tiny, bert]
---

# encoder: a tiny BERT for BERTScore on the profile \`tiny\`

Shows the pipeline; its scores say how much wording two texts share, not what they mean.

| | |
|---|---|
| architecture | BERT, hidden ${config.hiddenSize}, ${config.numHiddenLayers} layers, ${config.numAttentionHeads} heads, vocabulary ${config.vocabSize} |
| parameters | ${parameters.toLocaleString("en-US")}, fp32 |
| data | generated Korean paragraphs and plain sentences (src/corpus/pretraining.ts), no summary |
| steps | ${settings.steps} of ${settings.batchSize} texts, Muon ${settings.muonLearningRate} for matrices, AdamW ${settings.learningRate} for the rest |
| loss | ${(last.reduce((sum, r) => sum + r.loss, 0) / last.length).toFixed(3)} on masked tokens (mean of the last 50 steps) |
| time | ${(records[records.length - 1]!.seconds / 60).toFixed(1)} min on ${os.cpus().length} shared cores, Node ${process.versions.node} |
| seed | ${settings.seed} |
| made by | \`npm run cli -- pretrain:encoder\`; steps in pretraining.jsonl |
`,
  );
  removeCheckpoint(directory);
}

export const define = (command: Command): Command =>
  command
    .option("--steps <n>", "train fewer or more steps", Number)
    .action(({ steps }: { steps?: number }) =>
      pretrainEncoder({ ...SETTINGS, steps: steps ?? SETTINGS.steps }),
    );
