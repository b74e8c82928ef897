// Trimmed tokenizers against the whole ones: equal tokens for the texts they are for, other texts spelt by smaller pieces, equal texts back.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { studyCorpus } from "../../src/corpus/corpus";
import { loadTokenizer } from "../../src/prompts/tokenizer";
import { copyTokenizer, trimTokenizerFolder } from "../../src/prompts/tokenizer-files";
import { openTokenizerFolder } from "../../src/prompts/tokenizer-folder";
import { tokenizerSource } from "../../src/prompts/tokenizer-source";
import { trimTokenizer, usedTokens } from "../../src/prompts/trim-tokenizer";

const MODELS = path.join(__dirname, "../../data/models");
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "trim-"));
afterAll(() => fs.rmSync(scratch, { recursive: true }));

const texts = studyCorpus(undefined, { train: 6, validation: 1, "test-in-domain": 1, "test-other": 8 }).map(
  ({ document, split }) => ({ document, split }),
);
const UNSEEN = ["뷁쉙 — «Žluťoučký kůň»", "漢字かな交じり文 🙂👨‍👩‍👧", "x\ty\r\n  z", "<eos> <|im_end|>"];

async function trimmedCopy(name: string, share = 0) {
  const whole = await openTokenizerFolder(path.join(MODELS, name));
  const given = texts.filter(({ split }) => split !== "test-other").map(({ document }) => document);
  const { prompt } = await loadTokenizer(path.join(MODELS, name));
  const used = usedTokens([...given.map(whole.encodePlain), ...given.map(prompt)], share);
  const folder = path.join(scratch, `${name}-${share}`);
  copyTokenizer(path.join(MODELS, name), folder);
  const kept = trimTokenizerFolder(folder, used);
  return { whole, given, used, kept, folder, trimmed: await openTokenizerFolder(folder) };
}

describe.each(["gemma2-teacher", "qwen3", "llama32", "solar"])("%s", (name) => {
  it("keeps the tokens of the texts that it is for", async () => {
    const { whole, given, kept, trimmed } = await trimmedCopy(name);
    expect(kept.length).toBeLessThan(whole.spelling.spellings.length);
    for (const text of given)
      expect(trimmed.encodePlain(text).map((id) => kept[id])).toEqual(whole.encodePlain(text));
  });

  it.each([0, 0.01])("spells every other text, least share %d", async (share) => {
    const { whole, kept, trimmed } = await trimmedCopy(name, share);
    for (const text of [...texts.map(({ document }) => document), ...UNSEEN]) {
      const ids = trimmed.encodePlain(text);
      // The whole tokenizer's text of the same tokens, and of its own.
      const old = ids.map((id) => kept[id]!);
      expect(trimmed.decode(ids)).toBe(whole.decode(old));
      expect(trimmed.decode(ids)).toBe(whole.decode(whole.encodePlain(text)));
    }
  });

  it("keeps special tokens, stops and the prompt's frame", async () => {
    const { kept, folder } = await trimmedCopy(name);
    const [before, after] = await Promise.all([path.join(MODELS, name), folder].map(loadTokenizer));
    expect(after!.stopIds.map((id) => kept[id])).toEqual(before!.stopIds);
    const prompt = texts[0]!.document;
    expect(after!.prompt(prompt).map((id) => kept[id])).toEqual(before!.prompt(prompt));
  });

  it("merges nothing into a token that is gone", async () => {
    const { folder } = await trimmedCopy(name, 0.01);
    const { model } = JSON.parse(fs.readFileSync(path.join(folder, "tokenizer.json"), "utf8"));
    const known = new Set(Object.keys(model.vocab));
    const parts = (model.merges as (string | string[])[]).map((merge) =>
      typeof merge === "string" ? merge.split(" ") : merge,
    );
    for (const [left, right] of parts)
      for (const token of [left!, right!, left! + right!]) expect(known.has(token)).toBe(true);
    expect([...Object.values<number>(model.vocab)].sort((a, b) => a - b)).toEqual(
      Array.from({ length: known.size }, (_, id) => id).slice(0, known.size),
    );
  });
});

it("a vocabulary for texts without spaces still gives them back", async () => {
  for (const name of ["gemma2-teacher", "solar", "qwen3"]) {
    const folder = path.join(scratch, `${name}-dense`);
    const whole = await openTokenizerFolder(path.join(MODELS, name));
    copyTokenizer(path.join(MODELS, name), folder);
    trimTokenizerFolder(folder, usedTokens([whole.encodePlain("가나다")], 0));
    const trimmed = await openTokenizerFolder(folder);
    for (const text of ["라 마  바", "a b\n c"])
      expect(trimmed.decode(trimmed.encodePlain(text))).toBe(whole.decode(whole.encodePlain(text)));
  }
});

