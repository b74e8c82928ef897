// Row "rouge": ROUGE-1, 2, L, Lsum of 206 summaries with their bootstrap intervals, against rouge-score.
import { rougeItems, rougeTypes } from "../../../metrics/rouge/rouge";
import { rougeTokenizer } from "../../../metrics/rouge/tokenizers";
import { RougeVocabulary } from "../../../metrics/rouge/vocabulary";
import { BOOTSTRAP_SEED } from "../../../metrics/score-texts";
import { bootstrapRouge } from "../../../statistics/bootstrap";
import type { Row } from "../row";
import { type TextPairs, testSummaries } from "../summaries";

interface Spec extends TextPairs {
  tokenizer: string;
}

export const rouge: Row = {
  name: "rouge",
  title:
    "ROUGE-1, 2, L and Lsum of 206 summaries with 1,000 bootstrap samples, against rouge-score 0.1.2: at most 0.05 × its time.",
  method:
    "Each run scores all texts anew, tokens and all; nothing is kept from the run before. Two untimed runs on each side first. Per tokenizer: rouge-score's own (lower-case a-z and 0-9), white space, characters.",
  cases: () =>
    ["default", "whitespace", "character"].map((tokenizer) => {
      const spec = { ...testSummaries(), tokenizer };
      return {
        name: tokenizer,
        sides: [
          { name: "this project", runtime: "node", spec },
          { name: "rouge-score", runtime: "python", spec },
        ],
        goals: [{ measure: "seconds", atMost: 0.05 }],
        tolerance: 1e-12,
        runs: 7,
      };
    }),
  async prepare({ references, predictions, tokenizer: name }: Spec) {
    const tokenizer = await rougeTokenizer(name);
    const score = () => {
      const { scores } = rougeItems(references, predictions, new RougeVocabulary(tokenizer));
      return { scores, intervals: bootstrapRouge(scores, BOOTSTRAP_SEED) };
    };
    score();
    const { scores, intervals } = score();
    return {
      check: {
        ...Object.fromEntries(rougeTypes.map((type) => [type, scores[type].map(({ f }) => f)])),
        intervals: rougeTypes.flatMap((type) => {
          const { low, mid, high } = intervals[type];
          return [low.f, mid.f, high.f];
        }),
      },
      run: () => {
        const started = performance.now();
        score();
        return { seconds: (performance.now() - started) / 1000 };
      },
    };
  },
};
