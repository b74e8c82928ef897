// What the audit says, as facts: its sentences (audit-sentences.ts) are chosen by these and filled with their numbers.
import { tokenizersIn } from "../../metrics/rouge/names";
import type {
  Audit,
  Correlation,
  ErrorGroup,
  Grouping,
  PublishedDifference,
  RepeatedRun,
} from "../../results/audit";
import type { FactKind } from "../../results/facts";
import type { StudyResults } from "../../results/study-results";
import { mainSystem, type Recipes, type SystemId, withRole } from "../../results/systems";
import { place } from "../origin";
import type { Quantity } from "../quantity";
import { scoreOf } from "./scores";

/** Whether a correlation's 95 % interval lies above 0, below it, or has 0 inside. */
export type Trend = "up" | "down" | "none" | "unmeasured";

export function trendOf({ rho, interval95 }: Correlation): Trend {
  if (rho === null || interval95 === null) return "unmeasured";
  if (interval95[0] > 0) return "up";
  return interval95[1] < 0 ? "down" : "none";
}

/** Tokenizers under which ROUGE-1 puts systems into another order than whitespace words do. */
export interface TokenizerOrder {
  others: string[];
  differing: { tokenizer: string; pairs: [higher: SystemId, lower: SystemId][] }[];
}

export function tokenizerOrder(results: Pick<StudyResults, "systems">): TokenizerOrder | undefined {
  const names = tokenizersIn(results.systems[0]?.scores.all ?? {});
  if (!names.includes("whitespace") || names.length < 2) return undefined;
  const value = (row: StudyResults["systems"][number], name: string) =>
    scoreOf(row, "all", `rouge1.${name}`) ?? Number.NaN;
  const others = names.filter((name) => name !== "whitespace");
  const differing = others.map((tokenizer) => ({
    tokenizer,
    pairs: results.systems.flatMap((a) =>
      results.systems
        .filter(
          (b) => value(a, tokenizer) > value(b, tokenizer) && value(a, "whitespace") < value(b, "whitespace"),
        )
        .map((b): [SystemId, SystemId] => [a.system, b.system]),
    ),
  }));
  return { others, differing: differing.filter(({ pairs }) => pairs.length > 0) };
}

/** On what the default tokenizer's ROUGE rests, beside a tokenizer that sees Hangul; sums over all systems. */
export interface LatinShare {
  /** Texts scored, and those in which the default tokenizer finds no shared token at all. */
  texts: number;
  withoutHits: number;
  /** Under Unicode words: shared tokens, those of Latin letters and digits, and texts that share nothing else. */
  hits: number;
  latinHits: number;
  latinOnly: number;
  /** Of the texts; of the shared tokens, twice; of the texts. */
  withoutHitsShare: number;
  latinShare: number;
  unseenShare: number;
  latinOnlyShare: number;
}

export function latinShare(audit: Audit): LatinShare | undefined {
  const rows = (tokenizer: string) => audit.latin.filter((row) => row.tokenizer === tokenizer);
  const [plain, words] = [rows("default"), rows("unicode_word")];
  if (plain.length === 0 || words.length === 0) return undefined;
  const sum = (list: Audit["latin"], key: "items" | "withHits" | "hits" | "latinHits" | "latinOnly") =>
    list.reduce((total, row) => total + row[key], 0);
  const texts = sum(plain, "items");
  const withoutHits = texts - sum(plain, "withHits");
  const [hits, latinHits] = [sum(words, "hits"), sum(words, "latinHits")];
  const latinOnly = sum(words, "latinOnly");
  return {
    ...{ texts, withoutHits, hits, latinHits, latinOnly, withoutHitsShare: withoutHits / texts },
    ...{ latinShare: latinHits / hits, unseenShare: 1 - latinHits / hits, latinOnlyShare: latinOnly / texts },
  };
}

export interface LengthFinding {
  system: SystemId | "all";
  meanCharacters: number;
  precision: Correlation & { trend: Trend };
  recall: Correlation & { trend: Trend };
}

/** Length against BERTScore's precision and recall, for the untuned model, if there is one, and over all systems. */
export function lengthFindings(study: Recipes, audit: Audit): LengthFinding[] {
  const untuned = withRole(study, "untuned");
  return [...(untuned ? [untuned.id] : []), "all"].flatMap((system) => {
    const of = (column: string) => audit.length.find((row) => row.system === system && row.column === column);
    const [precision, recall] = [of("precision"), of("recall")];
    if (!precision || !recall) return [];
    const trended = (row: Correlation) => ({ ...row, trend: trendOf(row) });
    return [
      {
        system,
        meanCharacters: precision.meanCharacters,
        precision: trended(precision),
        recall: trended(recall),
      },
    ];
  });
}

/** Published differences by metric: how many pairs 206 items cannot tell from none. */
export interface PublishedReach {
  metric: string;
  pairs: number;
  within: PublishedDifference[];
}

