// Row "train-2b": a LoRA step on a frozen bfloat16 base of gemma-2-2b's true size, against torch and peft.
import { loadDecoder } from "../../models/load";
import { crossEntropyStep, validationLoss } from "../../training/finetune";
import { startedLora } from "../lora-start";
import type { Case, Row } from "../row";
import { examplesOf, randomIds, secondsOf, trainer } from "../steps";
import { trueSizeModel } from "../true-size";

interface Spec {
  folder: string;
  ids: number[][];
  learningRate: number;
  /** Gradient checkpointing, on this side only. */
  recompute: boolean;
  /** Of torch's base. */
  dtype: "bfloat16" | "float32";
}

/** torch's bfloat16 backward pass does not end in a sensible time on processors without bfloat16 arithmetic. */
const LIMIT_SECONDS = 300;

function step(spec: Pick<Spec, "recompute" | "dtype">): Case {
  const given: Spec = {
    ...spec,
    folder: trueSizeModel("gemma-2-2b"),
    ids: randomIds(1, 256, 256_000),
    learningRate: 1e-4,
  };
  return {
    name: `LoRA, 1 x 256${spec.recompute ? ", layers run again in the backward pass" : ""}; torch in ${spec.dtype}`,
    sides: [
      { name: "this project, bfloat16", runtime: "node", spec: { ...given } },
      { name: `torch, ${spec.dtype}`, runtime: "python", spec: { ...given } },
    ],
    goals: [
      { measure: "seconds", atMost: 1 },
      { measure: "peakBytes", atMost: 0.8 },
    ],
    tolerance: 0.02,
    runs: 1,
    apart: true,
    limitSeconds: LIMIT_SECONDS,
  };
}

export const train2b: Row = {
  name: "train-2b",
  title:
    "A LoRA step with a model of gemma-2-2b's true size, frozen in bfloat16, batch 1 x 256, against torch 2.13 + peft on a bfloat16 base: at most 1.0 × its time and 0.8 × its peak memory.",
  method: `Random weights; rank 8 on all seven projections; all 255 positions scored. One process at a time. First a forward pass, untimed, on whose loss both sides must agree, then one timed step. Activations: fp32 here (exact products with the widened bfloat16 weights), the base's type in torch. torch's step is stopped after ${LIMIT_SECONDS} s. Peak memory is the process's largest resident set, loading included. A base that torch holds in float32 is the second comparison.`,
  remarks: [
    "torch's bfloat16 products on a processor without bfloat16 arithmetic run on one thread at some 7 GFLOP/s forward and far below that backward (0.1, measured alone), so its step was stopped; its base in float32 is the fair peer for time. The comparison was taken beside other work on both cores.",
    "Why it falls short: the base takes 5.2 GB and node with TensorFlow 0.4; the rest are the adapters' optimizer state (0.2), activations and memory that the allocator keeps. After this comparison the loss went over the vocabulary in blocks and TensorFlow's BFC allocator was set: this side alone then peaked at 7.04 GB instead of 7.63, 102 s a step, beside other work. Against float32 the step costs the widening of each bfloat16 block, once forward and once backward. Next: find the gigabyte above base and activations; keep the hottest matrices in fp32 where memory allows.",
  ],
  onlyByName: true,
  cases: () => [step({ recompute: true, dtype: "bfloat16" }), step({ recompute: false, dtype: "float32" })],
  prepare({ folder, ids, learningRate, recompute }: Spec) {
    const decoder = loadDecoder(folder, { frozen: "bfloat16" });
    const adapter = startedLora(decoder, 8, 16);
    decoder.adapter = adapter.layers;
    decoder.recompute = recompute;
    const loss = validationLoss(decoder, examplesOf(ids), 0);
    const step = trainer(adapter, learningRate, () => crossEntropyStep(decoder, examplesOf(ids), 0));
    return { check: { loss }, run: () => ({ seconds: secondsOf(step) }) };
  },
};
