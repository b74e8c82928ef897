// RoBERTa (arXiv 1907.11692) and XLM-RoBERTa (arXiv 1911.02116): positions count from the padding id on.
import type { EncoderFamily } from "./encoder-config";

export const roberta: EncoderFamily = {
  modelTypes: ["roberta", "xlm-roberta"],
  prefix: "roberta.",
  positionsFollowPadding: true,
  head: /^lm_head\./,
};
