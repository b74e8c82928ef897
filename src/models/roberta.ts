// RoBERTa (arXiv 1907.11692) and XLM-RoBERTa (arXiv 1911.02116): positions count from the padding id on.
import type { EncoderFamily } from "./encoder-config";

export const roberta: EncoderFamily = {
  modelTypes: ["roberta", "xlm-roberta"],
  prefix: "roberta.",
  positionsFollowPadding: true,
  heads: /^(?:lm_head|classifier)\./,
  head: { dense: "classifier.dense", out: "classifier.out_proj" },
  separators: 2,
};
