// Longest common subsequences of token ids: the length by bit-parallel rows, the matched positions by the table that rouge-score walks.

/** A table above this many cells would not fit in memory; a summary never comes near it. */
const LARGEST_TABLE = 250_000_000;

/** Per token id a bit mask or a first position, kept between calls; each call leaves it cleared. */
let byId = new Int32Array(1 << 12);

function tableFor(a: Int32Array, b: Int32Array): Int32Array {
  let largest = 0;
  for (let i = 0; i < a.length; i++) if (a[i]! > largest) largest = a[i]!;
  for (let i = 0; i < b.length; i++) if (b[i]! > largest) largest = b[i]!;
  if (largest >= byId.length) byId = new Int32Array(2 * largest + 2);
  return byId;
}

function countOnes(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/**
 * Length of the longest common subsequence of `a` and `b`.
 * Bit-parallel (Hyyrö 2004): one row of the table is a bit vector, 32 cells a word, and its zeros count the matches.
 */
export function lcsLength(a: Int32Array, b: Int32Array): number {
  if (a.length > b.length) return lcsLength(b, a);
  const table = tableFor(a, b);
  return a.length <= 32 ? lengthInOneWord(a, b, table) : lengthInWords(a, b, table);
}

function lengthInOneWord(a: Int32Array, b: Int32Array, masks: Int32Array): number {
  for (let i = 0; i < a.length; i++) masks[a[i]!]! |= 1 << i;
  let row = -1;
  for (let j = 0; j < b.length; j++) {
    const hit = row & masks[b[j]!]!;
    row = (row + hit) | (row - hit);
  }
  for (let i = 0; i < a.length; i++) masks[a[i]!] = 0;
  return countOnes(~row & (a.length === 32 ? -1 : (1 << a.length) - 1));
}

function lengthInWords(a: Int32Array, b: Int32Array, first: Int32Array): number {
  // Positions of an id in `a` as a chain, counted from 1: first[id], then next[position].
  const next = new Int32Array(a.length + 1);
  for (let i = a.length - 1; i >= 0; i--) {
    next[i + 1] = first[a[i]!]!;
    first[a[i]!] = i + 1;
  }
  const words = (a.length + 31) >>> 5;
  const row = new Int32Array(words).fill(-1);
  const match = new Int32Array(words);
  for (let j = 0; j < b.length; j++) {
    const start = first[b[j]!]!;
    if (start === 0) continue;
    for (let i = start; i > 0; i = next[i]!) match[(i - 1) >>> 5]! |= 1 << ((i - 1) & 31);
    let carry = 0;
    // Words before the first match cannot change: nothing is added there.
    for (let w = (start - 1) >>> 5; w < words; w++) {
      const v = row[w]!;
      const hit = v & match[w]!;
      const sum = (v >>> 0) + (hit >>> 0) + carry;
      carry = sum > 0xffffffff ? 1 : 0;
      row[w] = sum | 0 | (v & ~match[w]!);
    }
    for (let i = start; i > 0; i = next[i]!) match[(i - 1) >>> 5] = 0;
  }
  for (let i = 0; i < a.length; i++) first[a[i]!] = 0;
  let length = 0;
  for (let w = 0; w < words; w++) {
    const cells = Math.min(32, a.length - 32 * w);
    length += countOnes(~row[w]! & (cells === 32 ? -1 : (1 << cells) - 1));
  }
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
