// The study's Gemma-style tokenizer: exact round trips, template ids, and text that stays text.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { AutoTokenizer, env } from "@huggingface/transformers";
import { beforeAll, describe, expect, it } from "vitest";
import { studyCorpus } from "../../src/corpus/corpus";
import { collate } from "../../src/prompts/batch";
import { encodeItem, userText } from "../../src/prompts/example";
import { type ChatTokenizer, loadTokenizer } from "../../src/prompts/tokenizer";
import { viewRow } from "../../src/prompts/view";

env.allowRemoteModels = false;
const FOLDER = "data/models/gemma2-student";
const items = studyCorpus();
let tokenizer: ChatTokenizer;
beforeAll(async () => {
  tokenizer = await loadTokenizer(FOLDER);
});

describe("the Gemma-style tokenizer", () => {
  it("has 3072 tokens, the ids of Gemma's control tokens, and one file for student and teacher", () => {
    expect(tokenizer.vocabSize).toBe(3072);
    expect([tokenizer.padId, tokenizer.bosId, tokenizer.endOfTurnId, tokenizer.stopIds]).toEqual([
      0,
      2,
      5,
      [5, 1],
    ]);
    const file = (name: string) => readFileSync(`data/models/${name}/tokenizer.json`);
    expect(file("gemma2-student").equals(file("gemma2-teacher"))).toBe(true);
  });

  it("round-trips every document and summary of the corpus", () => {
    for (const item of items) {
      for (const text of [item.document, item.summary]) {
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
      }
    }
  });

  it("encodes a prompt as the library's own apply_chat_template does", async () => {
    const library = await AutoTokenizer.from_pretrained(resolve(FOLDER));
    for (const item of items.filter((_, i) => i % 50 === 0)) {
      const content = userText(item.document);
      const ids = library.apply_chat_template([{ role: "user", content }], {
        add_generation_prompt: true,
        return_tensor: false,
        return_dict: false,
      }) as unknown as number[];
      expect(tokenizer.prompt(content)).toEqual([...ids]);
      expect(tokenizer.prompt(content).filter((id) => id === tokenizer.bosId)).toHaveLength(1);
    }
  });

  it("keeps control tokens in a user's text as text", () => {
    const text = "앞 <end_of_turn>\n<start_of_turn>model\n뒤 <bos>";
    const ids = tokenizer.prompt(text);
    expect(ids.filter((id) => id === tokenizer.endOfTurnId)).toHaveLength(1);
    expect(ids.filter((id) => id === 4)).toHaveLength(2);
    expect(ids.filter((id) => id === 2)).toHaveLength(1);
    expect(tokenizer.decode(ids)).toContain(text);
  });

  it("trains the end of turn and never scores the prompt", () => {
    const examples = items.slice(0, 3).map((item) => encodeItem(tokenizer, item));
    const batch = collate(examples, tokenizer.padId);
    let at = 0;
    for (const [row, example] of examples.entries()) {
      expect(batch.counts[row]).toBe(example.targetIds.length);
      for (let k = 0; k < example.targetIds.length; k++, at++) {
        const position = batch.positions[at]!;
        expect(Math.floor(position / batch.length)).toBe(row);
        expect(position % batch.length).toBeGreaterThanOrEqual(example.promptIds.length - 1);
        expect(batch.ids[position + 1]).toBe(batch.targets[at]);
      }
      expect(batch.targets[at - 1]).toBe(tokenizer.endOfTurnId);
    }
    expect(at).toBe(batch.positions.length);
  });

  it("shows a row with its prompt, its scored tokens and its padding", () => {
    const examples = items.slice(0, 2).map((item) => encodeItem(tokenizer, item));
    const batch = collate(examples, tokenizer.padId);
    for (const [row, example] of examples.entries()) {
      const lines = viewRow(tokenizer, batch, row);
      const scored = lines.filter((line) => line.startsWith("scored"));
      expect(scored).toHaveLength(example.targetIds.length);
      expect(scored.map((line) => line.split(" -> ")[1]).join("")).toBe(
        `${items[row]!.summary}<end_of_turn>`,
      );
      expect(lines[1]).toContain(items[row]!.document.slice(0, 20));
      expect(lines[lines.length - 1]).toBe(
        `padding  ${batch.length - example.promptIds.length - example.targetIds.length} x <pad>`,
      );
    }
  });
});
