// `npm run tokenizers [-- STYLE]`: trains the study's tokenizers on generated texts and writes them beside the models.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { studyCorpus } from "../../corpus/corpus";
import { conversations } from "../../corpus/pretraining";
import { writeFileAtomic } from "../../engine/atomic-write";
import { type TokenizerStyle, trainTokenizer } from "../../prompts/tokenizer-styles";

const VOCAB_SIZE = 3072;
const CONVERSATIONS = 6000;
const SEED = 7;
// Student and teacher share one tokenizer, byte for byte: distillation compares their logits position by position.
const FOLDERS: Readonly<Record<TokenizerStyle, readonly string[]>> = {
  gemma: ["gemma2-student", "gemma2-teacher"],
  qwen3: ["qwen3"],
  llama3: ["llama32"],
  solar: ["solar"],
  bert: ["encoder"],
};

// What a family's chat template writes around every turn: as common in its training texts as the turns themselves.
const SCAFFOLD: Readonly<Record<TokenizerStyle, readonly string[]>> = {
  gemma: ["user\n", "model\n"],
  qwen3: ["user\n", "assistant\n", "\n\n"],
  llama3: [
    "user",
    "assistant",
    "system",
    "Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n",
  ],
  solar: ["### User:\n", "### Assistant:\n"],
  bert: [],
};

/** Paragraphs, questions and answers of fresh conversations; nothing of the study's splits and no summary. */
function trainingTexts(): string[] {
  const banned = new Set(studyCorpus().flatMap((item) => [item.document, item.summary]));
  const source = conversations(SEED, banned);
  const texts: string[] = [];
  for (let i = 0; i < CONVERSATIONS; i++) {
    for (const turn of source.next().value) texts.push(turn.user, turn.model);
  }
  return texts;
}

new Command("tokenizers")
  .description("Train the study's tokenizers and write them under data/models/")
  .argument("[style]", `one of ${Object.keys(FOLDERS).join(", ")}; without it, all`)
  .action((only?: string) => {
    const styles = Object.keys(FOLDERS) as TokenizerStyle[];
    if (only !== undefined && !styles.includes(only as TokenizerStyle)) {
      throw new Error(`Unknown style "${only}", expected one of ${styles.join(", ")}.`);
    }
    const texts = trainingTexts();
    for (const style of styles.filter((name) => only === undefined || name === only)) {
      const started = Date.now();
      const files = trainTokenizer(style, [...texts, ...texts.flatMap(() => SCAFFOLD[style])], VOCAB_SIZE);
      for (const name of FOLDERS[style]) {
        const folder = join("data", "models", name);
        mkdirSync(folder, { recursive: true });
        for (const [file, content] of Object.entries(files)) {
          writeFileAtomic(join(folder, file), `${JSON.stringify(content, null, 1)}\n`);
        }
        console.log(
          `${folder}: ${style}, ${VOCAB_SIZE} tokens, ${((Date.now() - started) / 1000).toFixed(1)} s`,
        );
      }
    }
  })
  .parse();
