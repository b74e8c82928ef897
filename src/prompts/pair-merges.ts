// Byte-pair merging on counted words (Sennrich et al. 2016), with pair counts kept up to date merge by merge.

/** A word as symbols with the number of times it occurs. */
export interface CountedWord {
  symbols: string[];
  count: number;
}

export interface Merge {
  left: string;
  right: string;
}

// A pair of symbol ids as one exact number.
const PAIR_BASE = 2 ** 21;

/**
 * Learns up to `limit` new symbols: each time the commonest pair is joined; of equally common pairs the one with the
 * smaller ids (order of `alphabet`, then of creation) wins, as in Hugging Face's trainer. `join` names the new symbol.
 * Stops early when no pair occurs twice. Throws when a word has a symbol that `alphabet` lacks.
 */
export function learnMerges(
  words: readonly CountedWord[],
  alphabet: readonly string[],
  limit: number,
  join: (left: string, right: string) => string = (left, right) => left + right,
): Merge[] {
  const names = [...alphabet];
  const ids = new Map(names.map((name, id) => [name, id]));
  const sequences = words.map(({ symbols }) =>
    symbols.map((symbol) => {
      const id = ids.get(symbol);
      if (id === undefined) throw new Error(`The symbol "${symbol}" is not in the alphabet.`);
      return id;
    }),
  );
  const counts = new Map<number, number>();
  const places = new Map<number, Set<number>>();
  const add = (pair: number, change: number, word: number) => {
    counts.set(pair, (counts.get(pair) ?? 0) + change);
    if (change > 0) {
      const known = places.get(pair);
      if (known) known.add(word);
      else places.set(pair, new Set([word]));
    }
  };
  sequences.forEach((sequence, word) => {
    for (let i = 0; i + 1 < sequence.length; i++)
      add(sequence[i]! * PAIR_BASE + sequence[i + 1]!, words[word]!.count, word);
  });

  const merges: Merge[] = [];
  const created = new Set<string>();
  while (created.size < limit) {
    let best = -1;
    let bestCount = 1;
    for (const [pair, count] of counts) {
      if (count > bestCount || (count === bestCount && best >= 0 && pair < best)) {
        best = pair;
        bestCount = count;
      }
    }
    if (best < 0) break;
    const left = Math.floor(best / PAIR_BASE);
    const right = best % PAIR_BASE;
    const name = join(names[left]!, names[right]!);
    merges.push({ left: names[left]!, right: names[right]! });
    // Two pairs can spell the same symbol (a+bc, ab+c): one vocabulary entry, two merges.
    let id = ids.get(name);
    if (id === undefined) {
      id = names.length;
      names.push(name);
      ids.set(name, id);
      created.add(name);
    }
    for (const word of places.get(best) ?? []) {
      const sequence = sequences[word]!;
      const { count } = words[word]!;
      for (let i = 0; i + 1 < sequence.length; i++) {
        if (sequence[i] !== left || sequence[i + 1] !== right) continue;
        const before = sequence[i - 1];
        const after = sequence[i + 2];
        if (before !== undefined) {
          add(before * PAIR_BASE + left, -count, word);
          add(before * PAIR_BASE + id, count, word);
        }
        if (after !== undefined) {
          add(right * PAIR_BASE + after, -count, word);
          add(id * PAIR_BASE + after, count, word);
        }
        sequence.splice(i, 2, id);
      }
    }
    counts.delete(best);
    places.delete(best);
  }
  return merges;
}
