// BERT (arXiv 1810.04805): positions count from 0.
import type { EncoderFamily } from "./encoder-config";

export const bert: EncoderFamily = {
  modelTypes: ["bert"],
  prefix: "bert.",
  positionsFollowPadding: false,
  heads: /^(?:cls|classifier)\./,
  head: { dense: "bert.pooler.dense", out: "classifier" },
  separators: 1,
};
