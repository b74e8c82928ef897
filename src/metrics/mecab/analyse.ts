// The cheapest path of words through a text, as mecab-ko 0.9.2 (MeCab 0.996) finds it: node for node in its order, as ties go to the first.
import type { CharacterKind, MecabDictionary, Word } from "./dictionary";

export interface Morpheme {
  surface: string;
  tag: string;
}

interface Node {
  word: Word;
  unknown: boolean;
  /** Where spaces before it begin, where it begins, where it ends: in bytes. */
  from: number;
  start: number;
  end: number;
  cost: number;
  before?: Node;
}

/** MeCab's longest run of characters of one kind that is one unknown word. */
const LONGEST_RUN = 24;
/** Bytes that the dictionary is asked for at most. */
const LONGEST_LOOKUP = 65_535;
const EDGE: Word = { leftId: 0, rightId: 0, posId: 0, cost: 0, feature: 0 };

/** Code point and length in bytes of the character at a place; beyond the Basic Multilingual Plane MeCab sees 0. */
function characterAt(text: Buffer, at: number): [codePoint: number, length: number] {
  const first = text[at]!;
  if (first < 0x80) return [first, 1];
  const next = (i: number) => text[at + i]! & 0x3f;
  if (first < 0xe0) return [((first & 0x1f) << 6) | next(1), 2];
  if (first < 0xf0) return [((first & 0x0f) << 12) | (next(1) << 6) | next(2), 3];
  return [0, 4];
}

interface Run {
  /** Where the run ends. */
  end: number;
  characters: number;
  /** The kind that ended it, or of the last character where the text ends. */
  kind: CharacterKind;
  /** Bytes of the character of that kind. */
  length: number;
}

const sameKind = (a: CharacterKind, b: CharacterKind): boolean => (a.types & b.types) !== 0;

/** Characters from a place on, each of a kind with the one before it. */
function run(dictionary: MecabDictionary, text: Buffer, from: number, to: number, first: CharacterKind): Run {
  let [at, characters, kind, length] = [from, 0, first, 0];
  for (let before = first; at < to; before = kind) {
    const [codePoint, bytes] = characterAt(text, at);
    kind = dictionary.kind(codePoint);
    length = bytes;
    if (!sameKind(before, kind)) break;
    at += bytes;
    characters++;
  }
  return { end: at, characters, kind, length };
}

/** Words that may begin at a place, spaces before them skipped, in the order that MeCab has them. */
function nodesAt(dictionary: MecabDictionary, text: Buffer, from: number): Node[] {
  const to = Math.min(text.length, from + LONGEST_LOOKUP);
  const spaces = run(dictionary, text, from, to, dictionary.kind(0x20));
  const [start, kind] = [spaces.end, spaces.kind];
  const nodes: Node[] = [];
  const add = (word: Word, end: number, unknown: boolean) =>
    nodes.unshift({ word, unknown, from, start, end, cost: 0 });
  dictionary.beginnings(text, start, to, (words, length) => {
    if (length > 0) for (const word of words) add(word, start + length, false);
  });
  if (nodes.length > 0 && !kind.invoke) return nodes;
  const addUnknown = (end: number) => {
    for (const word of dictionary.unknown[kind.category]!) add(word, end, true);
  };
  let end = start + spaces.length;
  if (end > to) return nodes;
  let grouped = -1;
  if (kind.group) {
    const group = run(dictionary, text, end, to, kind);
    if (group.characters <= LONGEST_RUN) addUnknown(group.end);
    grouped = group.end;
  }
  for (let i = 1; i <= kind.length && end <= to; i++) {
    if (end === grouped) continue;
    addUnknown(end);
    if (end === to) break;
    const [codePoint, length] = characterAt(text, end);
    if (!sameKind(kind, dictionary.kind(codePoint))) break;
    end += length;
  }
  if (nodes.length === 0) addUnknown(end);
  return nodes;
}

/** The morphemes of a text. */
export function analyse(dictionary: MecabDictionary, text: string): Morpheme[] {
  const bytes = Buffer.from(text);
  const ending: (Node[] | undefined)[] = new Array(bytes.length + 1);
  ending[0] = [{ word: EDGE, unknown: false, from: 0, start: 0, end: 0, cost: 0 }];
  const connect = (node: Node, lefts: readonly Node[]) => {
    let best = Number.POSITIVE_INFINITY;
    // The node that came last stands first in MeCab's lists, and a tie goes to the first.
    for (let i = lefts.length - 1; i >= 0; i--) {
      const left = lefts[i]!;
      const cost = left.cost + dictionary.cost(left.word.rightId, node.word, node.start > node.from);
      if (cost < best) {
        best = cost;
        node.before = left;
      }
    }
    node.cost = best;
  };
  for (let at = 0; at < bytes.length; at++) {
    const lefts = ending[at];
    if (!lefts) continue;
    for (const node of nodesAt(dictionary, bytes, at)) {
      connect(node, lefts);
      const there = ending[node.end];
      if (there) there.push(node);
      else ending[node.end] = [node];
    }
  }
  // Spaces at the end belong to no word.
  let last = bytes.length;
  while (!ending[last]) last--;
  const end: Node = { word: EDGE, unknown: false, from: last, start: last, end: last, cost: 0 };
  connect(end, ending[last]!);
  const path: Morpheme[] = [];
  for (let node = end.before; node?.before; node = node.before) {
    const surface = bytes.toString("utf8", node.start, node.end);
    path.push({ surface, tag: dictionary.tag(node.word, node.unknown) });
  }
  return path.reverse();
}
