// Speculative decoding (Leviathan et al. 2023), greedy: drafted tokens are checked in one pass, the answer is the model's own.
import { type Decoder, KeyValueCache } from "../models/decoder";
import { checkPrompts, newTokenLimit } from "./context-end";
import { type Drafter, greedyTokens } from "./draft";

export interface SpeculativeOptions {
  maxNewTokens: number;
  /** Generation ends when one of these comes; it is not part of the result. */
  stopIds: readonly number[];
  /** Tokens drafted for each pass. */
  draftTokens: number;
  /** Tokens of the tokenizer: what an embedding has beyond them is never written. Absent: all rows. */
  vocabSize?: number;
}

export interface SpeculativeResult {
  /** What the model writes greedily, stop token left out. */
  ids: number[];
  /** Passes of the model; plain decoding needs one a token, and one more for the stop token. */
  passes: number;
  drafted: number;
  /** Drafted tokens that were the model's own choice. */
  accepted: number;
}

/**
 * Continues one prompt with the tokens that plain greedy decoding gives, in fewer passes where drafts come true.
 * Throws when the prompt is empty or longer than the context, or the drafting model has another vocabulary.
 */
export function generateSpeculative(
  decoder: Decoder,
  drafter: Drafter,
  prompt: readonly number[],
  { maxNewTokens, stopIds, draftTokens, vocabSize = decoder.config.vocabSize }: SpeculativeOptions,
): SpeculativeResult {
  checkPrompts(decoder.config, [prompt]);
  const limit = newTokenLimit(decoder.config, prompt.length, maxNewTokens);
  if (drafter.vocabSize !== undefined && drafter.vocabSize !== vocabSize) {
    throw new Error(
      `The drafting model's vocabulary has ${drafter.vocabSize} tokens, the model's ${vocabSize}. Draft with a model of the same tokenizer.`,
    );
  }
  const stop = new Set(stopIds);
  const tokens = [...prompt];
  const result: SpeculativeResult = { ids: [], passes: 0, drafted: 0, accepted: 0 };
  const cache = new KeyValueCache(decoder.config.numHiddenLayers);
  try {
    while (result.ids.length < limit) {
      // Each pass adds one token of the model's own, so a draft for the last one would be wasted.
      const room = limit - result.ids.length - 1;
      const draft = room > 0 ? drafter.draft(tokens, Math.min(draftTokens, room)) : [];
      const input = [...tokens.slice(cache.length), ...draft];
      const choices = greedyTokens(decoder, cache, input, draft.length + 1, vocabSize);
      result.passes++;
      result.drafted += draft.length;
      let right = 0;
      while (right < draft.length && draft[right] === choices[right]) right++;
      result.accepted += right;
      for (const token of choices.subarray(0, right + 1)) {
        if (stop.has(token)) return result;
        tokens.push(token);
        result.ids.push(token);
      }
      cache.truncate(tokens.length - 1);
    }
    return result;
  } finally {
    cache.dispose();
    drafter.dispose();
  }
}
