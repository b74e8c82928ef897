// What the tests of this folder start as a process of its own: `stages NAME…` runs stages of the crash test's small study;
// `train` trains until it is stopped; `memory` asks the engine for more memory than there is;
// `download NAME` brings a model from the hub; `full-disk` runs the small study's stages on a disk that is full at each of them.
import * as fs from "node:fs";
import * as path from "node:path";
import { ALL_PROJECTIONS, LoraAdapter } from "../../src/adapters/lora";
import { tf } from "../../src/engine/tf";
import { loadDecoder } from "../../src/models/load";
import { exportSystem } from "../../src/study/export-system";
import { loadStudy } from "../../src/study/file/load";
import { RUNS } from "../../src/study/stage";
import { baseModel } from "../../src/study/stages/base-model";
import { CRASH_CONTEXT, CRASH_STAGES, orderOf } from "../../src/tools/crash-test/stages";
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
  const trainingState = {
    names: adapter.names,
    parameters: adapter.parameters,
    optimizer: new AdamW(adapter.names, adapter.parameters),
  };
  await train(trainingState, {
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

/** What each stage makes below the folder of runs, and how much room it finds before it is made anew. */
const FULL: Record<string, { made: RegExp; leave: number }> = {
  // The last first: a report shows how long the stages before it took, and these take another time when made anew.
  export: { made: /^exported$/, leave: 100_000 },
  report: { made: /^smoke\/reports$/, leave: 100_000 },
  results: { made: /^smoke\/(results\.json|samples\.jsonl)$/, leave: 8_000 },
  scores: { made: /^smoke\/scores-/, leave: 12_000 },
  "summaries-distilled": { made: /^smoke\/summaries-distilled-/, leave: 12_000 },
  "train-distilled": { made: /^smoke\/train-distilled-/, leave: 40_000 },
  "teacher-logits": { made: /^smoke\/teacher-logits-/, leave: 20_000 },
  "train-lora-teacher": { made: /^smoke\/train-lora-teacher-/, leave: 60_000 },
};

/** Takes all room that is left where the runs are but so many bytes, as another program may. Returns its file. */
function fillDisk(leave: number): string {
  const file = path.join(path.dirname(RUNS), "others");
  const { bavail, bsize } = fs.statfsSync(path.dirname(RUNS));
  fs.writeFileSync(file, Buffer.alloc(Math.max(0, bavail * bsize - leave)));
  return file;
}

/** All stages once, their files kept in `reference`; then each again on a full disk, and after that with room. Prints what each said. */
async function onFullDisk(reference: string): Promise<void> {
  const stages: Record<string, () => Promise<unknown>> = {
    ...CRASH_STAGES,
    export: () =>
      exportSystem(CRASH_CONTEXT, "distilled", ["onnx", "gguf"], "F16", path.join(RUNS, "exported")),
  };
  for (const name of [...orderOf(Object.keys(FULL)), "export"]) await stages[name]!();
  fs.cpSync(RUNS, reference, { recursive: true });
  for (const [name, { made, leave }] of Object.entries(FULL)) {
    const entries = (fs.readdirSync(RUNS, { recursive: true }) as string[]).filter((entry) =>
      made.test(entry),
    );
    for (const entry of entries) fs.rmSync(path.join(RUNS, entry), { recursive: true, force: true });
    const others = fillDisk(leave);
    const refused = await stages[name]!().then(
      () => "",
      (error: Error) => `${error.name}: ${error.message}`,
    );
    const left = (fs.readdirSync(RUNS, { recursive: true }) as string[]).filter((file) =>
      /\.(tmp|lock|old)$/.test(file),
    );
    fs.rmSync(others);
    await stages[name]!();
    console.log(JSON.stringify({ name, entries: entries.length, refused, left }));
  }
}

async function run([what, ...names]: string[]): Promise<void> {
  if (what === "train") await trainForEver();
  else if (what === "memory") {
    const column = tf.ones([300_000, 1]);
    console.log(tf.matMul(column, column, false, true).shape);
  } else if (what === "full-disk") await onFullDisk(names[0]!);
  else if (what === "download") {
    const study = { ...loadStudy("paper"), models: { one: { hub: names[0]! } }, seed: 0 };
    console.log(await baseModel(study, "one"));
  } else for (const name of names) await CRASH_STAGES[name]!();
  console.log("done");
}

run(process.argv.slice(2)).catch((error: Error) => {
  console.error(`${error.name}: ${error.message}`);
  process.exit(1);
});
