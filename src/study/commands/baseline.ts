// Computes a BERTScore rescale baseline from one's own texts.
// Run: npm run cli -- baseline --texts corpus.txt --encoder FOLDER --out baseline.tsv
import type { Command } from "commander";
import { writeFileAtomic } from "../../base/atomic-write";
import { encoderFolder } from "../../metrics/bertscore/load-bert-scorer";
import { baselineFile, rescaleBaseline } from "../../metrics/bertscore/rescale-baseline";
import { readScoringTexts } from "../../metrics/scoring-input";
import { loadEncoder } from "../../models/encoder";
import { loadEncoderTokenizer } from "../../prompts/encoder-tokenizer";

export const define = (command: Command): Command =>
  command
    .requiredOption("--texts <file>", "plain text (a text a line) or JSONL ({id, text})")
    .requiredOption(
      "--encoder <folder or hub id>",
      "BERT, RoBERTa or XLM-R model; org/name[@revision] comes from the hub",
    )
    .requiredOption("--out <file>", "baseline file to write (LAYER,P,R,F)")
    .action(async ({ texts, encoder: choice, out }: { texts: string; encoder: string; out: string }) => {
      const { folder } = await encoderFolder(choice);
      const encoder = loadEncoder(folder);
      const tokenizer = await loadEncoderTokenizer(folder, encoder.maxLength);
      const rows = rescaleBaseline(readScoringTexts(texts).texts.flat(), { encoder, tokenizer });
      writeFileAtomic(out, baselineFile(rows));
      console.log(baselineFile(rows));
    });
