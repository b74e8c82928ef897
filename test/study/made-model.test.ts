// Models of a study that are made from others: a base model without a chat template gets one, fewer tokens, then fewer layers, and writes.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, expect, it } from "vitest";
import { readDecoderConfig } from "../../src/models/config";
import { encodeItem } from "../../src/prompts/example";
import { loadTokenizer } from "../../src/prompts/tokenizer";
import { loadStudy } from "../../src/study/file/load";
import { ROOT, RUNS } from "../../src/study/stage";
import { baseModel } from "../../src/study/stages/base-model";
import { checkModels } from "../../src/study/stages/check-models";
import { corpusStage, itemsOf } from "../../src/study/stages/corpus";
import { summaries } from "../../src/study/stages/summaries";

const name = `test-made-${process.pid}`;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "made-base-"));
afterAll(() => {
  fs.rmSync(folder, { recursive: true });
  fs.rmSync(path.join(RUNS, name), { recursive: true, force: true });
});

it("goes from a base model to a smaller student of the same tokenizer", async () => {
  const committed = path.join(ROOT, "data/models/gemma2-teacher");
  for (const file of fs.readdirSync(committed))
    fs.copyFileSync(path.join(committed, file), path.join(folder, file));
  const { chat_template: _, ...config } = JSON.parse(
    fs.readFileSync(path.join(folder, "tokenizer_config.json"), "utf8"),
  );
  fs.writeFileSync(path.join(folder, "tokenizer_config.json"), JSON.stringify(config));
  const smoke = loadStudy("smoke");
  const context = {
    ...smoke,
    name,
    reuse: [],
    seed: 0,
    models: {
      ...smoke.models,
      original: { folder },
      teacher: { from: "original", vocabulary: { share: 0 }, chatTemplate: "studies/templates/plain.jinja" },
      student: { from: "teacher", layers: { keep: 2, texts: 1 } },
    },
  };
  const [teacher, student] = [await baseModel(context, "teacher"), await baseModel(context, "student")];
  expect([teacher.name, student.name]).toEqual(["teacher", "student"]);
  const [large, small] = [teacher, student].map(({ folder }) => readDecoderConfig(folder));
  expect(large!.numHiddenLayers).toBe(4);
  expect(small!.numHiddenLayers).toBe(2);
  expect(small!.vocabSize).toBe(large!.vocabSize);
  expect(large!.vocabSize).toBeLessThan(readDecoderConfig(folder).vocabSize);

  // The template is the file's: text, no control tokens, ended by the end of text.
  const [whole, own] = [await loadTokenizer(committed), await loadTokenizer(student.folder)];
  const [item] = itemsOf(await corpusStage(context), "train");
  const { promptIds, targetIds } = encodeItem(own, item!);
  expect(own.decode(promptIds)).toBe(`${item!.document}\n\n위 글을 요약하세요.\n\n답:\n`);
  expect(own.decode(targetIds)).toBe(item!.summary);
  expect(targetIds[targetIds.length - 1]).toBe(own.stopIds[0]);
  expect(own.tokens(promptIds)).toEqual([
    "<bos>",
    ...whole.tokens(whole.encode(`${item!.document}\n\n위 글을 요약하세요.\n\n답:\n`)),
  ]);

  await checkModels(context);
  const { value } = await summaries(context, "untuned");
  expect(value.tokens).toBeGreaterThan(0);
});
