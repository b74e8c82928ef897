// What is found before anything is trained: items too long for a model, teachers that do not suit their student.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Random } from "../../src/base/random";
import type { Item, Split } from "../../src/corpus/item";
import { encodeItem } from "../../src/prompts/example";
import { loadTokenizer } from "../../src/prompts/tokenizer";
import { findTooLong } from "../../src/study/context-lengths";
import { loadStudy, modelName } from "../../src/study/file/load";
import { ROOT } from "../../src/study/stage";
import { checkModels } from "../../src/study/stages/check-models";
import { corpusStage } from "../../src/study/stages/corpus";
import { trainSystem } from "../../src/study/stages/train";
import { checkPair } from "../../src/study/teacher-pair";

const folder = fs.mkdtempSync(path.join(tmpdir(), "before-training-"));
const name = `before-training-${process.pid}`;
const RUNS = path.join(ROOT, "data/runs", name);
afterAll(() => {
  fs.rmSync(folder, { recursive: true });
  fs.rmSync(RUNS, { recursive: true, force: true });
});

const CONTEXT = 1024;
const tiny = loadStudy("tiny");
const models = ["student", "teacher", ...tiny.compared].map((key) => modelName(tiny, key));
const LEARNING = ["gemma2-student", "gemma2-teacher"];
const word = (i: number) =>
  ["도서관에서", "3월", "2일에", "모임을", "연다.", "서울특별시", "café", "👨‍👩‍👧"][i % 8]!;

/** An item of so many words with a summary of so many. */
const item = (id: string, split: Split, words: number, summary = 4): Item => ({
  ...{ id, split, topic: "행사" },
  document: Array.from({ length: words }, (_, i) => word(i)).join(" "),
  summary: [id, ...Array.from({ length: summary }, (_, i) => word(i))].join(" "),
});

describe("items too long for a model", () => {
  const random = new Random(3);
  const splits: Split[] = ["train", "validation", "test-in-domain", "test-other"];
  // From well below the context to well above it for all tokenizers.
  const items = Array.from({ length: 60 }, (_, i) =>
    item(`${i}`, splits[i % 4]!, 120 + random.integer(0, 200), random.integer(1, 60)),
  );
  const lines = items.map((_, i) => i + 2);

  it("are found for each model as counting every one of them finds them", async () => {
    const { problems, unchecked } = await findTooLong(tiny, "my.csv", items, lines);
    expect(unchecked).toEqual([]);
    const expected = new Map<number, string[]>();
    for (const model of new Set(models)) {
      const tokenizer = await loadTokenizer(path.join(ROOT, "data/models", model));
      for (const [i, one] of items.entries()) {
        const { promptIds, targetIds } = encodeItem(tokenizer, one);
        const learned = one.split === "train" || one.split === "validation";
        if (learned && !LEARNING.includes(model)) continue;
        // A test document must leave room for a token; what is learned from stands in the context whole.
        const tokens = learned ? promptIds.length + targetIds.length : promptIds.length;
        if (tokens > (learned ? CONTEXT : CONTEXT - 1))
          expected.set(i, [...(expected.get(i) ?? []), `${tokens} tokens for ${model} (context ${CONTEXT})`]);
      }
    }
    expect(expected.size).toBeGreaterThan(10);
    expect(expected.size).toBeLessThan(50);
    expect(problems.map(({ line, found }) => [line, found])).toEqual(
      [...expected]
        .sort(([a], [b]) => a - b)
        .map(([i, counted]) => [i + 2, `item "${i}" with ${counted.join(", ")}`]),
    );
  });

  const rows = [
    item("t1", "train", 20),
    item("v1", "validation", 21),
    item("a1", "test-in-domain", 22),
    item("a/../b2", "test-other", 900),
  ];
  const data = path.join(folder, "long.jsonl");
  fs.writeFileSync(data, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  const cli = (...args: string[]) =>
    spawnSync(process.execPath, ["--require", "tsx/cjs", path.join(ROOT, "src/cli.ts"), ...args], {
      encoding: "utf8",
      env: { ...process.env, STUDY_RUNS: path.join(folder, "runs") },
    });

  it.each([
    ["data:check", [data]],
    ["study", ["--data", data, "--dry-run"]],
    ["study", ["smoke", "--data", data]],
  ])("%s names the item, its tokens and the context, and does nothing else", (command, args) => {
    const { status, stdout, stderr } = cli(command, ...args);
    expect(status).toBe(1);
    expect(`${stdout}${stderr}`).toMatch(
      /long\.jsonl:4 document: expected a prompt of at most 1023 tokens, found item "a\/\.\.\/b2" with \d{4} tokens for gemma2-student \(context 1024\), .*solar \(context 1024\)\. Shorten/,
    );
    expect(stdout).not.toMatch(/01-|…/);
    expect(fs.existsSync(path.join(folder, "runs"))).toBe(false);
  });

  it("the corpus stage refuses the file", async () => {
    const context = { ...tiny, name, seed: 0, data: { file: data } };
    await expect(corpusStage(context)).rejects.toThrow('found item "a/../b2" with');
    const left = fs.readdirSync(RUNS, { recursive: true }) as string[];
    expect(left.filter((file) => file.endsWith("items.jsonl"))).toEqual([]);
  });

  it("a model that takes less is found before the first training, on a corpus that is there already", async () => {
    const own = path.join(folder, "student");
    fs.cpSync(path.join(ROOT, "data/models/gemma2-student"), own, { recursive: true });
    const counts = { train: 4, validation: 1, "test-in-domain": 1, "test-other": 1 };
    const context = { ...tiny, name, data: { counts }, compared: [], seed: 0 };
    await corpusStage(context);
    const config = JSON.parse(fs.readFileSync(path.join(own, "config.json"), "utf8"));
    fs.writeFileSync(
      path.join(own, "config.json"),
      JSON.stringify({ ...config, max_position_embeddings: 64 }),
    );
    const narrow = { ...context, models: { ...context.models, student: { folder: own } } };
    await expect(trainSystem(narrow, "lora-teacher")).rejects.toThrow(
      /items\.jsonl:1 document: expected prompt and summary of at most 64 tokens, found item "[^"]+" with \d+ tokens for student \(context 64\)/,
    );
    expect(fs.readdirSync(RUNS).filter((stage) => stage.startsWith("train"))).toEqual([]);
    await checkModels(context);
  });
});

