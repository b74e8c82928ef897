// `npm run cli -- tokenizers [STYLE]`: trains the study's tokenizers on generated texts and writes them beside the models.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { writeFileAtomic } from "../../base/atomic-write";
import type { TokenizerStyle } from "../../prompts/tokenizer-styles";
import {
  studyTokenizer,
  TOKENIZER_FOLDERS,
  tokenizerFile,
  tokenizerTexts,
  VOCAB_SIZE,
} from "../study-tokenizers";

export const define = (command: Command): Command =>
  command
    .argument("[style]", `one of ${Object.keys(TOKENIZER_FOLDERS).join(", ")}; without it, all`)
    .action((only?: string) => {
      const styles = Object.keys(TOKENIZER_FOLDERS) as TokenizerStyle[];
      if (only !== undefined && !styles.includes(only as TokenizerStyle)) {
        throw new Error(`Unknown style "${only}", expected one of ${styles.join(", ")}.`);
      }
      const texts = tokenizerTexts();
      for (const style of styles.filter((name) => only === undefined || name === only)) {
        const started = Date.now();
        const files = studyTokenizer(style, texts);
        for (const name of TOKENIZER_FOLDERS[style]) {
          const folder = join("data", "models", name);
          mkdirSync(folder, { recursive: true });
          for (const [file, content] of Object.entries(files)) {
            writeFileAtomic(join(folder, file), tokenizerFile(content));
          }
          console.log(
            `${folder}: ${style}, ${VOCAB_SIZE} tokens, ${((Date.now() - started) / 1000).toFixed(1)} s`,
          );
        }
      }
    });
