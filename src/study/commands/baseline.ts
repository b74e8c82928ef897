// Computes a BERTScore rescale baseline from one's own texts.
// Run: npm run cli -- baseline --texts corpus.txt --encoder FOLDER --out baseline.tsv
import type { Command } from "commander";
import { writeFileAtomic } from "../../base/atomic-write";
import { ROW_ENDINGS } from "../../corpus/files/rows";
import { encoderPlace } from "../../metrics/bertscore/load-bert-scorer";
import { baselineFile, rescaleBaseline } from "../../metrics/bertscore/rescale-baseline";
import { readScoringTexts } from "../../metrics/scoring-input";
import { loadEncoder } from "../../models/encoder";
import { loadEncoderTokenizer } from "../../prompts/encoder-tokenizer";

interface Options {
  texts: string;
  column?: string;
  encoder: string;
  out: string;
}

export const define = (command: Command): Command =>
  command
    .requiredOption("--texts <file>", `plain text with an item a line (.txt), or a table (${ROW_ENDINGS})`)
    .option(
      "--column <name>",
      "column of the texts; else text, or the only one of summary, document and the like",
    )
    .requiredOption(
      "--encoder <folder or hub id>",
      "BERT, RoBERTa or XLM-R model; org/name[@revision] comes from the hub",
    )
    .requiredOption("--out <file>", "baseline file to write (LAYER,P,R,F)")
    .action(async ({ texts: file, column, encoder: choice, out }: Options) => {
      const { texts, notes } = readScoringTexts(file, "text", column);
      for (const note of notes) console.error(note);
      const { place } = await encoderPlace(choice);
      const encoder = loadEncoder(place);
      const tokenizer = await loadEncoderTokenizer(place, encoder.maxLength);
      const rows = rescaleBaseline(texts.flat(), { encoder, tokenizer });
      writeFileAtomic(out, baselineFile(rows));
      console.log(baselineFile(rows));
    });
