// Longest common subsequences of token ids: the length by bit-parallel rows, the matched positions by the table that rouge-score walks.

/** A table above this many cells would not fit in memory; a summary never comes near it. */
const LARGEST_TABLE = 250_000_000;

function positionsOf(ids: Int32Array): Map<number, number[]> {
  const positions = new Map<number, number[]>();
  for (let i = 0; i < ids.length; i++) {
    const list = positions.get(ids[i]!);
    if (list) list.push(i);
    else positions.set(ids[i]!, [i]);
  }
  return positions;
}

/**
 * Length of the longest common subsequence of `a` and `b`.
 * Bit-parallel (Hyyrö 2004): one row of the table is a bit vector, 32 cells a word, and its zeros count the matches.
 */
export function lcsLength(a: Int32Array, b: Int32Array): number {
  const positions = positionsOf(a);
  const words = (a.length + 31) >>> 5;
  const row = new Int32Array(words).fill(-1);
  const match = new Int32Array(words);
  for (let j = 0; j < b.length; j++) {
    const at = positions.get(b[j]!);
    if (!at) continue;
    for (const i of at) match[i >>> 5]! |= 1 << (i & 31);
    let carry = 0;
    // Words before the first match cannot change: nothing is added there.
    for (let w = at[0]! >>> 5; w < words; w++) {
      const v = row[w]!;
      const hit = v & match[w]!;
      const sum = (v >>> 0) + (hit >>> 0) + carry;
      carry = sum > 0xffffffff ? 1 : 0;
      row[w] = sum | 0 | (v & ~match[w]!);
    }
    for (const i of at) match[i >>> 5] = 0;
  }
  let length = 0;
  for (let i = 0; i < a.length; i++) if (((row[i >>> 5]! >>> (i & 31)) & 1) === 0) length++;
  return length;
}

/**
 * Marks in `marked` the positions of `reference` that one longest common subsequence with `candidate` uses.
 * Of several, the one that rouge-score's backtracking finds: on a tie it steps back in the reference.
 */
export function markLcs(reference: Int32Array, candidate: Int32Array, marked: Uint8Array): void {
  const rows = reference.length;
  const width = candidate.length + 1;
  if ((rows + 1) * width > LARGEST_TABLE) {
    throw new Error(
      `rougeLsum: a line of ${rows} tokens against a line of ${candidate.length} needs a table of more than ` +
        `${LARGEST_TABLE} cells. Split the text into lines, or leave rougeLsum out.`,
    );
  }
  const table = new Int32Array((rows + 1) * width);
  for (let i = 1; i <= rows; i++) {
    const id = reference[i - 1]!;
    const above = (i - 1) * width;
    const here = i * width;
    for (let j = 1; j < width; j++) {
      if (id === candidate[j - 1]) table[here + j] = table[above + j - 1]! + 1;
      else table[here + j] = Math.max(table[above + j]!, table[here + j - 1]!);
    }
  }
  let i = rows;
  let j = candidate.length;
  while (i > 0 && j > 0) {
    if (reference[i - 1] === candidate[j - 1]) {
      marked[i - 1] = 1;
      i--;
      j--;
    } else if (table[i * width + j - 1]! > table[(i - 1) * width + j]!) j--;
    else i--;
  }
}
