// Row "capture": the teacher's logits go to disk while it writes, against the same writing alone.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { LogitCacheWriter } from "../../distillation/cache";
import { captureGenerated } from "../../distillation/capture";
import { generate } from "../../generation/generate";
import { loadDecoder } from "../../models/load";
import { ROOT } from "../results";
import type { Row } from "../row";
import { examplesOf, randomIds, secondsOf } from "../steps";

const BATCH = 16;

interface Spec {
  prompts: number[][];
  tokens: number;
  /** Tokens kept a position; 0: nothing is captured. */
  topK: number;
}

export const capture: Row = {
  name: "capture",
  title:
    "The tiny teacher's logits to disk while it writes, against the same writing without capture: at most 1.1 × its time.",
  method:
    "32 prompts of 128 random tokens, 48 new tokens each, batches of 16, no stop token; statistics, coding and writing of the cache are inside. One untimed run first; both sides must write the same tokens.",
  remarks: [
    "Both sides decode with one graph a step. Op by op the writing itself took about 1.7 times as much processor time (docs/LOG.md), so that the same statistics and coding were a smaller share of it.",
    "Why it falls short: since the writing is a graph it takes less than two thirds of the time that it took, and capture what it took before: with op-by-op writing the ratios were 1.11 (k = 32) and 1.06 (k = 64). Some 80 ms of the difference are the statistics on the device (half of them the top k), the rest is coding in JavaScript. Tried: smaller pieces for the statistics (no gain), views in place of copies of a position. Next: statistics inside the decoding graph, coding in a worker while the next step runs.",
  ],
  cases: () =>
    [32, 64].map((topK) => {
      const spec: Spec = { prompts: randomIds(32, 128, 3072), tokens: 48, topK };
      return {
        name: `k = ${topK}`,
        sides: [
          { name: "with capture", runtime: "node", spec: { ...spec } },
          { name: "without", runtime: "node", spec: { ...spec, topK: 0 } },
        ],
        goals: [{ measure: "seconds", atMost: 1.1 }],
        tolerance: 0,
        runs: 7,
      };
    }),
  prepare({ prompts, tokens, topK }: Spec) {
    const decoder = loadDecoder(path.join(ROOT, "data/models/gemma2-teacher"));
    const options = { maxNewTokens: tokens, stopIds: [], padId: 0 };
    const plain = () => generate(decoder, prompts, { ...options, batchSize: BATCH });
    const examples = examplesOf(prompts).map((example, i) => ({ ...example, promptIds: prompts[i]! }));
    const captured = () => {
      const folder = fs.mkdtempSync(path.join(os.tmpdir(), "bench-capture-"));
      const writer = LogitCacheWriter.open(folder, {
        source: "generated",
        vocabSize: decoder.config.vocabSize,
        topK,
        tokenizerHash: "bench",
        templateHash: "bench",
        teacherHash: "bench",
        dataHash: "bench",
        settingsHash: "bench",
      });
      captureGenerated(decoder, examples, writer, { ...options, topK, batchSize: BATCH });
      writer.close();
      fs.rmSync(folder, { recursive: true });
    };
    const run = topK > 0 ? captured : plain;
    run();
    // `captureGenerated` itself throws where the captured tokens are not those of `generate`.
    return { check: { tokens: plain().flat() }, run: () => ({ seconds: secondsOf(run) }) };
  },
};
