// A decoder's logits at the scored positions of a batch, never all at once.
import { slice } from "../engine/raw";
import { type Tensor, tf } from "../engine/tf";
import type { Decoder } from "../models/decoder";
import { takeRows } from "../models/embedding";
import type { Batch } from "../prompts/batch";

/** Logits held at once, tokens · vocab. */
const CHUNK_ELEMENTS = 4_000_000;

/** Runs `use` on the logits of a batch's scored positions for the first `tokens` tokens, a chunk at a time. */
export function forEachChunk(
  decoder: Decoder,
  batch: Batch,
  tokens: number,
  use: (logits: Tensor, start: number) => void,
): void {
  const rows = batch.positions.length;
  const size = Math.max(1, Math.floor(CHUNK_ELEMENTS / decoder.config.vocabSize));
  tf.tidy(() => {
    const hidden = takeRows(decoder.hidden(batch.ids, batch.rows), tf.tensor1d(batch.positions, "int32"));
    for (let start = 0; start < rows; start += size) {
      const count = Math.min(size, rows - start);
      tf.tidy(() => {
        use(decoder.logits(slice(hidden, [start, 0], [count, hidden.shape[1]!]), tokens), start);
      });
    }
  });
}
