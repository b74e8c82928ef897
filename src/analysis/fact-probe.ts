// The fact probe: how often a metric prefers a summary with one wrong fact to a correct paraphrase that states the same facts.
import type { Item } from "../corpus/item";
import { extractFacts, scoreFacts } from "../metrics/facts/facts";
import type { Fact } from "../metrics/facts/facts-numbers";
import { koreanNumber } from "../metrics/facts/korean-numerals";
import { known } from "../metrics/measure";
import type { Metric, Scoring } from "../metrics/metric";
import { meanOf } from "../statistics/significance";

export interface ProbeItem {
  id: string;
  document: string;
  reference: string;
  /** Says the reference's facts, and no others that are wrong, in other words. */
  paraphrase: string;
  /** The reference with one number changed. */
  wrong: string;
  change: { from: string; to: string };
}

export interface ProbeResult {
  /** A metric's id. */
  metric: string;
  items: number;
  /** Items where the text with the wrong fact scores higher than the paraphrase. */
  wrongAbove: number;
  ties: number;
  meanWrong: number;
  meanParaphrase: number;
}

/** The first number in a fact's text made another one that its kind allows; undefined where there is none. */
export function otherNumber(fact: Fact): string | undefined {
  const match = /\d[\d,]*/.exec(fact.text);
  if (!match) return undefined;
  const value = koreanNumber(match[0]);
  // One more, but days and hours stay within the shortest month and the half day.
  const limit = fact.kind === "date" ? 12 : fact.kind === "time" ? 11 : Number.POSITIVE_INFINITY;
  const next = value + 1 <= limit ? value + 1 : Math.max(1, value - 1);
  return fact.text.replace(match[0], String(next));
}

/**
 * Changes the first number, date or time of a summary that can be changed into one that its document does not state.
 * Returns undefined where there is none.
 */
export function withOneWrongFact(
  summary: string,
  document: string,
): { text: string; change: ProbeItem["change"] } | undefined {
  for (const fact of extractFacts(summary)) {
    if (!["number", "date", "time", "score"].includes(fact.kind)) continue;
    // A fact that is stated twice would still be stated once.
    if (summary.split(fact.text).length !== 2) continue;
    const to = otherNumber(fact);
    if (to === undefined || document.includes(to)) continue;
    const text = summary.slice(0, fact.start) + summary.slice(fact.start).replace(fact.text, to);
    if (text !== summary && scoreFacts(text, summary, document).wrong.length > 0) {
      return { text, change: { from: fact.text, to } };
    }
  }
  return undefined;
}

/**
 * Builds the probe: per item the first of its alternative summaries that keeps every fact of the reference, adds none that
 * the document lacks, and is worded differently. Items without one, or without a number to change, are left out. The fact
 * rules themselves choose the paraphrases, so kept facts cannot fail this probe; it says something about the other metrics.
 */
export function probeItems(
  items: readonly Item[],
  alternatives: ReadonlyMap<string, readonly string[]>,
): ProbeItem[] {
  return items.flatMap(({ id, document, summary: reference }) => {
    const paraphrase = alternatives.get(id)?.find((text) => {
      if (text === reference) return false;
      const score = scoreFacts(text, reference, document);
      return score.kept === 1 && score.wrong.length === 0;
    });
    const changed = withOneWrongFact(reference, document);
    if (!paraphrase || !changed) return [];
    return [{ id, document, reference, paraphrase, wrong: changed.text, change: changed.change }];
  });
}

/** Runs every metric on the probe; a higher value is better. Throws on an empty probe and where an item has no value. */
export function factProbe(
  items: readonly ProbeItem[],
  metrics: readonly Metric[],
  resources: Omit<Scoring, "references" | "documents">,
): ProbeResult[] {
  if (items.length === 0) throw new Error("Fact probe: expected at least one item, found none.");
  const scoring = { ...resources, references: items.map(({ reference }) => reference) };
  return metrics.map((metric) => {
    const measured = (texts: string[]): number[] => {
      const values = known(metric.perItem(texts, scoring));
      if (values.length === texts.length) return values;
      throw new Error(`Fact probe: ${metric.id} has no value for some of the ${texts.length} items.`);
    };
    const wrong = measured(items.map((item) => item.wrong));
    const paraphrase = measured(items.map((item) => item.paraphrase));
    const count = (holds: (i: number) => boolean) => items.filter((_, i) => holds(i)).length;
    return {
      metric: metric.id,
      items: items.length,
      wrongAbove: count((i) => wrong[i]! > paraphrase[i]!),
      ties: count((i) => wrong[i]! === paraphrase[i]!),
      meanWrong: meanOf(wrong),
      meanParaphrase: meanOf(paraphrase),
    };
  });
}
