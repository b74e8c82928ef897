// Row "bertscore": BERTScore of 206 summaries with the study's encoder and with one of BERT-base's size, against bert_score.
import * as path from "node:path";
import { BertScorer } from "../../../metrics/bertscore/bert-scorer";
import { loadEncoder } from "../../../models/encoder";
import { loadEncoderTokenizer } from "../../../prompts/encoder-tokenizer";
import { ROOT } from "../results";
import type { Row } from "../row";
import { type TextPairs, testSummaries } from "../summaries";

interface Spec extends TextPairs {
  folder: string;
  layer: number;
}

export const bertscore: Row = {
  name: "bertscore",
  title:
    "BERTScore of 206 summaries with the study's encoder, against bert_score 0.3.13: at most 1.0 × its time.",
  method:
    "Each run scores all texts anew: tokenizing, encoding references and candidates, matching. The model is loaded once, before. Two untimed runs on each side first. bert_score with its own batch size of 64, as its BERTScorer is used.",
  cases: () => {
    const spec = { ...testSummaries(), folder: path.join(ROOT, "data/models/encoder"), layer: 2 };
    return [
      {
        name: "encoder of the profile tiny",
        sides: [
          { name: "this project", runtime: "node", spec },
          { name: "bert_score", runtime: "python", spec },
        ],
        goals: [{ measure: "seconds", atMost: 1 }],
        tolerance: 2e-5,
        runs: 7,
      },
    ];
  },
  async prepare({ references, predictions, folder, layer }: Spec) {
    const encoder = loadEncoder(folder);
    const tokenizer = await loadEncoderTokenizer(folder, encoder.maxLength);
    const scorer = new BertScorer({ encoder, tokenizer, layer });
    const score = () => scorer.score(scorer.references(references), predictions).items;
    score();
    const items = score();
    return {
      check: {
        precision: items.map(({ precision }) => precision),
        recall: items.map(({ recall }) => recall),
        f: items.map(({ f }) => f),
      },
      run: () => {
        const started = performance.now();
        score();
        return { seconds: (performance.now() - started) / 1000 };
      },
    };
  },
};
