// What the tests of this folder start as a process of its own: `stages NAME…` runs stages of the crash test's small study;
// `train` trains until it is stopped; `memory` asks the engine for more memory than there is;
// `download NAME` brings a model from the hub.
import * as path from "node:path";
import { ALL_PROJECTIONS, LoraAdapter } from "../../src/adapters/lora";
import { tf } from "../../src/engine/tf";
import { loadDecoder } from "../../src/models/load";
import { CRASH_STAGES, type CrashStage } from "../../src/study/crash-test/stages";
import { RUNS } from "../../src/study/stage";
import { modelFolder } from "../../src/study/stages/model-folder";
import { AdamW } from "../../src/training/adamw";
import { crossEntropyStep } from "../../src/training/finetune";
import { train } from "../../src/training/loop";

async function trainForEver(): Promise<void> {
  const decoder = loadDecoder(path.join(__dirname, "../fixtures/oracles/models/gemma2"));
  const config = {
    ...{ rank: 4, alpha: 8, targetModules: ALL_PROJECTIONS, rsLora: false, dora: false },
    ...{ rankPattern: {}, alphaPattern: {}, baseModel: "gemma2" },
  };
  const adapter = LoraAdapter.create(decoder, config, 1);
  decoder.adapter = adapter.layers;
  const trainee = {
    names: adapter.names,
    parameters: adapter.parameters,
    optimizer: new AdamW(adapter.names, adapter.parameters),
  };
  await train(trainee, {
    label: "endless",
    directory: path.join(RUNS, "endless"),
    settings: "s",
    schedule: { peak: 0.001, warmupSteps: 0, totalSteps: 1_000_000, decay: "linear" },
    maxGradientNorm: 1,
    batch: () => crossEntropyStep(decoder, [{ id: "a", promptIds: [2, 5, 6], targetIds: [7, 8, 1] }], 0),
    onStep: ({ step }) => {
      if (step === 5) console.log("under way");
    },
  });
}

async function run([what, ...names]: string[]): Promise<void> {
  if (what === "train") await trainForEver();
  else if (what === "memory") {
    const column = tf.ones([300_000, 1]);
    console.log(tf.matMul(column, column, false, true).shape);
  } else if (what === "download") console.log(await modelFolder("paper", names[0]!));
  else for (const name of names) await CRASH_STAGES[name as CrashStage]();
  console.log("done");
}

run(process.argv.slice(2)).catch((error: Error) => {
  console.error(`${error.name}: ${error.message}`);
  process.exit(1);
});
