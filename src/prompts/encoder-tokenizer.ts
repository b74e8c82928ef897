// Text to encoder ids as bert_score does it: stripped, special tokens around, cut to the longest length.
import { pythonStrip } from "../base/python-space";
import { openPublished } from "./tokenizer-folder";
import { TokenizerError } from "./tokenizer-json";

export interface EncoderTokenizer {
  /** sha256 of tokenizer.json. */
  hash: string;
  /** [CLS] and [SEP] (or <s> and </s>): they weigh nothing in BERTScore. */
  special: ReadonlySet<number>;
  maxLength: number;
  encode(text: string): { ids: number[]; truncated: boolean };
}

/** Where neither tokenizer nor model says how long a text may be. */
const LONGEST_BY_DEFAULT = 512;

/**
 * Loads a model folder's tokenizer; `modelMaxLength` is what the model itself can take.
 * Throws TokenizerError where the folder has none, or one that does not put one token before a text and one after it.
 */
export async function loadEncoderTokenizer(
  folder: string,
  modelMaxLength = LONGEST_BY_DEFAULT,
): Promise<EncoderTokenizer> {
  const { full, source, hash } = await openPublished(folder);
  const around = full.encode("");
  const [first, last] = [around[0], around[around.length - 1]];
  if (around.length !== 2 || first === undefined || last === undefined) {
    throw new TokenizerError(
      `${source.fileOf("tokenizer.json")}: expected one special token before a text and one after it, found ${around.length} in all. ` +
        "Encoders here are those with BERT's, RoBERTa's or XLM-R's tokenizer.",
    );
  }
  // Some files say 1e30 for "no limit".
  const stated = full.model_max_length;
  const maxLength = Math.min(modelMaxLength, stated > 0 && stated < 1e6 ? stated : LONGEST_BY_DEFAULT);
  return {
    hash,
    special: new Set([first, last]),
    maxLength,
    encode(text) {
      const ids = full.encode(pythonStrip(text));
      const truncated = ids.length > maxLength;
      return { ids: truncated ? [...ids.slice(0, maxLength - 1), last] : ids, truncated };
    },
  };
}
