// Tokenizers out of GGUF metadata: ids, prompts and texts against SentencePiece, tokenizers and llama.cpp, and metadata that are wrong.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type NewValue, writeGguf } from "../../src/base/gguf/write";
import { loadTokenizer } from "../../src/prompts/tokenizer";
import { copyTokenizer } from "../../src/prompts/tokenizer-files";
import { openTokenizerFolder } from "../../src/prompts/tokenizer-folder";

const FIXTURES = path.join(__dirname, "../fixtures/gguf");
const file = (name: string) => path.join(FIXTURES, `${name}.gguf`);
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "gguf-"));
afterAll(() => fs.rmSync(scratch, { recursive: true }));

interface Expected {
  /** Of SentencePiece or tokenizers, without control tokens. */
  plain: number[][];
  prompt: number[];
  llamaCpp: number[][];
}
const { texts, tokenizers } = JSON.parse(fs.readFileSync(path.join(FIXTURES, "expected.json"), "utf8")) as {
  texts: string[];
  tokenizers: Record<string, Expected>;
};

/** llama.cpp composes nothing: Qwen's own tokenizer.json makes "é" of "e" and an accent. */
const composed = (name: string, text: string) => name === "qwen3" && text.normalize("NFC") !== text;

describe.each(Object.entries(tokenizers))("the tokenizer of %s", (name, { plain, prompt, llamaCpp }) => {
  it("gives the reference's ids and llama.cpp's, and the texts back", async () => {
    const opened = await openTokenizerFolder(file(name));
    for (const [i, text] of texts.entries()) {
      const ids = opened.encodePlain(text);
      expect(ids, JSON.stringify(text)).toEqual(plain[i]);
      if (!composed(name, text)) expect(ids, JSON.stringify(text)).toEqual(llamaCpp[i]);
      expect(opened.decode(ids)).toBe(name === "qwen3" ? text.normalize("NFC") : text);
    }
  });

  it("writes the prompt of its template, and stops at its end of turn", async () => {
    if (name === "solar") {
      await expect(loadTokenizer(file(name))).rejects.toThrow(
        `${file(name)}: no chat template, which "tokenizer.chat_template" in its metadata would be.`,
      );
      return;
    }
    const tokenizer = await loadTokenizer(file(name));
    expect(tokenizer.prompt("안녕하세요 🙂")).toEqual(prompt);
    const piece = tokenizer.tokens([tokenizer.endOfTurnId])[0];
    expect(piece).toBe(name.startsWith("gemma") || name === "k-quants" ? "<end_of_turn>" : "<|im_end|>");
    expect(tokenizer.stopIds).toContain(tokenizer.endOfTurnId);
    expect(tokenizer.bosId !== undefined).toBe(prompt[0] === tokenizer.bosId);
  });

  it("is the same one as a folder", async () => {
    const folder = path.join(scratch, name);
    copyTokenizer(file(name), folder);
    const [own, copied] = [await openTokenizerFolder(file(name)), await openTokenizerFolder(folder)];
    expect(copied.hash).toBe(own.hash);
    expect(copied.template?.text).toBe(own.template?.text);
    expect(texts.map((text) => copied.encodePlain(text))).toEqual(plain);
  });
});

describe("metadata that are wrong", () => {
  const list = (values: readonly (string | number)[], type: "string" | "float32" | "int32"): NewValue => ({
    list: values.map((value) => ({ [type]: value }) as NewValue),
  });
  const SOUND: Record<string, NewValue> = {
    "general.architecture": { string: "llama" },
    "tokenizer.ggml.model": { string: "llama" },
    "tokenizer.ggml.tokens": list(["<unk>", "<s>", "</s>", "▁", "가", "나", "가나"], "string"),
    "tokenizer.ggml.scores": list([0, 0, 0, -1, -2, -3, -1], "float32"),
    "tokenizer.ggml.token_type": list([2, 3, 3, 1, 1, 1, 1], "int32"),
    "tokenizer.ggml.bos_token_id": { uint32: 1 },
    "tokenizer.ggml.eos_token_id": { uint32: 2 },
  };
  const open = async (changed: Record<string, NewValue | undefined>) => {
    const metadata = Object.entries({ ...SOUND, ...changed }).filter(([, value]) => value !== undefined);
    const at = path.join(scratch, "wrong.gguf");
    writeGguf(at, Object.fromEntries(metadata) as Record<string, NewValue>, []);
    return openTokenizerFolder(at);
  };

  it("are not those of a sound file, which spells no control token", async () => {
    const opened = await open({});
    expect(opened.encodePlain("가나")).toEqual([3, 6]);
    expect(opened.encodePlain("<s></s>").every((id) => id === 0 || id === 3)).toBe(true);
    // Without kinds the special tokens are still none that a text can spell.
    expect((await open({ "tokenizer.ggml.token_type": undefined })).encodePlain("</s>")).not.toContain(2);
  });

  it.each<[string, Record<string, NewValue | undefined>, string]>([
    [
      "no tokenizer",
      { "tokenizer.ggml.model": undefined },
      '"tokenizer.ggml.model": expected a text, found nothing',
    ],
    [
      "another model",
      { "tokenizer.ggml.model": { string: "bert" } },
      'expected "llama" or "gpt2", found "bert"',
    ],
    ["no tokens", { "tokenizer.ggml.tokens": list([], "string") }, "at least one token"],
    [
      "tokens that are numbers",
      { "tokenizer.ggml.tokens": list([1, 2], "int32") },
      "a list of texts, found [1,2]",
    ],
    [
      "a token twice",
      { "tokenizer.ggml.tokens": list(["가", "나", "가"], "string") },
      'each token once, not "가" as 0 and 2',
    ],
    ["too few kinds", { "tokenizer.ggml.token_type": list([1], "int32") }, "7 kinds, one a token, not 1"],
    ["too few scores", { "tokenizer.ggml.scores": list([1], "float32") }, "7 scores, one a token, not 1"],
    [
      "no scores",
      { "tokenizer.ggml.scores": undefined },
      '"tokenizer.ggml.scores": expected a list of numbers',
    ],
    [
      "a bos beyond the vocabulary",
      { "tokenizer.ggml.bos_token_id": { uint32: 7 } },
      "a whole number from 0 to 6, found 7",
    ],
    [
      "a template that is no text",
      { "tokenizer.chat_template": { bool: true } },
      '"tokenizer.chat_template": expected a text',
    ],
    [
      "an unknown pre-tokenizer",
      { "tokenizer.ggml.model": { string: "gpt2" }, "tokenizer.ggml.pre": { string: "tekken" } },
      'llama-bpe, llama3, llama-v3, smaug-bpe, qwen2, deepseek-r1-qwen, gpt-2, smollm, default, found "tekken"',
    ],
    [
      "a merge of three",
      { "tokenizer.ggml.model": { string: "gpt2" }, "tokenizer.ggml.merges": list(["a b c"], "string") },
      'two tokens with a space between, not "a b c"',
    ],
  ])("%s", async (_, changed, message) => {
    await expect(open(changed)).rejects.toThrow(expect.objectContaining({ name: "GgufError" }));
    await expect(open(changed)).rejects.toThrow(message);
    await expect(open(changed)).rejects.toThrow(path.join(scratch, "wrong.gguf"));
  });
});
