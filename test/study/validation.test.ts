// Validation during training: every N steps, with ROUGE-1 on texts that are written, and the best step's weights kept.
import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, expect, it } from "vitest";
import { generate } from "../../src/generation/generate";
import { rouge } from "../../src/metrics/rouge/rouge";
import { whitespaceTokenizer } from "../../src/metrics/rouge/tokenizers";
import { encodeItem } from "../../src/prompts/example";
import { loadStudy } from "../../src/study/file/load";
import { ROOT } from "../../src/study/stage";
import { corpusStage, itemsOf } from "../../src/study/stages/corpus";
import { systemDecoder, trainSystem } from "../../src/study/stages/train";

const name = `test-validation-${process.pid}`;
const RUNS = path.join(ROOT, "data/runs", name);
afterAll(() => fs.rmSync(RUNS, { recursive: true, force: true }));

const context = (...changes: string[]) => ({
  ...loadStudy("smoke", changes),
  // Random thumbnails write nothing that ROUGE could tell apart.
  models: loadStudy("tiny").models,
  name,
  data: { counts: { train: 24, validation: 6, "test-in-domain": 1, "test-other": 1 } },
  decoding: { maxNewTokens: 24 },
  seed: 0,
});

it("keeps the step with the highest ROUGE-1, which the kept adapter's texts have", async () => {
  const study = context('training.validation={"everySteps": 1, "rougeItems": 4, "keep": "rouge1"}');
  const { value, directory } = await trainSystem(study, "lora-student");
  expect(value.validation.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
  const scores = value.validation.map(({ rouge1 }) => rouge1!);
  expect(new Set(scores).size).toBeGreaterThan(1);
  const kept = scores.indexOf(Math.max(...scores)) + 1;
  expect(value.settings.keptStep).toBe(kept);

  const { decoder, tokenizer } = await systemDecoder(study, "lora-student");
  const items = itemsOf(await corpusStage(study), "validation").slice(0, 4);
  const written = generate(
    decoder,
    items.map((item) => encodeItem(tokenizer, item).promptIds),
    { maxNewTokens: 24, stopIds: tokenizer.stopIds, padId: tokenizer.padId },
  );
  const f = items.map(
    ({ summary }, i) => rouge(summary, tokenizer.decode(written[i]!).trim(), whitespaceTokenizer).rouge1.f,
  );
  expect(f.reduce((a, b) => a + b) / 4).toBeCloseTo(scores[kept - 1]!, 6);
  expect(fs.readdirSync(directory).filter((file) => file.endsWith(".safetensors"))).toEqual([]);
});

it("is the same run with gradient checkpointing, and the default keeps the last step", async () => {
  const plain = await trainSystem(context(), "lora-student");
  expect(plain.value.settings.keptStep).toBeUndefined();
  expect(plain.value.validation).toHaveLength(1);
  expect(plain.value.validation[0]!.rouge1).toBeUndefined();
  fs.rmSync(plain.directory, { recursive: true });
  const again = await trainSystem(context("training.recompute=true"), "lora-student");
  expect(again.directory).toBe(plain.directory);
  const losses = ({ value }: typeof plain) => value.curve.map(({ loss }) => loss);
  expect(losses(again)).toEqual(losses(plain));
});