it("a Unigram tokenizer keeps the best way to cut its texts, and characters for all others", async () => {
  const folder = path.join(scratch, "xlmr");
  const place = path.join(__dirname, "../fixtures/oracles/tokenizers/models/xlmr");
  const whole = await openTokenizerFolder(place);
  const documents = texts.map(({ document }) => document);
  const [given, others] = [documents.slice(0, 2), documents.slice(2)];
  copyTokenizer(place, folder);
  const kept = trimTokenizerFolder(folder, usedTokens(given.map(whole.encodePlain), 0));
  const trimmed = await openTokenizerFolder(folder);
  expect(kept.length).toBeLessThan(whole.spelling.spellings.length);
  for (const text of given)
    expect(trimmed.encodePlain(text).map((id) => kept[id])).toEqual(whole.encodePlain(text));
  let longer = 0;
  for (const text of others) {
    const [ids, before] = [trimmed.encodePlain(text), whole.encodePlain(text)];
    expect(trimmed.decode(ids)).toBe(whole.decode(before));
    longer += ids.length - before.length;
  }
  expect(longer).toBeGreaterThan(0);
  // What stands around a text has its new ids.
  expect(trimmed.full.encode("가").map((id) => kept[id])).toEqual(whole.full.encode("가"));
});

/** "abcd" is made by ab and cd, or by bc first where that has the lower rank. */
const small = (model: object, added: object[] = []) => ({
  place: scratch,
  has: (name: string) => name !== "added_tokens.json" && name !== "special_tokens_map.json",
  fileOf: (name: string) => name,
  json: (name: string) => (name === "tokenizer.json" ? { model, added_tokens: added } : {}) as never,
  bytes: () => new Uint8Array(),
});

it("keeps what merging passes through, and no more", () => {
  const tokens = ["a", "b", "c", "d", "ab", "bc", "cd", "abcd", "abc"];
  const model = {
    type: "BPE",
    vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
    merges: [
      ["c", "d"],
      ["a", "b"],
      ["b", "c"],
      ["ab", "cd"],
      ["ab", "c"],
    ],
  };
  const { files, kept } = trimTokenizer(small(model), new Set([7]));
  expect(kept.map((id) => tokens[id])).toEqual(["a", "b", "c", "d", "ab", "cd", "abcd"]);
  expect((files["tokenizer.json"] as { model: { merges: unknown } }).model.merges).toEqual([
    ["c", "d"],
    ["a", "b"],
    ["ab", "cd"],
  ]);
});

it("drops spare special tokens and renumbers the others everywhere", () => {
  const added = ["<s>", "<unused0>", "<pad>", "<|fim|>"].map((content, id) => ({
    id,
    content,
    special: true,
  }));
  const model = {
    type: "Unigram",
    unk_id: 2,
    vocab: ["<s>", "<unused0>", "<pad>", "<|fim|>", "가", "라가", "라"].map((t) => [t, -1]),
  };
  const source = small(model, added);
  const post = {
    type: "TemplateProcessing",
    special_tokens: { "<|fim|>": { id: "<|fim|>", ids: [3], tokens: ["<|fim|>"] } },
  };
  const json = { model, added_tokens: added, post_processor: post };
  const { files, kept } = trimTokenizer(
    { ...source, json: (name) => (name === "tokenizer.json" ? json : {}) as never },
    new Set([4]),
  );
  // Without bytes every single character stays; "라가" is spelt by two.
  expect(kept).toEqual([0, 2, 3, 4, 6]);
  expect(files["tokenizer.json"]).toMatchObject({
    model: {
      unk_id: 1,
      vocab: [
        ["<s>", -1],
        ["<pad>", -1],
        ["<|fim|>", -1],
        ["가", -1],
        ["라", -1],
      ],
    },
    post_processor: { special_tokens: { "<|fim|>": { ids: [2] } } },
    added_tokens: [{ id: 0 }, { id: 1 }, { id: 2 }],
  });
});

it("a WordPiece tokenizer is refused by name", () => {
  const source = tokenizerSource(path.join(MODELS, "encoder"));
  expect(() => trimTokenizer(source, new Set())).toThrow(/model\.type: expected BPE or Unigram.*WordPiece/);
});
