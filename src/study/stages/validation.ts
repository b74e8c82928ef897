// Validation during training: the loss on every validation item, ROUGE-1 of texts written for the first few of them.
import * as fs from "node:fs";
import * as path from "node:path";
import { writeFileAtomic } from "../../base/atomic-write";
import { generate } from "../../generation/generate";
import { rouge } from "../../metrics/rouge/rouge";
import { whitespaceTokenizer } from "../../metrics/rouge/tokenizers";
import type { TrainingRun } from "../../results/training";
import { meanOf } from "../../statistics/significance";
import { validationLoss } from "../../training/finetune";
import type { Fit } from "./fit";

type Row = TrainingRun["validation"][number];

/** Measures on disk, one line each, so that a resumed run keeps the earlier ones. */
export class Validation {
  private readonly file: string;

  constructor(
    private readonly run: Pick<Fit, "directory" | "decoder" | "tokenizer" | "data" | "training">,
    private readonly maxNewTokens: number,
  ) {
    this.file = path.join(run.directory, "validation.jsonl");
    if (run.data.validation.length === 0)
      throw new Error("Validation: expected items of the split validation, found none.");
  }

  rows(): Row[] {
    if (!fs.existsSync(this.file)) return [];
    const lines = fs.readFileSync(this.file, "utf8").trimEnd().split("\n");
    return lines.map((line) => JSON.parse(line) as Row);
  }

  /** Measures after a step; the score by which the best step is kept, undefined where the last one is. */
  measure(step: number): number | undefined {
    const { decoder, data, tokenizer } = this.run;
    const loss = validationLoss(decoder, data.validation, tokenizer.padId);
    const rouge1 = this.rouge1();
    const kept = this.rows().filter((row) => row.step < step);
    const row: Row = { step, loss, ...(rouge1 !== undefined && { rouge1 }) };
    writeFileAtomic(this.file, [...kept, row].map((line) => `${JSON.stringify(line)}\n`).join(""));
    const { keep } = this.run.training.validation;
    return keep === "loss" ? -loss : keep === "rouge1" ? rouge1 : undefined;
  }

  /** Mean ROUGE-1 F over whitespace words. */
  private rouge1(): number | undefined {
    const { decoder, data, tokenizer } = this.run;
    const items = data.validation.slice(0, this.run.training.validation.rougeItems);
    if (items.length === 0) return undefined;
    const prompts = items.map(({ promptIds }) => promptIds);
    const { stopIds, padId, vocabSize } = tokenizer;
    const { maxNewTokens } = this;
    const written = generate(decoder, prompts, { maxNewTokens, stopIds, padId, vocabSize });
    const scores = written.map((ids, i) => {
      const text = tokenizer.decode(ids).trim();
      return rouge(data.validationTexts[i]!, text, whitespaceTokenizer, ["rouge1"]).rouge1.f;
    });
    return meanOf(scores);
  }
}
