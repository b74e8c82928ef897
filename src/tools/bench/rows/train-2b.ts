// Row "train-2b": a LoRA step on a frozen bfloat16 base of gemma-2-2b's true size, against torch and peft.
import { loadDecoder } from "../../../models/load";
import { crossEntropyStep, validationLoss } from "../../../training/finetune";
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
    "On an EPYC without avx512 torch's bfloat16 step did not end in 300 s (one thread, some 0.1 GFLOP/s backward) and this side took 97 s and 7.63 GB; figures there are in docs/LOG.md, 2026-11-24.",
    "Why float32 in torch stays faster: this side widens each bfloat16 block to fp32 once forward and once backward (5.2 GB read, 10.4 GB written each time) and holds a third less memory for it. Next: fp32 copies of the hottest matrices where memory allows.",
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
