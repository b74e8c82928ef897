// Text to encoder ids as bert_score does it: stripped, special tokens around, cut to the longest length.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { AutoTokenizer } from "@huggingface/transformers";
import { pythonStrip } from "../rouge/text-tokenizers";
import { exactPrecompiled } from "./precompiled-charsmap";

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
 * Throws where the folder has no tokenizer.json.
 */
export async function loadEncoderTokenizer(
  folder: string,
  modelMaxLength = LONGEST_BY_DEFAULT,
): Promise<EncoderTokenizer> {
  const file = join(folder, "tokenizer.json");
  if (!existsSync(file))
    throw new Error(`${folder}: expected a tokenizer.json (a fast tokenizer), found none.`);
  const tokenizer = await AutoTokenizer.from_pretrained(resolve(folder), { local_files_only: true });
  exactPrecompiled(tokenizer);
  const around = tokenizer.encode("");
  const [first, last] = [around[0], around[around.length - 1]];
  if (around.length !== 2 || first === undefined || last === undefined) {
    throw new Error(
      `${file}: expected one special token before a text and one after it, found ${around.length} in all. ` +
        "BERTScore here takes BERT, RoBERTa and XLM-R tokenizers.",
    );
  }
  // Some files say 1e30 for "no limit".
  const stated = tokenizer.model_max_length;
  const maxLength = Math.min(modelMaxLength, stated > 0 && stated < 1e6 ? stated : LONGEST_BY_DEFAULT);
  return {
    hash: createHash("sha256").update(readFileSync(file)).digest("hex"),
    special: new Set([first, last]),
    maxLength,
    encode(text) {
      const ids = tokenizer.encode(pythonStrip(text));
      const truncated = ids.length > maxLength;
      return { ids: truncated ? [...ids.slice(0, maxLength - 1), last] : ids, truncated };
    },
  };
}
