// What can be said of summaries where nobody wrote a reference: invented facts, copied share, length, repetition.
import { scoreFacts } from "../metrics/facts/facts";
import type { Repetition } from "../results/audit";
import { copied } from "./copied";
import { repetition } from "./repetition";

export interface UnreferencedText {
  id: string;
  /** Characters, as people count them (code points). */
  documentLength: number;
  length: number;
  /** Facts that the summary states, and those of them that the document does not. */
  facts: number;
  invented: string[];
  /** Share of the summary's words in spans that stand in the document too, null where it has no word; words of the longest. */
  copied: number | null;
  longestCopy: number;
}

export interface UnreferencedSummary extends Repetition {
  texts: number;
  meanLength: number;
  /** Mean of summary's length divided by the document's. */
  compression: number;
  facts: number;
  inventedFacts: number;
  /** Of the facts of all texts; null where they state none. */
  inventedShare: number | null;
  /** Texts with at least one invented fact. */
  withInvented: number;
  /** Mean over texts that have words. */
  copied: number | null;
  /** Texts that equal the summary of another document. */
  shared: number;
}

const mean = (values: readonly number[]): number | null =>
  values.length > 0 ? values.reduce((a, b) => a + b, 0) / values.length : null;

/** Measures one summary against its document. */
export function measureText(id: string, document: string, summary: string): UnreferencedText {
  const { summaryFacts, wrong } = scoreFacts(summary, document);
  const { coverage, longest } = copied(summary, document);
  return {
    id,
    documentLength: [...document].length,
    length: [...summary].length,
    facts: summaryFacts,
    invented: wrong,
    copied: coverage ?? null,
    longestCopy: longest,
  };
}

/** The measures of all texts together; `summaries` in the order of `rows`. Throws on none. */
export function measureAll(
  rows: readonly UnreferencedText[],
  summaries: readonly string[],
): UnreferencedSummary {
  const total = (count: (row: UnreferencedText) => number) => rows.reduce((sum, row) => sum + count(row), 0);
  const times = new Map<string, number>();
  for (const text of summaries) times.set(text, (times.get(text) ?? 0) + 1);
  const facts = total(({ facts }) => facts);
  const inventedFacts = total(({ invented }) => invented.length);
  return {
    ...repetition(summaries),
    texts: rows.length,
    meanLength: mean(rows.map(({ length }) => length))!,
    compression: mean(rows.map(({ length, documentLength }) => length / documentLength))!,
    facts,
    inventedFacts,
    inventedShare: facts > 0 ? inventedFacts / facts : null,
    withInvented: rows.filter(({ invented }) => invented.length > 0).length,
    copied: mean(rows.flatMap((row) => row.copied ?? [])),
    shared: summaries.filter((text) => text !== "" && times.get(text)! > 1).length,
  };
}
