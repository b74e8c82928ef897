// Row "train-real": training steps of real models of 135 and 270 million parameters, against torch, transformers and peft.
import { realModel } from "../real-model";
import type { Case, Row } from "../row";
import { randomIds } from "../steps";
import { prepareTraining, type TrainingSpec, teacherLogits } from "./train-tiny";

const SIZES = [
  [2, 256],
  [4, 512],
] as const;

/** The model is its own teacher: what a step costs does not depend on whose logits the cache holds. */
function cases(model: "smollm2" | "gemma3", vocabSize: number): Case[] {
  const folder = realModel(model);
  return SIZES.flatMap(([rows, length]) => {
    const ids = randomIds(rows, length, vocabSize);
    const common: TrainingSpec = { folder, ids, learningRate: 1e-4, warmUp: 2 };
    const specs: Record<string, TrainingSpec> = {
      LoRA: { ...common, rank: 16 },
      full: common,
      "KD from the cache": { ...common, ...teacherLogits(folder, ids) },
    };
    return Object.entries(specs).flatMap(([name, spec]) =>
      [false, true].map(
        (compiled): Case => ({
          name: `${model}, ${rows} x ${length}, ${name}, ${compiled ? "compiled on both sides" : "op by op"}`,
          sides: [
            { name: "this project", runtime: "node", spec: { ...spec, compiled } },
            { name: compiled ? "torch.compile" : "torch", runtime: "python", spec: { ...spec, compiled } },
          ],
          goals: [
            { measure: "seconds", atMost: 1 },
            { measure: "peakBytes", atMost: 1.1 },
          ],
          alone: [{ measure: "firstSeconds", atMost: 10 }],
          tolerance: 1e-3,
          runs: 3,
          apart: true,
        }),
      ),
    );
  });
}

export const trainReal: Row = {
  name: "train-real",
  title:
    "One optimizer step of SmolLM2-135M and Gemma 3 270M, batch 2 x 256 and 4 x 512, against torch + transformers + peft, fp32: at most 1.0 × its time and 1.1 × its peak memory, the first step in 10 s.",
  method:
    "The models of `npm run cli -- fetch-real`, written once as safetensors that both sides load. A step is forward, backward, clipping to norm 1 and AdamW. LoRA: rank 16 on all seven projections. KD: all weights, half cross-entropy, half forward KL against the cached top 32 and its tail. All positions are scored. Two untimed steps first, whose losses both sides must share. One process at a time; peak memory is its largest resident set, loading and the first step included.",
  onlyByName: true,
  cases: () => [...cases("smollm2", 49_152), ...cases("gemma3", 262_144)],
  prepare: prepareTraining,
};
