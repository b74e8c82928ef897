// Kept facts: which numbers, amounts, dates, times, names and places of a reference a summary keeps, and which it invents.
// No judge model: a fact is found or it is not, so one wrong digit counts, which ROUGE and BERTScore barely see.
import type { FactCounts, FactKind } from "../../results/facts";
import { namedFacts, placeStem } from "./facts-names";
import { type Fact, numericFacts } from "./facts-numbers";

const NUMERIC = new Set(["number", "date", "time", "phone", "score"]);
/** A text without its white space, composed: Korean is spaced more ways than one. */
export const squeeze = (text: string): string => text.normalize("NFC").replace(/\s+/g, "");

/** Every fact of a text, in order; each value once. `knownNames` are further names to look for. */
export function extractFacts(text: string, knownNames: readonly string[] = []): Fact[] {
  const source = text.normalize("NFC");
  const facts = new Map<string, Fact>();
  for (const fact of [...numericFacts(source), ...namedFacts(source)]) {
    const key = `${NUMERIC.has(fact.kind) ? "" : "name:"}${fact.value}`;
    if (!facts.has(key)) facts.set(key, fact);
  }
  for (const name of knownNames) {
    const start = source.indexOf(name);
    const covered = [...facts.values()].some((fact) => !NUMERIC.has(fact.kind) && fact.value.includes(name));
    if (start >= 0 && !covered) {
      facts.set(`name:${name}`, { kind: "name", value: name, covers: [], text: name, start });
    }
  }
  return [...facts.values()].sort((a, b) => a.start - b.start);
}

/** A text that facts are looked for in. */
export class FactSource {
  private readonly values = new Set<string>();
  private readonly bare = new Set<string>();
  private readonly squeezed: string;

  constructor(text: string) {
    for (const fact of numericFacts(text)) {
      this.values.add(fact.value);
      for (const value of fact.covers) this.values.add(value);
      if (fact.value.startsWith("#")) this.bare.add(fact.value);
    }
    this.squeezed = squeeze(text);
  }

  /** Whether the text states the fact: the same value, one that covers it, or for names the same letters. */
  states(fact: Fact): boolean {
    if (!NUMERIC.has(fact.kind)) {
      const name = fact.kind === "place" ? placeStem(fact.value) : fact.value;
      return this.squeezed.includes(squeeze(name));
    }
    // A table may give 340 under a heading where the summary writes 340명.
    const bare = fact.covers.find((value) => value.startsWith("#"));
    return this.values.has(fact.value) || (bare !== undefined && this.bare.has(bare));
  }
}

export interface FactScore {
  /** Share of the reference's facts that the summary keeps; undefined where the reference has none. */
  kept: number | undefined;
  /** Share of the summary's facts that the document does not have; undefined where the summary has none. */
  invented: number | undefined;
  referenceFacts: number;
  summaryFacts: number;
  lost: string[];
  wrong: string[];
  /** The same counted by kind of fact. */
  kinds: Partial<Record<FactKind, FactCounts>>;
}

function countKinds(
  expected: readonly Fact[],
  lost: readonly Fact[],
  stated: readonly Fact[],
  wrong: readonly Fact[],
): FactScore["kinds"] {
  const kinds: FactScore["kinds"] = {};
  const add = (facts: readonly Fact[], key: keyof FactCounts, by: number) => {
    for (const { kind } of facts) {
      const counts = kinds[kind] ?? { expected: 0, kept: 0, stated: 0, invented: 0 };
      counts[key] += by;
      kinds[kind] = counts;
    }
  };
  add(expected, "expected", 1);
  add(expected, "kept", 1);
  add(lost, "kept", -1);
  add(stated, "stated", 1);
  add(wrong, "invented", 1);
  return kinds;
}

/** Scores one summary. Without a document, invented facts are those that the reference lacks. */
export function scoreFacts(summary: string, reference: string, document = reference): FactScore {
  const names = namedFacts(document)
    .filter((fact) => fact.kind === "name" || fact.kind === "person")
    .map((fact) => fact.value);
  const expected = extractFacts(reference, names);
  const stated = extractFacts(summary, names);
  const inSummary = new FactSource(summary);
  const inDocument = new FactSource(document);
  const lost = expected.filter((fact) => !inSummary.states(fact));
  const wrong = stated.filter((fact) => !inDocument.states(fact));
  return {
    kept: expected.length > 0 ? 1 - lost.length / expected.length : undefined,
    invented: stated.length > 0 ? wrong.length / stated.length : undefined,
    referenceFacts: expected.length,
    summaryFacts: stated.length,
    lost: lost.map((fact) => fact.text),
    wrong: wrong.map((fact) => fact.text),
    kinds: countKinds(expected, lost, stated, wrong),
  };
}