describe("teacher and student", () => {
  const at = (model: string) => ({ name: model, folder: path.join(ROOT, "data/models", model) });

  /** A model's configuration and tokenizer with other rows in the embedding, and perhaps another tokenizer. */
  function like(model: string, rows: number, change: (tokenizer: string) => string = (text) => text) {
    const copy = fs.mkdtempSync(path.join(folder, "model-"));
    for (const file of ["config.json", "tokenizer.json", "tokenizer_config.json"]) {
      const text = fs.readFileSync(path.join(ROOT, "data/models", model, file), "utf8");
      const changed =
        file === "config.json"
          ? JSON.stringify({ ...JSON.parse(text), vocab_size: rows })
          : file === "tokenizer.json"
            ? change(text)
            : text;
      fs.writeFileSync(path.join(copy, file), changed);
    }
    return { name: `${model} with ${rows} rows`, folder: copy };
  }

  it("with one tokenizer go together, whatever padding their embeddings have", async () => {
    await checkPair(at("gemma2-teacher"), at("gemma2-student"));
    await checkPair(like("gemma2-teacher", 3200), at("gemma2-student"));
    await checkPair(like("gemma2-teacher", 3200), like("gemma2-student", 3136));
  });

  it("with different tokenizers are refused by the first token that differs", async () => {
    await expect(checkPair(at("qwen3"), at("gemma2-student"))).rejects.toThrow(
      /Teacher qwen3 and student gemma2-student have different tokenizers: token 0 is ".+" for the teacher and "<pad>" for the student/,
    );
  });

  it("with the same tokens and other merges are refused as such", async () => {
    const other = like("gemma2-teacher", 3072, (text) => {
      const json = JSON.parse(text);
      json.model.merges.reverse();
      return JSON.stringify(json);
    });
    await expect(checkPair(other, at("gemma2-student"))).rejects.toThrow(
      "the tokens are the same, but tokenizer.json splits texts otherwise",
    );
  });

  it("with fewer rows than tokens are refused by the side that has too few", async () => {
    await expect(checkPair(at("gemma2-teacher"), like("gemma2-student", 3000))).rejects.toThrow(
      "the tokenizer of gemma2-student with 3000 rows has 3072 tokens, the embedding 3000 rows",
    );
  });
});
