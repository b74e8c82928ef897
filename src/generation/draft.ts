// Drafts for speculative decoding: what may come next, guessed cheaply, by a smaller model or from the text itself.
import { argMax, gatherRows } from "../engine/raw";
import { tf } from "../engine/tf";
import { type Decoder, KeyValueCache } from "../models/decoder";

/** Guesses the tokens that follow a text. A guess costs time when it is wrong, never the answer. */
export interface Drafter {
  /** Vocabulary that its tokens come from; absent where they come from the text. */
  vocabSize?: number;
  /** At most `count` tokens that may follow `tokens`; none where it has no idea. */
  draft(tokens: readonly number[], count: number): number[];
  dispose(): void;
}

/**
 * Prompt lookup (Saxena 2023): what followed the latest earlier occurrence of the text's last tokens. The longest match of
 * up to `longestMatch` tokens counts. Suits summaries, which copy names and numbers from their document.
 */
export function lookupDrafter(longestMatch = 3): Drafter {
  return {
    draft(tokens, count) {
      for (let match = Math.min(longestMatch, tokens.length - 1); match > 0; match--) {
        for (let start = tokens.length - match - 1; start >= 0; start--) {
          let same = 0;
          while (same < match && tokens[start + same] === tokens[tokens.length - match + same]) same++;
          if (same === match) return tokens.slice(start + match, start + match + count);
        }
      }
      return [];
    },
    dispose() {},
  };
}

/**
 * A smaller model of the same tokenizer, of `vocabSize` tokens, that writes greedily; what it has read is kept between drafts.
 */
export function modelDrafter(decoder: Decoder, vocabSize = decoder.config.vocabSize): Drafter {
  let cache = new KeyValueCache(decoder.config.numHiddenLayers);
  let read: number[] = [];
  return {
    vocabSize,
    draft(tokens, count) {
      let common = 0;
      while (common < read.length && read[common] === tokens[common]) common++;
      // The last token is always read anew: its logits are the first guess.
      const kept = Math.min(common, tokens.length - 1);
      cache.truncate(kept);
      read = tokens.slice();
      const drafted: number[] = [];
      let input = tokens.slice(kept);
      while (drafted.length < Math.min(count, decoder.config.maxPositionEmbeddings - tokens.length)) {
        const [next] = greedyTokens(decoder, cache, input, 1, vocabSize);
        drafted.push(next!);
        input = [next!];
      }
      read.push(...drafted.slice(0, -1));
      return drafted;
    },
    dispose() {
      cache.dispose();
      cache = new KeyValueCache(decoder.config.numHiddenLayers);
      read = [];
    },
  };
}

/** Feeds tokens after the cache's and returns the likeliest successor, of `vocabSize` tokens, of each of the last `count` of them. */
export function greedyTokens(
  decoder: Decoder,
  cache: KeyValueCache,
  input: readonly number[],
  count: number,
  vocabSize: number,
): Int32Array {
  return tf.tidy(() => {
    const hidden = decoder.hidden(Int32Array.from(input), 1, { cache });
    const last = Array.from({ length: count }, (_, i) => input.length - count + i);
    const rows = count === input.length ? hidden : gatherRows(hidden, tf.tensor1d(last, "int32"));
    return argMax(decoder.logits(rows, vocabSize)).dataSync() as Int32Array;
  });
}
