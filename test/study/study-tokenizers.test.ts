// The committed tokenizers against their recipe.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { studyCorpus } from "../../src/corpus/corpus";
import type { TokenizerStyle } from "../../src/prompts/tokenizer-styles";
import {
  studyTokenizer,
  TOKENIZER_FOLDERS,
  tokenizerFile,
  tokenizerTexts,
} from "../../src/study/study-tokenizers";

describe("the study's tokenizers", () => {
  const texts = tokenizerTexts();

  it("are what npm run cli -- tokenizers writes, byte for byte", () => {
    for (const [style, folders] of Object.entries(TOKENIZER_FOLDERS)) {
      const files = studyTokenizer(style as TokenizerStyle, texts);
      for (const folder of folders) {
        for (const [name, content] of Object.entries(files)) {
          const written = readFileSync(`data/models/${folder}/${name}`, "utf8");
          expect(`${folder}/${name} ${written === tokenizerFile(content)}`).toBe(`${folder}/${name} true`);
        }
      }
    }
  });

  it("are trained on no document and no summary of the splits", () => {
    const shown = new Set(texts.flatMap((text) => [text, text.split("\n\n")[0]!]));
    for (const item of studyCorpus()) {
      expect(shown.has(item.document)).toBe(false);
      expect(shown.has(item.summary)).toBe(false);
    }
  });
});
