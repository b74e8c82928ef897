// One example as plain lines: what the model is given, what it learns to write, what is padding.
import type { Batch } from "./batch";
import type { ChatTokenizer } from "./tokenizer";

/** Line ends as ⏎, so that a piece stays on its line. */
const visible = (piece: string): string => piece.replaceAll("\n", "⏎");

/**
 * Shows one row of a batch: the prompt's text (given, never scored), then a line for each scored position with the token
 * seen there and the token it is scored against, then the padding. Throws when the batch has no such row.
 */
export function viewRow(tokenizer: ChatTokenizer, batch: Batch, row: number): string[] {
  if (row < 0 || row >= batch.rows) {
    throw new Error(`viewRow: row ${row} does not exist, the batch has rows 0 to ${batch.rows - 1}.`);
  }
  const start = row * batch.length;
  const scored: { position: number; target: number }[] = [];
  for (const [i, position] of batch.positions.entries()) {
    if (position >= start && position < start + batch.length) {
      scored.push({ position: position - start, target: batch.targets[i] as number });
    }
  }
  const ids = Array.from(batch.ids.subarray(start, start + batch.length));
  const promptLength = (scored[0]?.position ?? -1) + 1;
  const used = promptLength + scored.length;
  return [
    `${batch.exampleIds[row]}: ${promptLength} prompt tokens (not scored), ${scored.length} scored, ${batch.length - used} padding`,
    `prompt   ${visible(tokenizer.tokens(ids.slice(0, promptLength)).join(""))}`,
    ...scored.map(({ position, target }) => {
      const [seen, next] = tokenizer.tokens([ids[position] as number, target]);
      return `scored   ${String(position).padStart(4)}  ${visible(seen as string)} -> ${visible(next as string)}`;
    }),
    `padding  ${batch.length - used} x ${tokenizer.tokens([tokenizer.padId])[0]}`,
  ];
}
