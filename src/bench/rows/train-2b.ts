// Row "train-2b": a LoRA step on a frozen bfloat16 base of gemma-2-2b's true size, against torch and peft.
import { loadDecoder } from "../../models/load";
import { crossEntropyStep } from "../../training/finetune";
import { startedLora } from "../lora-start";
import type { Row } from "../row";
import { examplesOf, randomIds, secondsOf, trainer } from "../steps";
import { trueSizeModel } from "../true-size";

interface Spec {
  folder: string;
  ids: number[][];
  learningRate: number;
}

export const train2b: Row = {
  name: "train-2b",
  title:
    "A LoRA step with a model of gemma-2-2b's true size, frozen in bfloat16, batch 1 x 256, against torch 2.13 + peft on a bfloat16 base: at most 1.0 × its time and 0.8 × its peak memory.",
  method:
    "Random weights; rank 8 on all seven projections; all 255 positions scored. One process at a time; one untimed step first. Activations: fp32 here (exact products with the widened bfloat16 weights), bfloat16 in torch. Peak memory is the process's largest resident set, loading included.",
  onlyByName: true,
  cases: () => {
    const spec: Spec = {
      folder: trueSizeModel("gemma-2-2b"),
      ids: randomIds(1, 256, 256_000),
      learningRate: 1e-4,
    };
    return [
      {
        name: "LoRA, 1 x 256",
        sides: [
          { name: "this project", runtime: "node", spec: { ...spec } },
          { name: "torch", runtime: "python", spec: { ...spec } },
        ],
        goals: [
          { measure: "seconds", atMost: 1 },
          { measure: "peakBytes", atMost: 0.8 },
        ],
        tolerance: 0.02,
        runs: 2,
        apart: true,
      },
    ];
  },
  prepare({ folder, ids, learningRate }: Spec) {
    const decoder = loadDecoder(folder, { frozen: "bfloat16" });
    const adapter = startedLora(decoder, 8, 16);
    decoder.adapter = adapter.layers;
    const step = trainer(adapter, learningRate, () => crossEntropyStep(decoder, examplesOf(ids), 0));
    return { check: { loss: step() }, run: () => ({ seconds: secondsOf(step) }) };
  },
};
