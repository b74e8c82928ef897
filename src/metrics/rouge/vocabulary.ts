// Texts as integer token ids: texts scored together compare numbers instead of strings, and each is tokenized once.
import { type LineSplitter, linesAsTheyStand } from "./lines";
import type { RougeTokenizer } from "./tokenizers";

/** A text in token ids: as a whole, line by line for rougeLsum, and its n-grams as ids of their own. */
export interface EncodedText {
  ids: Int32Array;
  lines: Int32Array[];
  /** Ids of the n-grams; [n] is made on first use. */
  grams: (Int32Array | undefined)[];
}

/** Gives every token and every n-gram an id. */
export class RougeVocabulary {
  private readonly idOf = new Map<string, number>();
  /** Per n: an (n-1)-gram's id and the next token's make the n-gram's id. */
  private readonly gramOf: Map<number, number>[] = [];
  private counts = new Int32Array(1 << 12);
  private readonly encoded = new Map<string, EncodedText>();

  constructor(
    private readonly tokenizer: RougeTokenizer,
    private readonly lines: LineSplitter = linesAsTheyStand,
  ) {}

  /** Encodes a text once: systems that are scored one after the other share their references. */
  encode(text: string): EncodedText {
    let found = this.encoded.get(text);
    if (!found) {
      const ids = this.ids(text);
      const lines = this.lines.split(text);
      const isOneLine = lines.length === 1 && lines[0] === text;
      found = { ids, lines: isOneLine ? [ids] : lines.map((line) => this.ids(line)), grams: [] };
      this.encoded.set(text, found);
    }
    return found;
  }

  /** The n-grams of an encoded text as ids. */
  grams(text: EncodedText, n: number): Int32Array {
    if (n === 1) return text.ids;
    const known = text.grams[n];
    if (known) return known;
    const shorter = this.grams(text, n - 1);
    this.gramOf[n] ??= new Map();
    const gramOf = this.gramOf[n];
    const grams = new Int32Array(Math.max(0, text.ids.length - n + 1));
    for (let i = 0; i < grams.length; i++) {
      const key = shorter[i]! * 0x2000000 + text.ids[i + n - 1]!;
      let id = gramOf.get(key);
      if (id === undefined) {
        id = gramOf.size;
        gramOf.set(key, id);
      }
      grams[i] = id;
    }
    text.grams[n] = grams;
    return grams;
  }

  /** How many ids of n-grams (tokens where n is 1) both lists have, each as often as the list with fewer of it. */
  overlap(a: Int32Array, b: Int32Array, n = 1): number {
    const ids = n === 1 ? this.idOf.size : this.gramOf[n]!.size;
    if (ids > this.counts.length) this.counts = new Int32Array(2 * ids);
    // One array of counters serves all texts: made anew for each pair it would take most of the time.
    const { counts } = this;
    for (let i = 0; i < a.length; i++) counts[a[i]!]!++;
    let shared = 0;
    for (let i = 0; i < b.length; i++) {
      if (counts[b[i]!]! > 0) {
        shared++;
        counts[b[i]!]!--;
      }
    }
    for (let i = 0; i < a.length; i++) counts[a[i]!] = 0;
    return shared;
  }

  private ids(text: string): Int32Array {
    const tokens = this.tokenizer.tokenize(text);
    const ids = new Int32Array(tokens.length);
    for (let i = 0; i < tokens.length; i++) {
      let id = this.idOf.get(tokens[i]!);
      if (id === undefined) {
        id = this.idOf.size;
        this.idOf.set(tokens[i]!, id);
      }
      ids[i] = id;
    }
    return ids;
  }
}
