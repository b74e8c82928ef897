// One change to any Korean text, by rule: a number, date or name made another, a sentence denied, sentences in another order, one that
// does not belong. What a summariser or metric should then do is known. Ribeiro et al., "Beyond accuracy: CheckList" (2020).
import { ending } from "../../base/particles";
import { sentencePieces } from "../../corpus/text-folder";
import { extractFacts } from "../../metrics/facts/facts";
import type { Fact } from "../../metrics/facts/facts-numbers";
import { otherNumber } from "../fact-probe";

/** The first four change what is true of the text: a summary that says it must follow. The last two change nothing that a summary says. */
export const PERTURBATIONS = ["number", "date", "name", "negation", "order", "irrelevant"] as const;
export type PerturbationKind = (typeof PERTURBATIONS)[number];

export interface Perturbed {
  kind: PerturbationKind;
  text: string;
  /** What stood there and what stands there now; of an order the first sentence's beginning. */
  from: string;
  to: string;
}

/** What texts are perturbed with: other texts' names, and a sentence that belongs to none of them. */
export interface Foreign {
  names: readonly string[];
  sentence: string;
}

/** Predicates at a sentence's end and their denials, the longer first; what has none is left alone. */
const DENIALS: readonly [predicate: RegExp, denial: string][] = [
  [/하지 않(는다|습니다|았다)(?=[.!]?\s*$)/, ""],
  [/했습니다(?=[.!]?\s*$)/, "하지 않았습니다"],
  [/합니다(?=[.!]?\s*$)/, "하지 않습니다"],
  [/됐습니다(?=[.!]?\s*$)/, "되지 않았습니다"],
  [/됩니다(?=[.!]?\s*$)/, "되지 않습니다"],
  [/있습니다(?=[.!]?\s*$)/, "없습니다"],
  [/없습니다(?=[.!]?\s*$)/, "있습니다"],
  [/(?:됐|되었)다(?=[.!]?\s*$)/, "되지 않았다"],
  [/했다(?=[.!]?\s*$)/, "하지 않았다"],
  [/한다(?=[.!]?\s*$)/, "하지 않는다"],
  [/된다(?=[.!]?\s*$)/, "되지 않는다"],
  [/(?<=\s|[가-힣])있다(?=[.!]?\s*$)/, "없다"],
  [/(?<=\s|[가-힣])없다(?=[.!]?\s*$)/, "있다"],
];

const NUMBERS = new Set(["number", "time", "score"]);
const NAMES = new Set(["person", "place", "name"]);

const once = (text: string, part: string): boolean => text.split(part).length === 2;

function factChanged(
  text: string,
  isKind: (fact: Fact) => boolean,
  other: (fact: Fact) => string | undefined,
) {
  for (const fact of extractFacts(text)) {
    if (!isKind(fact) || !once(text, fact.text)) continue;
    const to = other(fact);
    if (to === undefined || text.includes(to)) continue;
    return { text: text.replace(fact.text, () => to), from: fact.text, to };
  }
  return undefined;
}

function denied(text: string) {
  const pieces = sentencePieces(text);
  for (const [i, piece] of pieces.entries()) {
    const found = DENIALS.find(([predicate]) => predicate.test(piece.trimEnd()));
    if (!found || found[1] === "") continue;
    const [predicate, denial] = found;
    const from = predicate.exec(piece.trimEnd())![0];
    const to = piece.trimEnd().replace(predicate, denial) + piece.slice(piece.trimEnd().length);
    return { text: [...pieces.slice(0, i), to, ...pieces.slice(i + 1)].join(""), from, to: denial };
  }
  return undefined;
}

/** The sentences of a text, each with its end, between them one space. */
const sentences = (text: string): string[] => sentencePieces(text).map((piece) => piece.trim());

/** The text with one change of a kind; undefined where nothing of the kind can be changed. */
export function perturb(text: string, kind: PerturbationKind, foreign: Foreign): Perturbed | undefined {
  const changed = (() => {
    switch (kind) {
      case "number":
        return factChanged(text, (fact) => NUMBERS.has(fact.kind), otherNumber);
      case "date":
        return factChanged(text, (fact) => fact.kind === "date", otherNumber);
      case "name":
        // One that particles follow alike, so that the text stays Korean.
        return factChanged(
          text,
          (fact) => NAMES.has(fact.kind),
          (fact) => foreign.names.find((name) => !text.includes(name) && ending(name) === ending(fact.text)),
        );
      case "negation":
        return denied(text);
      case "order": {
        const [first, second, ...rest] = sentences(text);
        if (first === undefined || second === undefined || first === second) return undefined;
        return { text: [second, first, ...rest].join(" "), from: first, to: second };
      }
      case "irrelevant": {
        const all = sentences(text);
        const middle = Math.ceil(all.length / 2);
        const { sentence } = foreign;
        if (all.length === 0 || text.includes(sentence)) return undefined;
        return {
          text: [...all.slice(0, middle), sentence, ...all.slice(middle)].join(" "),
          from: "",
          to: sentence,
        };
      }
    }
  })();
  return changed && { kind, ...changed };
}

/** Names that texts have, those of the most first: what `perturb` takes for another text's name. */
export function namesOf(texts: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const text of texts)
    for (const { kind, text: name } of extractFacts(text))
      if (NAMES.has(kind)) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]).map(([name]) => name);
}

/** A sentence that no text to summarise is about. */
export const IRRELEVANT = "고양이는 하루에 열여섯 시간쯤 잠을 잔다.";
