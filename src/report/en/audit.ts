// The audit's conclusions in English: every sentence is chosen by a finding and says that it holds on our data.
import type { Audit, Correlation, RepeatedRun } from "../../results/audit";
import type { FactKind } from "../../results/facts";
import type { StudyResults } from "../../results/study-results";
import type { SystemId } from "../../results/systems";
import {
  allIdentical,
  copying,
  extremeGroups,
  factExtremes,
  finding,
  type LatinShare,
  type LengthFinding,
  latinShare,
  lengthFindings,
  type PublishedReach,
  publishedReach,
  repeating,
  type TokenizerOrder,
  tokenizerOrder,
  trendOf,
} from "../audit-findings";
import { fixed, percent } from "../format";
import { PUBLISHED_COUNTS } from "../published";
import type { AuditWords } from "../sections/audit";
import { NOT_MEASURED, names } from "./names";

const OURS = "On our data";
const FACT_KINDS: Record<FactKind, string> = {
  number: "numbers",
  date: "dates",
  time: "times",
  phone: "phone numbers",
  score: "match scores",
  person: "names of people",
  place: "places",
  name: "organisations and products",
  quote: "quotations",
};
const GROUPS: Record<string, string> = {
  short: "short texts",
  middle: "texts of middle length",
  long: "long texts",
  prose: "prose",
  list: "lists",
  dialogue: "dialogues",
  lines: "texts of several lines",
};
const GROUPING = { topic: "topic", length: "length", format: "format" } as const;

const who = (id: SystemId | "all"): string => (id === "all" ? "the five systems" : `the ${names.system(id)}`);
const groupName = (by: string, group: string): string =>
  by === "topic" ? `“${group}”` : (GROUPS[group] ?? group);
const rho = ({ rho: value, interval95 }: Correlation, ...path: string[]): string =>
  value === null || interval95 === null
    ? NOT_MEASURED
    : `ρ = ${fixed(finding(value, ...path, "rho"), 2)}, 95% interval [${fixed(finding(interval95[0], ...path, "interval95", "0"), 2)}, ${fixed(finding(interval95[1], ...path, "interval95", "1"), 2)}]`;

function order(found: TokenizerOrder | undefined): string {
  if (!found) return `Order under tokenizers: ${NOT_MEASURED}.`;
  if (found.differing.length === 0) {
    return `${OURS}, all ${fixed(finding(found.others.length + 1, "order", "tokenizers"), 0)} tokenizers put the systems' ROUGE-1 means into the same order.`;
  }
  const each = found.differing.map(({ tokenizer, pairs }) => {
    const turned = pairs.map(([higher, lower]) => `${names.system(higher)} > ${names.system(lower)}`);
    return `${names.tokenizer(tokenizer)} (${turned.join(", ")})`;
  });
  return `${OURS}, the tokenizer changes the order of the ROUGE-1 means: ${fixed(finding(found.differing.length, "order", "differing"), 0)} of ${fixed(finding(found.others.length, "order", "others"), 0)} other tokenizers differ from whitespace words: ${each.join("; ")}. This is about order alone; whether the differences are significant is another question.`;
}

function latin(found: LatinShare | undefined): string[] {
  if (!found) return [`What the default tokenizer counts: ${NOT_MEASURED}.`];
  const { texts, withoutHits, hits, latinHits, latinOnly } = found;
  const none =
    withoutHits === 0
      ? `${OURS}, every summary shares at least one token with its reference even under the default tokenizer.`
      : `${OURS}, under the default tokenizer ${fixed(finding(withoutHits, "latin", "withoutHits"), 0)} of ${fixed(finding(texts, "latin", "texts"), 0)} summaries (${percent(finding(withoutHits / texts, "latin", "withoutHitsShare"))}) share no token with their references.`;
  if (hits === 0) return [none, `${OURS}, no token is shared under Unicode words either.`];
  const share = latinHits / hits;
  const rests =
    share >= 0.5
      ? `more than half of the shared tokens (${percent(finding(share, "latin", "latinShare"))}) are Latin letters and digits, so the default tokenizer sees much of what is shared`
      : `${percent(finding(share, "latin", "latinShare"))} of the shared tokens are Latin letters and digits, so the default tokenizer does not see the other ${percent(finding(1 - share, "latin", "unseenShare"))}`;
  return [
    none,
    `${OURS}, of the same summaries under Unicode words ${rests}. A score under the default tokenizer rests on Latin letters and digits alone.`,
    latinOnly === 0
      ? `${OURS}, no summary shares Latin letters and digits only.`
      : `${OURS}, ${fixed(finding(latinOnly, "latin", "latinOnly"), 0)} summaries (${percent(finding(latinOnly / texts, "latin", "latinOnlyShare"))}) share nothing but Latin letters and digits.`,
  ];
}

