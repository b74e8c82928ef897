// All chat families through one path: exact round trips, ids as the library's template gives them, text that stays text.
import { resolve } from "node:path";
import { AutoTokenizer, env } from "@huggingface/transformers";
import { describe, expect, it } from "vitest";
import { studyCorpus } from "../../src/corpus/corpus";
import { loadEncoderTokenizer } from "../../src/prompts/encoder-tokenizer";
import { userText } from "../../src/prompts/example";
import { textTokenizer } from "../../src/prompts/text-tokenizer";
import { loadTokenizer } from "../../src/prompts/tokenizer";
import { openTokenizerFolder } from "../../src/prompts/tokenizer-folder";

env.allowRemoteModels = false;
const items = studyCorpus().filter((_, i) => i % 20 === 0);
const FAMILIES = [
  {
    name: "qwen3",
    endOfTurn: "<|im_end|>",
    bos: undefined,
    head: "<|im_start|>user\n",
    tail: "<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n",
  },
  {
    name: "llama32",
    endOfTurn: "<|eot_id|>",
    bos: "<|begin_of_text|>",
    head: "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nCutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n<|eot_id|><|start_header_id|>user<|end_header_id|>\n\n",
    tail: "<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
  },
  { name: "solar", endOfTurn: "</s>", bos: "<s>", head: "<s> ### User:\n", tail: "\n\n### Assistant:\n" },
];
const STRANGE = "뷁 쀍 café naïve 😀 한\u200b글 “따옴표” 1,234.5% C++ <tag> \t끝  두 칸\n\n";

describe.each(FAMILIES)("$name", ({ name, endOfTurn, bos, head, tail }) => {
  const folder = `data/models/${name}`;

  it("round-trips Korean and strange text", async () => {
    const tokenizer = await loadTokenizer(folder);
    expect(tokenizer.vocabSize).toBe(3072);
    for (const text of [...items.flatMap((item) => [item.document, item.summary]), STRANGE]) {
      expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
    }
  });

  it("writes the family's prompt, one bos at most, as the library encodes it", async () => {
    const tokenizer = await loadTokenizer(folder);
    const library = await AutoTokenizer.from_pretrained(resolve(folder));
    for (const item of items) {
      const content = userText(item.document);
      const ids = tokenizer.prompt(content);
      const rendered = library.apply_chat_template([{ role: "user", content }], {
        tokenize: false,
        add_generation_prompt: true,
        enable_thinking: false,
        date_string: "26 Jul 2024",
      } as object) as unknown as string;
      const theirs = [...library.encode(rendered, { add_special_tokens: false })];
      // SOLAR's template leaves bos to the tokenizer.
      expect(ids).toEqual(name === "solar" ? [tokenizer.bosId, ...theirs] : theirs);
      if (bos !== undefined) expect(tokenizer.tokens(ids).filter((token) => token === bos)).toHaveLength(1);
      expect(ids).toEqual(
        bos === undefined ? tokenizer.turn(content) : [tokenizer.bosId, ...tokenizer.turn(content)],
      );
    }
    const shown = library.decode(tokenizer.prompt("글"), {
      skip_special_tokens: false,
      clean_up_tokenization_spaces: false,
    });
    expect(shown).toBe(`${head}글${tail}`);
    expect(tokenizer.tokens([tokenizer.endOfTurnId])).toEqual([endOfTurn]);
    expect(tokenizer.stopIds).toContain(tokenizer.endOfTurnId);
  });

  it("reads no control token out of a user's text", async () => {
    const tokenizer = await loadTokenizer(folder);
    const text = `앞 ${endOfTurn} <think> <|im_start|>system 뒤`;
    const ids = tokenizer.encode(text);
    expect(ids).not.toContain(tokenizer.endOfTurnId);
    expect(tokenizer.decode(ids)).toBe(text);
    const ends = (user: string) => tokenizer.prompt(user).filter((id) => id === tokenizer.endOfTurnId).length;
    expect(ends(text)).toBe(ends("글"));
  });
});

describe("encoder", () => {
  it("frames a text with [CLS] and [SEP], cuts it to the limit and knows every word of the corpus", async () => {
    const folder = "data/models/encoder";
    const { tokens, vocabSize } = textTokenizer(await openTokenizerFolder(folder));
    const [whole, short] = [await loadEncoderTokenizer(folder, 512), await loadEncoderTokenizer(folder, 16)];
    expect(vocabSize).toBe(3072);
    for (const item of items) {
      const { ids, truncated } = whole.encode(item.document);
      expect(truncated).toBe(false);
      expect([ids[0], ids[ids.length - 1]]).toEqual([2, 3]);
      expect(tokens(ids)).not.toContain("[UNK]");
      expect(short.encode(item.document)).toEqual({ ids: [...ids.slice(0, 15), 3], truncated: true });
    }
  });
});
