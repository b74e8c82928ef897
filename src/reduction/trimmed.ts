// A model with the tokens that texts need: tokenizer, embedding and head together.
import { readDecoderConfig } from "../models/config";
import { trimTokenizerFolder } from "../prompts/tokenizer-files";
import { usedTokens } from "../prompts/trim-tokenizer";
import { writeReduced } from "./reduced";

/**
 * Trims the tokenizer that was copied to folder `to`, and writes the model at `from` there without the rows of what it lost. `texts`
 * are ids of the whole tokenizer; of them stays what makes up at least `share`. Returns the old id of each new one.
 * Throws TokenizerError, and as `loadDecoder` does.
 */
export function trimmed(
  from: string,
  to: string,
  texts: readonly (readonly number[])[],
  share: number,
): number[] {
  const { bosTokenId, eosTokenIds, padTokenId } = readDecoderConfig(from);
  const fixed = [bosTokenId, ...eosTokenIds, padTokenId].filter((id) => id !== undefined);
  const kept = trimTokenizerFolder(to, new Set([...usedTokens(texts, share), ...fixed]));
  writeReduced(from, to, { tokens: kept });
  return kept;
}