const TREND = { up: "higher", down: "lower" } as const;

function length(found: LengthFinding): string {
  const { system, precision, recall, meanCharacters } = found;
  const evidence = `(mean ${fixed(finding(meanCharacters, "length", system, "meanCharacters"), 0)} characters; precision ${rho(precision, "length", system, "precision")}; recall ${rho(recall, "length", system, "recall")})`;
  const subject = `${OURS}, the longer the output of ${who(system)}, the`;
  const [p, r] = [precision.trend, recall.trend];
  if (p === "unmeasured" || r === "unmeasured")
    return `Length of ${who(system)} and BERTScore: ${NOT_MEASURED}.`;
  if (p === "none" && r === "none") {
    return `${OURS}, no relation shows between the length of the output of ${who(system)} and BERTScore's precision or recall ${evidence}.`;
  }
  if (p === r) return `${subject} ${TREND[p as "up"]} BERTScore's precision and recall alike ${evidence}.`;
  if (p === "none")
    return `${subject} ${TREND[r as "up"]} BERTScore's recall; no relation shows with precision ${evidence}.`;
  if (r === "none")
    return `${subject} ${TREND[p as "up"]} BERTScore's precision; no relation shows with recall ${evidence}.`;
  return `${subject} ${TREND[r]} BERTScore's recall and the ${TREND[p]} its precision ${evidence}.`;
}

function agreement(row: Audit["agreement"][number]): string {
  const of = `ROUGE-1 (whitespace) and BERTScore F1 of ${who(row.system)}`;
  switch (trendOf(row)) {
    case "unmeasured":
      return `Correlation by item of ${of}: ${NOT_MEASURED}.`;
    case "none":
      return `${OURS}, no correlation by item shows between ${of} (${rho(row, "agreement", row.system)}).`;
    case "down":
      return `${OURS}, ${of} disagree item by item (${rho(row, "agreement", row.system)}).`;
    default: {
      const size = row.rho! >= 0.7 ? "strong" : row.rho! >= 0.4 ? "moderate" : "weak";
      return `${OURS}, ${of} have a ${size} positive correlation by item (${rho(row, "agreement", row.system)}).`;
    }
  }
}

function reach({ metric, pairs, within }: PublishedReach): string {
  const name = names.metric(metric);
  if (within.length === 0) {
    return `With the scatter measured on our data, ${PUBLISHED_COUNTS.all} items can tell all ${fixed(finding(pairs, "reach", metric, "pairs"), 0)} published differences in ${name} at 80% power.`;
  }
  const list = within.map(
    ({ a, b, difference, detectable }) =>
      `${names.system(a)} and ${names.system(b)} ${fixed(finding(Math.abs(difference), "reach", metric, `${a}:${b}`, "difference"), 4)} (detectable ${fixed(finding(detectable[206]!, "reach", metric, `${a}:${b}`, "detectable"), 4)})`,
  );
  return `With the scatter measured on our data, ${PUBLISHED_COUNTS.all} items cannot tell ${fixed(finding(within.length, "reach", metric, "within"), 0)} of ${fixed(finding(pairs, "reach", metric, "pairs"), 0)} published differences in ${name} at 80% power; they read as ties: ${list.join("; ")}.`;
}

function groups(audit: Audit, system: SystemId): string[] {
  return (["topic", "length", "format"] as const).flatMap((by) => {
    const found = extremeGroups(audit, system, by);
    if (!found) return [];
    const of = ({ group, scores, items }: typeof found.worst) =>
      `${groupName(by, group)} (ROUGE-1 ${fixed(finding(scores["rouge1.whitespace"]!, "groups", by, group, "scores", "rouge1.whitespace"), 3)}, ${fixed(finding(items, "groups", by, group, "items"), 0)} items)`;
    return [
      `${OURS}, the ${names.system(system)} scores lowest by ${GROUPING[by]} on ${of(found.worst)} and highest on ${of(found.best)}.`,
    ];
  });
}

function copies(audit: Audit, system: SystemId): string {
  const found = copying(audit, system);
  if (!found) return `Copied share: ${NOT_MEASURED}.`;
  const { own, reference } = found;
  const than =
    own.coverage > reference.coverage
      ? "more than the references"
      : own.coverage < reference.coverage
        ? "less than the references"
        : "as much as the references";
  return `${OURS}, the ${names.system(system)} copies ${than}: ${percent(finding(own.coverage, "copied", "own", "coverage"))} of its words stand in copied spans, ${percent(finding(reference.coverage, "copied", "reference", "coverage"))} of the references'. Its longest span has ${fixed(finding(own.longest, "copied", "own", "longest"), 1)} words on average (references ${fixed(finding(reference.longest, "copied", "reference", "longest"), 1)}).`;
}

