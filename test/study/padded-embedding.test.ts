// A study whose student and teacher have one tokenizer and embeddings of other sizes: trained, distilled from the cache and from the
// teacher in memory, and summarised with.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, expect, it } from "vitest";
import { LogitCache } from "../../src/distillation/cache";
import { loadDecoder, saveDecoder } from "../../src/models/load";
import { loadTokenizer } from "../../src/prompts/tokenizer";
import { copyTokenizer } from "../../src/prompts/tokenizer-files";
import { BASE_MODELS } from "../../src/study/base-models";
import { loadStudy } from "../../src/study/file/load";
import { ROOT } from "../../src/study/stage";
import { divergenceOfItem } from "../../src/study/stages/divergence";
import { summaries } from "../../src/study/stages/summaries";
import { teacherLogits } from "../../src/study/stages/teacher-logits";
import { trainSystem } from "../../src/study/stages/train";
import { randomDecoder } from "../../src/training/pretrain";

const name = `test-padded-${process.pid}`;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "padded-study-"));
afterAll(() => {
  fs.rmSync(folder, { recursive: true });
  fs.rmSync(path.join(ROOT, "data/runs", name), { recursive: true, force: true });
});

/** A random Qwen3 of one layer on the committed tokenizer's 3,072 tokens, with so many rows in its embedding. */
async function base(rows: number, width: number): Promise<string> {
  const own = path.join(folder, `rows-${rows}`);
  copyTokenizer(path.join(ROOT, "data/models/qwen3"), own);
  const { stopIds, padId, vocabSize } = await loadTokenizer(own);
  expect(vocabSize).toBeLessThan(rows);
  const recipe = BASE_MODELS.find((model) => model.folder === "qwen3")!;
  const size = { hiddenSize: width, intermediateSize: 32, numHiddenLayers: 1, headDim: 8 };
  const decoder = randomDecoder(
    {
      ...recipe.config,
      ...size,
      ...{
        attentionScale: 8 ** -0.5,
        slidingLayers: [false],
        vocabSize: rows,
        eosTokenIds: stopIds,
        padTokenId: padId,
      },
    },
    1,
  );
  saveDecoder(own, decoder);
  decoder.dispose();
  return own;
}

it("goes through, over the tokens that both have", async () => {
  const [student, teacher] = [await base(3_100, 16), await base(3_200, 24)];
  const smoke = loadStudy("smoke");
  const context = {
    ...smoke,
    name,
    models: { ...smoke.models, student: { folder: student }, teacher: { folder: teacher } },
    data: { counts: { train: 4, validation: 1, "test-in-domain": 1, "test-other": 1 } },
    compared: [],
    decoding: { maxNewTokens: 6 },
    seed: 0,
  };
  const { value, directory } = await trainSystem(context, "distilled");
  expect(value.curve.every(({ loss }) => Number.isFinite(loss))).toBe(true);
  const trained = loadDecoder(path.join(directory, "model"));
  expect(trained.config.vocabSize).toBe(3_100);
  trained.dispose();
  const logits = await teacherLogits(context, context.recipes.distilled!.teacher!);
  expect(LogitCache.open(path.join(logits.directory, "cache")).header.vocabSize).toBe(3_072);
  expect((await summaries(context, "distilled")).value.tokens).toBeGreaterThan(0);
  const { tokens } = await divergenceOfItem(context, "distilled", 0);
  expect(tokens.every(({ kl }) => kl >= -1e-6 && Number.isFinite(kl))).toBe(true);
});