export function publishedReach(audit: Audit): PublishedReach[] {
  return [...new Set(audit.published.map((row) => row.metric))].map((metric) => {
    const rows = audit.published.filter((row) => row.metric === metric);
    return { metric, pairs: rows.length, within: rows.filter((row) => row.verdict === "within") };
  });
}

/** The groups with a system's lowest and highest ROUGE-1; undefined where there are not two groups. */
export function extremeGroups(
  audit: Audit,
  system: SystemId,
  by: Grouping,
): { worst: ErrorGroup; best: ErrorGroup } | undefined {
  const groups = audit.groups.filter((row) => row.system === system && row.by === by);
  const [worst, best] = [groups[0], groups[groups.length - 1]];
  return worst && best && groups.length > 1 ? { worst, best } : undefined;
}

export interface KindShare {
  kind: FactKind;
  share: number;
  of: number;
}

/** Kinds with fewer facts than this say too little. */
const FEWEST_FACTS = 10;

/** The kind of fact that a system keeps least, and the one that it invents most; kinds of fewer than 10 facts left out. */
export function factExtremes(
  audit: Audit,
  system: SystemId,
): { leastKept: KindShare | undefined; mostInvented: KindShare | undefined } {
  const rows = audit.facts.filter((row) => row.system === system);
  const shares = (part: "kept" | "invented", whole: "expected" | "stated") =>
    rows
      .filter((row) => row[whole] >= FEWEST_FACTS)
      .map((row): KindShare => ({ kind: row.kind, share: row[part] / row[whole], of: row[whole] }))
      .sort((a, b) => a.share - b.share);
  const invented = shares("invented", "stated");
  return { leastKept: shares("kept", "expected")[0], mostInvented: invented[invented.length - 1] };
}

type CopiedWords = Audit["copied"][number] & { coverage: number };

/** How the summaries of a system compare with the references in what they copy. */
export function copying(
  audit: Audit,
  system: SystemId,
): { own: CopiedWords; reference: CopiedWords } | undefined {
  const of = (who: string) =>
    audit.copied.find((row): row is CopiedWords => row.system === who && row.coverage !== null);
  const [own, reference] = [of(system), of("reference")];
  return own && reference ? { own, reference } : undefined;
}

/** Systems with repeated sentences or stuttering, and the texts concerned. */
export function repeating(audit: Audit): { system: SystemId; texts: number }[] {
  return audit.repetition
    .map(({ system, repeatedSentence, stutter }) => ({ system, texts: Math.max(repeatedSentence, stutter) }))
    .filter(({ texts }) => texts > 0);
}

export const allIdentical = (run: RepeatedRun): boolean => run.identical === run.items;

/** A number of these findings with its place among them: `findings/…` in a claim's id. */
export const placed = (value: number, ...path: string[]): Quantity => ({
  origin: place("findings", ...path),
  value,
});

/** All numbers that the audit's sentences can show, from the results alone; the system that is looked at is the main one. */
export function auditNumbers(results: Pick<StudyResults, "systems" | "recipes" | "audit">): object {
  const { audit } = results;
  if (!audit) return {};
  const byKey = <Row>(rows: readonly Row[], key: (row: Row) => string, value: (row: Row) => unknown) =>
    Object.fromEntries(rows.map((row) => [key(row), value(row)]));
  const main = mainSystem(results).id;
  const order = tokenizerOrder(results);
  return {
    order: order && {
      tokenizers: order.others.length + 1,
      others: order.others.length,
      differing: order.differing.length,
    },
    latin: latinShare(audit),
    length: byKey(
      lengthFindings(results, audit),
      (row) => row.system,
      (row) => row,
    ),
    agreement: byKey(
      audit.agreement,
      (row) => row.system,
      (row) => row,
    ),
    reach: byKey(
      publishedReach(audit),
      (row) => row.metric,
      ({ pairs, within }) => ({
        pairs,
        within: within.length,
        ...byKey(
          within,
          ({ a, b }) => `${a}:${b}`,
          ({ difference, detectable }) => ({
            difference: Math.abs(difference),
            detectable: detectable[206],
          }),
        ),
      }),
    ),
    groups: byKey(
      ["topic", "length", "format"] as const,
      (by) => by,
      (by) => {
        const found = extremeGroups(audit, main, by);
        return (
          found &&
          byKey(
            [found.worst, found.best],
            (row) => row.group,
            (row) => row,
          )
        );
      },
    ),
    copied: copying(audit, main),
    facts: factExtremes(audit, main),
    repeating: byKey(
      repeating(audit),
      (row) => row.system,
      (row) => row.texts,
    ),
    repeated: byKey(
      audit.repeated,
      (run) => run.composition,
      (run) => ({ ...run, share: run.identical / run.items }),
    ),
  };
}
