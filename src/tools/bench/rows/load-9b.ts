// Row "load-9b": a model of gemma-2-9b's true size is loaded in bfloat16 and reads 64 tokens, against torch.
import { loadDecoder } from "../../../models/load";
import type { Row } from "../row";
import { randomIds } from "../steps";
import { trueSizeModel } from "../true-size";

interface Spec {
  folder: string;
  ids: number[];
}

export const load9b: Row = {
  name: "load-9b",
  title:
    "A model of gemma-2-9b's true size in bfloat16 (18.5 GB) is loaded and reads 64 tokens, against torch: fits a machine of 24 GB, at most 1.1 × its time.",
  method:
    "Random weights; one process at a time; `seconds` is loading and the first forward pass with the logits of all 64 positions. The file is in the page cache as far as it fits beside the process.",
  onlyByName: true,
  cases: () => {
    const spec: Spec = { folder: trueSizeModel("gemma-2-9b"), ids: randomIds(1, 64, 256_000)[0]! };
    return [
      {
        name: "64 tokens",
        sides: [
          { name: "this project", runtime: "node", spec: { ...spec } },
          { name: "torch", runtime: "python", spec: { ...spec } },
        ],
        goals: [{ measure: "seconds", atMost: 1.1 }],
        alone: [{ measure: "peakBytes", atMost: 24e9 }],
        tolerance: 0.1,
        runs: 1,
        apart: true,
      },
    ];
  },
  prepare({ folder, ids }: Spec) {
    const started = performance.now();
    const decoder = loadDecoder(folder, { frozen: "bfloat16" });
    const loadSeconds = (performance.now() - started) / 1000;
    const logits = decoder.logits(decoder.hidden(Int32Array.from(ids), 1)).dataSync();
    const seconds = (performance.now() - started) / 1000;
    return {
      check: { logits: [...logits.subarray(logits.length - 256_000, logits.length - 256_000 + 64)] },
      run: () => ({ seconds, loadSeconds, forwardSeconds: seconds - loadSeconds }),
    };
  },
};
