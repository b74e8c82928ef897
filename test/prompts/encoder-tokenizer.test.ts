// The one tokenizer of encoders: Python's ids for strange texts too, wherever an encoder is opened.
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { loadEncoderTokenizer } from "../../src/prompts/encoder-tokenizer";

const MODELS = path.join(__dirname, "../fixtures/oracles/metrics/bertscore/models");
const SRC = path.join(__dirname, "../../src");
const { rows } = JSON.parse(
  fs.readFileSync(path.join(__dirname, "../fixtures/encoder-tokenizer/expected.json"), "utf8"),
) as { rows: ({ text: string } & Record<string, number[]>)[] };

describe.each(["tiny-bert", "tiny-xlmr"])("%s", (model) => {
  it("has transformers' ids (5.24, test/fixtures/encoder-tokenizer/make.py)", async () => {
    const { encode } = await loadEncoderTokenizer(path.join(MODELS, model));
    const wrong = rows.filter((row) => JSON.stringify(encode(row.text).ids) !== JSON.stringify(row[model]));
    expect(wrong.map(({ text }) => JSON.stringify(text))).toEqual([]);
  });
});

it("no room but src/prompts opens a tokenizer of the library", () => {
  const files = (fs.readdirSync(SRC, { recursive: true }) as string[]).filter((file) => file.endsWith(".ts"));
  const opening = files.filter((file) =>
    /\bAutoTokenizer\b/.test(fs.readFileSync(path.join(SRC, file), "utf8")),
  );
  expect(opening).toEqual([path.join("prompts", "tokenizer-folder.ts")]);
});