function facts(audit: Audit, system: SystemId): string[] {
  const { leastKept, mostInvented } = factExtremes(audit, system);
  const name = names.system(system);
  const sentences: string[] = [];
  if (leastKept) {
    sentences.push(
      `${OURS}, the ${name} keeps ${FACT_KINDS[leastKept.kind]} least (${percent(finding(leastKept.share, "facts", "leastKept", "share"))} of the references' ${fixed(finding(leastKept.of, "facts", "leastKept", "of"), 0)}).`,
    );
  }
  if (mostInvented) {
    sentences.push(
      mostInvented.share === 0
        ? `${OURS}, no invented fact of the ${name} shows.`
        : `${OURS}, the ${name} invents ${FACT_KINDS[mostInvented.kind]} most (${percent(finding(mostInvented.share, "facts", "mostInvented", "share"))} of the ${fixed(finding(mostInvented.of, "facts", "mostInvented", "of"), 0)} that it writes are not in the document).`,
    );
  }
  return sentences.length > 0 ? sentences : ["Facts by kind: too few to count."];
}

function repeats(audit: Audit): string {
  const found = repeating(audit);
  if (found.length === 0) return `${OURS}, no summary repeats a sentence or a word.`;
  const each = found.map(
    ({ system, texts }) => `${names.system(system)} ${fixed(finding(texts, "repeating", system), 0)}`,
  );
  return `${OURS}, some summaries repeat a sentence or a word: ${each.join(", ")}.`;
}

const COMPOSITIONS: Record<RepeatedRun["composition"], string> = {
  same: "in the same batches",
  other: "in batches of another size and order",
  single: "one at a time",
};

function repeated(run: RepeatedRun): string {
  const how = `${OURS}, documents given to the distilled student again ${COMPOSITIONS[run.composition]} give`;
  if (allIdentical(run))
    return `${how} the same text to the letter for all ${fixed(finding(run.items, "repeated", run.composition, "items"), 0)}.`;
  return `${how} the same text for ${fixed(finding(run.identical, "repeated", run.composition, "identical"), 0)} of ${fixed(finding(run.items, "repeated", run.composition, "items"), 0)} (${percent(finding(run.identical / run.items, "repeated", run.composition, "share"))}).`;
}

/** All conclusions, under their headings. */
function conclusions(results: Pick<StudyResults, "systems">, audit: Audit) {
  const parts: [heading: string, sentences: string[]][] = [
    ["What the tokenizer decides", [order(tokenizerOrder(results)), ...latin(latinShare(audit))]],
    ["Length and BERTScore", lengthFindings(audit).map(length)],
    ["Do the two metrics say the same of each item", audit.agreement.map(agreement)],
    ["Which published differences can be told", publishedReach(audit).map(reach)],
    ["Where it goes wrong", [...groups(audit, "distilled"), ...facts(audit, "distilled")]],
    ["Copying and repeating", [copies(audit, "distilled"), repeats(audit)]],
    ["Same input, same text", audit.repeated.map(repeated)],
  ];
  return parts
    .filter(([, sentences]) => sentences.length > 0)
    .map(([heading, sentences]) => ({ heading, sentences }));
}

export const audit: AuditWords = {
  heading: "4.3 The published table, audited",
  intro:
    "The two doubts that the original report's table leaves are looked at on this run's outputs. Every sentence below is made from the figures by rules, holds for these data alone and is no conclusion about the published models.",
  conclusions,
  reference: "Reference summary",
  group: groupName,
  verdict: { within: "cannot tell", beyond: "can tell" },
  tables: {
    published: {
      caption: "Published differences, and the differences that a test finds at 80% power",
      columns: [
        "Pair",
        "Metric",
        `${PUBLISHED_COUNTS.all} items`,
        "Published",
        "SD",
        `found with ${PUBLISHED_COUNTS["in-domain"]}`,
        `found with ${PUBLISHED_COUNTS.other}`,
        `found with ${PUBLISHED_COUNTS.all}`,
      ],
    },
    groups: {
      caption: "Errors of the distilled student by topic, length and format",
      columns: ["By", "Group", "Items"],
    },
    copied: {
      caption: "What is copied from the document",
      columns: ["System", "Words", "Copied words", "Longest span", "Shared trigrams"],
    },
    facts: {
      caption: "Facts kept and invented, by kind",
      columns: ["System", "Kind", "References' facts", "Kept", "Facts written", "Invented"],
    },
  },
  grouping: GROUPING,
  factKind: FACT_KINDS,
  note: "SD is the standard deviation of the paired differences of the same two systems in this run. The original report does not name its tokenizer, so ROUGE-1 is judged by the scatter under two.",
};
