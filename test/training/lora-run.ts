// A LoRA run on a small Gemma-2, for tests. As a program: 40 steps in DIRECTORY, each step printed, until a signal comes.
// Run: node --require tsx/cjs lora-run.ts DIRECTORY
import * as path from "node:path";
import { ALL_PROJECTIONS, LoraAdapter } from "../../src/adapters/lora";
import { Random } from "../../src/base/random";
import { loadDecoder } from "../../src/models/load";
import type { Example } from "../../src/prompts/example";
import { AdamW } from "../../src/training/adamw";
import { crossEntropyStep, epochBatches } from "../../src/training/finetune";
import { train } from "../../src/training/loop";

const GEMMA = path.join(__dirname, "../fixtures/oracles/models/gemma2");

const random = new Random(6);
const ids = (length: number) => Array.from({ length }, () => random.integer(3, 255));
export const examples: Example[] = Array.from({ length: 10 }, (_, i) => ({
  id: `item-${i}`,
  promptIds: [2, ...ids(random.integer(2, 9))],
  targetIds: [...ids(random.integer(1, 9)), 1],
}));

/** A LoRA run from the same start every time. */
export function lora() {
  const decoder = loadDecoder(GEMMA);
  const config = {
    rank: 4,
    alpha: 8,
    targetModules: ALL_PROJECTIONS,
    rsLora: false,
    dora: false,
    rankPattern: {},
    alphaPattern: {},
    baseModel: "gemma2",
  };
  const adapter = LoraAdapter.create(decoder, config, 1);
  decoder.adapter = adapter.layers;
  const optimizer = new AdamW(adapter.names, adapter.parameters, { weightDecay: 0.01 });
  return {
    decoder,
    trainingState: { names: adapter.names, parameters: adapter.parameters, optimizer },
    dispose() {
      optimizer.dispose();
      adapter.dispose();
      decoder.dispose();
    },
  };
}

async function main(directory: string): Promise<void> {
  const { decoder, trainingState } = lora();
  const batches = epochBatches(examples, { seed: 1, batchSize: 2 });
  await train(trainingState, {
    label: "run",
    directory,
    settings: "s",
    schedule: { peak: 0.01, warmupSteps: 2, totalSteps: 40, decay: "linear" },
    maxGradientNorm: 1,
    batch: (step) => crossEntropyStep(decoder, batches(step), 0),
    onStep: ({ step }) => console.log(`step ${step}`),
  });
}

if (require.main === module) {
  main(process.argv[2]!).catch((error: Error) => {
    console.error(error.message);
    process.exit(1);
  });
}
