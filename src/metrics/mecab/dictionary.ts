// A compiled MeCab dictionary (format 102): words by double-array trie, unknown words by kind of character, costs of connections.
// Kudo et al., "Applying conditional random fields to Japanese morphological analysis" (2004); mecab-ko's penalty for spaces.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A word as the trie or the unknown words give it. */
export interface Word {
  leftId: number;
  rightId: number;
  posId: number;
  cost: number;
  /** Where its feature stands in the dictionary. */
  feature: number;
}

/** What the bits of a character's entry in char.bin say. */
export interface CharacterKind {
  /** A bit a category that the character is of. */
  types: number;
  /** The category under which it stands in unk.dic. */
  category: number;
  /** Unknown words of one up to so many characters. */
  length: number;
  /** Whether a run of one kind makes an unknown word. */
  group: boolean;
  /** Whether unknown words are tried where the dictionary has words too. */
  invoke: boolean;
}

const MAGIC = 0xef718f77;
const VERSION = 102;
const HEADER = 72;
const WORD = 16;

/** A .dic file: trie, words, features. */
class WordList {
  private readonly trie: Int32Array;
  private readonly words: DataView;

  constructor(
    file: string,
    private readonly bytes: Buffer,
  ) {
    const field = (i: number) => bytes.readUInt32LE(i * 4);
    if (bytes.length < HEADER || (field(0) ^ MAGIC) >>> 0 !== bytes.length || field(1) !== VERSION)
      throw new Error(
        `${file}: expected a compiled MeCab dictionary of version ${VERSION}, found something else or a part of one.`,
      );
    const [trieBytes, wordBytes] = [field(6), field(7)];
    // The header is a multiple of 4 bytes; a file's buffer of its own begins at one too.
    this.trie = new Int32Array(bytes.buffer, bytes.byteOffset + HEADER, trieBytes / 4);
    this.words = new DataView(bytes.buffer, bytes.byteOffset + HEADER + trieBytes, wordBytes);
    this.features = HEADER + trieBytes + wordBytes;
  }

  private readonly features: number;

  feature({ feature }: Word): string {
    const from = this.features + feature;
    return this.bytes.toString("utf8", from, this.bytes.indexOf(0, from));
  }

  private wordsAt(value: number): Word[] {
    return Array.from({ length: value & 0xff }, (_, i) => {
      const at = ((value >>> 8) + i) * WORD;
      const unsigned = (offset: number) => this.words.getUint16(at + offset, true);
      return {
        leftId: unsigned(0),
        rightId: unsigned(2),
        posId: unsigned(4),
        cost: this.words.getInt16(at + 6, true),
        feature: this.words.getUint32(at + 8, true),
      };
    });
  }

  /** Calls `found` with every beginning of text[from, to) that is a word, the shortest first, and its length in bytes. */
  beginnings(
    text: Uint8Array,
    from: number,
    to: number,
    found: (words: Word[], length: number) => void,
  ): void {
    const { trie } = this;
    let base = trie[0]!;
    for (let i = from; ; i++) {
      const value = trie[base * 2]!;
      // Darts keeps a leaf's value below zero, where its check is its own base.
      if (value < 0 && trie[base * 2 + 1] === base) found(this.wordsAt(-value - 1), i - from);
      if (i === to) return;
      const next = base + text[i]! + 1;
      if (trie[next * 2 + 1] !== base) return;
      base = trie[next * 2]!;
    }
  }

  /** The words of exactly this text. */
  exact(text: string): Word[] {
    const key = Buffer.from(text);
    let words: Word[] = [];
    this.beginnings(key, 0, key.length, (found, length) => {
      if (length === key.length) words = found;
    });
    return words;
  }
}

/** The files of a dictionary that analysis rests on. */
export const MECAB_FILES = ["sys.dic", "unk.dic", "matrix.bin", "char.bin", "dicrc"] as const;

export class MecabDictionary {
  private readonly system: WordList;
  private readonly kinds: Uint32Array;
  private readonly matrix: Int16Array;
  private readonly lefts: number;
  private readonly penalties = new Map<number, number>();
  /** By category, the unknown words of its characters. */
  readonly unknown: readonly Word[][];
  private readonly unknownList: WordList;
  /** SHA-256 over the files that analysis rests on. */
  readonly hash: string;

  /** Reads a folder with sys.dic, unk.dic, matrix.bin, char.bin and dicrc. Throws where one is missing or broken. */
  constructor(folder: string) {
    const missing = MECAB_FILES.filter((name) => !existsSync(join(folder, name)));
    if (missing.length > 0)
      throw new Error(`${folder}: expected a MeCab dictionary, without ${missing.join(", ")}.`);
    const hash = createHash("sha256");
    const [system, unknown, matrix, kinds, settings] = MECAB_FILES.map((name) => {
      const bytes = readFileSync(join(folder, name));
      hash.update(bytes);
      return bytes;
    }) as [Buffer, Buffer, Buffer, Buffer, Buffer];
    this.hash = hash.digest("hex");
    this.system = new WordList(join(folder, "sys.dic"), system);
    this.unknownList = new WordList(join(folder, "unk.dic"), unknown);
    this.lefts = matrix.readUInt16LE(0);
    this.matrix = new Int16Array(matrix.buffer, matrix.byteOffset + 4, (matrix.length - 4) / 2);
    if (this.matrix.length !== this.lefts * matrix.readUInt16LE(2))
      throw new Error(
        `${join(folder, "matrix.bin")}: expected ${this.lefts} times as many costs, found a part.`,
      );
    const categories = kinds.readUInt32LE(0);
    const table = 4 + categories * 32;
    this.kinds = new Uint32Array(kinds.buffer, kinds.byteOffset + table, (kinds.length - table) / 4);
    this.unknown = Array.from({ length: categories }, (_, i) => {
      const name = kinds.toString("latin1", 4 + i * 32, 4 + (i + 1) * 32).split("\0")[0]!;
      return this.unknownList.exact(name);
    });
    const factors =
      /^left-space-penalty-factor *= *([\d,]+)/m.exec(settings.toString())?.[1]?.split(",") ?? [];
    for (let i = 0; i + 1 < factors.length; i += 2)
      this.penalties.set(Number(factors[i]), Number(factors[i + 1]));
  }

  /** What a code point is; beyond the Basic Multilingual Plane all are as U+0000. */
  kind(codePoint: number): CharacterKind {
    const bits = this.kinds[codePoint < 0xffff ? codePoint : 0]!;
    return {
      types: bits & 0x3ffff,
      category: (bits >>> 18) & 0xff,
      length: (bits >>> 26) & 0xf,
      group: ((bits >>> 30) & 1) === 1,
      invoke: bits >>> 31 === 1,
    };
  }

  beginnings(
    text: Uint8Array,
    from: number,
    to: number,
    found: (words: Word[], length: number) => void,
  ): void {
    this.system.beginnings(text, from, to, found);
  }

  /** What it costs that `right` follows a word of this right id, behind a space or not. */
  cost(rightIdBefore: number, right: Word, spaced: boolean): number {
    const penalty = spaced ? (this.penalties.get(right.posId) ?? 0) : 0;
    return this.matrix[rightIdBefore + this.lefts * right.leftId]! + right.cost + penalty;
  }

  /** The part of speech that a word's feature begins with, "NNP" or "VV+EP". */
  tag(word: Word, isUnknown: boolean): string {
    return (isUnknown ? this.unknownList : this.system).feature(word).split(",")[0]!;
  }
}
