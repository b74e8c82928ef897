// The context's end: every row has its own, generation stops there, and the other rows of its batch are whole.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { LogitCache, LogitCacheWriter } from "../../src/distillation/cache";
import { captureGenerated } from "../../src/distillation/capture";
import { lookupDrafter, modelDrafter } from "../../src/generation/draft";
import { generate } from "../../src/generation/generate";
import { generateSpeculative } from "../../src/generation/speculative";
import { Decoder } from "../../src/models/decoder";
import { loadDecoder } from "../../src/models/load";
import { REFERENCE_MODELS, referenceModel } from "../models/reference-models";

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "context-"));
afterAll(() => fs.rmSync(scratch, { recursive: true }));

const CONTEXT = 24;
const prompt = (length: number) => Array.from({ length }, (_, i) => 5 + ((i * 37 + length) % 120));
// From 3 tokens of room to none; the short ones have their own end of 15 tokens, padded to the longest or not.
const prompts = [21, 4, 23, 24, 9, 21].map(prompt);
const options = { maxNewTokens: 15, stopIds: [] as number[], padId: 0 };
const room = prompts.map(({ length }) => Math.min(options.maxNewTokens, CONTEXT - length));

describe.each(REFERENCE_MODELS)("%s", (family) => {
  const wide = loadDecoder(referenceModel(family));
  const narrow = new Decoder({ ...wide.config, maxPositionEmbeddings: CONTEXT }, wide.weights);
  afterAll(() => wide.dispose());
  // What a model without the limit writes for each prompt alone, cut at the limit.
  const expected = generate(wide, prompts, { ...options, batchSize: 1, compile: false }).map((ids, i) =>
    ids.slice(0, room[i]),
  );

  it.each([true, false])("rows end with their own context, the others are whole; compiled: %s", (compile) => {
    expect(expected.map(({ length }) => length)).toEqual([3, 15, 1, 0, 15, 3]);
    for (const batchSize of [6, 4, 2, 1])
      expect(generate(narrow, prompts, { ...options, batchSize, compile })).toEqual(expected);
  });

  it("speculative decoding ends where plain decoding does", () => {
    for (const [i, ids] of prompts.entries()) {
      for (const drafter of [lookupDrafter(), modelDrafter(narrow), modelDrafter(wide)])
        expect(generateSpeculative(narrow, drafter, ids, { ...options, draftTokens: 4 }).ids).toEqual(
          expected[i],
        );
    }
  });

  it("capture stores what was written, and the same numbers as without a limit", () => {
    const examples = prompts.map((promptIds, i) => ({ id: `item-${i}`, promptIds, targetIds: [1] }));
    const header = {
      source: "generated" as const,
      vocabSize: wide.config.vocabSize,
      topK: 8,
      ...{ tokenizerHash: "", templateHash: "", teacherHash: "", dataHash: "", settingsHash: "" },
    };
    const [limited, free] = [narrow, wide].map((decoder, i) => {
      const folder = path.join(scratch, `${family}-${i}`);
      const writer = LogitCacheWriter.open(folder, header);
      captureGenerated(decoder, examples, writer, { ...options, topK: 8, batchSize: 4 });
      writer.close();
      return LogitCache.open(folder, header);
    });
    for (const [i, { id }] of examples.entries()) {
      const row = limited!.row(id);
      expect([...row.targetIds]).toEqual(expected[i]);
      const { topIds, logSumExp } = free!.row(id);
      expect([...row.topIds]).toEqual([...topIds.subarray(0, room[i]! * 8)]);
      for (const [at, value] of row.logSumExp.entries()) expect(value).toBeCloseTo(logSumExp[at]!, 4);
    }
    limited!.close();
    free!.close();
  });

  it("a prompt longer than the context is refused before anything is written", () => {
    const steps: number[] = [];
    const all = [...prompts, prompt(CONTEXT + 1)];
    const run = () =>
      generate(narrow, all, { ...options, batchSize: 2, onLogits: (_, __, step) => steps.push(step) });
    expect(run).toThrow(`Prompt 6 has 25 tokens, the model's context is 24`);
    expect(steps).toEqual([]);
    expect(() =>
      generateSpeculative(narrow, lookupDrafter(), all[6]!, { ...options, draftTokens: 4 }),
    ).toThrow("the model's context is 24");
  });
});
