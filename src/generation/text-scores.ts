// Log-probabilities of a text's tokens and its greedy continuation, in memory that grows neither with text times vocabulary
// nor with the square of the text.
import { forEachWeightBlock, weightRows } from "../engine/frozen";
import {
  add,
  argMax,
  exp,
  log,
  matMul,
  max,
  maximum,
  mul,
  reshape,
  scale,
  slice,
  sub,
  sum,
  tanh,
} from "../engine/raw";
import { type Tensor, tf } from "../engine/tf";
import { type Decoder, KeyValueCache } from "../models/decoder";

/** Positions read at once. */
const CHUNK = 512;
/** Logits held at once, positions times tokens: 8 MB. */
const BLOCK_ELEMENTS = 2 ** 21;

export interface TextScores {
  /** log p(ids[t + 1] | ids up to t) in nats, one fewer than ids. */
  logProbs: number[];
  /** What greedy decoding writes next, the token that ended it included. */
  continuation: number[];
}

export interface ContinuationOptions {
  maxNewTokens: number;
  stopIds: readonly number[];
}

/** log p of a token each, [rows]: hidden [rows, width], targets int32 [rows]. The vocabulary is read block by block. */
function targetLogProbs({ head, config }: Decoder, hidden: Tensor, targets: Tensor): Tensor {
  const cap = config.finalSoftcap;
  const capped = (raw: Tensor) => (cap ? scale(tanh(scale(raw, 1 / cap)), cap) : raw);
  const rows = hidden.shape[0]!;
  let [peak, total] = [tf.fill([rows, 1], -1e30), tf.zeros([rows, 1])] as [Tensor, Tensor];
  forEachWeightBlock(head, Math.max(1, Math.floor(BLOCK_ELEMENTS / rows)), (block) => {
    const before = [peak, total];
    [peak, total] = tf.tidy(() => {
      const logits = capped(matMul(hidden, block, false, true));
      const higher = maximum(peak, max(logits, 1, true));
      const mass = sum(exp(sub(logits, higher)), 1, true);
      return [higher, add(mul(total, exp(sub(peak, higher))), mass)] as [Tensor, Tensor];
    });
    tf.dispose(before);
  });
  const own = capped(sum(mul(hidden, weightRows(head, targets)), 1, true));
  return reshape(sub(sub(own, peak), log(total)), [rows]);
}

/**
 * Scores the tokens of one text after its first and continues it greedily, at most to the end of the model's context.
 * Throws for an empty text, an id outside the vocabulary, and a text longer than the context.
 */
export function scoreText(decoder: Decoder, ids: readonly number[], next?: ContinuationOptions): TextScores {
  const { numHiddenLayers, maxPositionEmbeddings } = decoder.config;
  if (ids.length > maxPositionEmbeddings)
    throw new Error(`The text has ${ids.length} tokens, the model's context is ${maxPositionEmbeddings}.`);
  const cache = new KeyValueCache(numHiddenLayers);
  const logProbs: number[] = [];
  const continuation: number[] = [];
  /** Reads tokens into the cache; `use` gets their hidden states. */
  const read = (tokens: readonly number[], use: (hidden: Tensor) => number): number =>
    tf.tidy(() => use(decoder.hidden(Int32Array.from(tokens), 1, { cache })));
  const likeliest = (hidden: Tensor) => {
    const [rows, width] = hidden.shape as [number, number];
    return argMax(decoder.logits(slice(hidden, [rows - 1, 0], [1, width]))).dataSync()[0]!;
  };
  try {
    let following = 0;
    for (let start = 0; start < ids.length; start += CHUNK) {
      const end = Math.min(ids.length, start + CHUNK);
      following = read(ids.slice(start, end), (hidden) => {
        const targets = Int32Array.from(ids.slice(start + 1, end + 1));
        if (targets.length > 0) {
          const scored = slice(hidden, [0, 0], [targets.length, hidden.shape[1]!]);
          logProbs.push(...targetLogProbs(decoder, scored, tf.tensor1d(targets, "int32")).dataSync());
        }
        return next && end === ids.length ? likeliest(hidden) : 0;
      });
    }
    while (next && continuation.length < next.maxNewTokens) {
      continuation.push(following);
      const full = ids.length + continuation.length > maxPositionEmbeddings;
      if (full || next.stopIds.includes(following) || continuation.length === next.maxNewTokens) break;
      following = read([following], likeliest);
    }
    return { logProbs, continuation };
  } finally {
    cache.dispose();
  }
}
