// The audit's conclusions: every sentence is chosen by a finding and says that it holds on our data.

import type { Audit, Correlation, RepeatedRun } from "../../results/audit";
import type { StudyResults } from "../../results/study-results";
import { mainSystem, type SystemId } from "../../results/systems";
import { type Finding, isKey, joined, type Key, type Said, say } from "../catalogue/said";
import { count, fixed, percent } from "../format";
import { nameOf, nameOfAll, nameOfMetric, nameOfTokenizer, nameOfTopic } from "../names";
import { PUBLISHED_COUNTS } from "../published";
import {
  allIdentical,
  copying,
  extremeGroups,
  factExtremes,
  type LatinShare,
  type LengthFinding,
  latinShare,
  lengthFindings,
  type PublishedReach,
  placed,
  publishedReach,
  repeating,
  type TokenizerOrder,
  tokenizerOrder,
  trendOf,
} from "./audit";

export type Audited = Pick<StudyResults, "systems" | "recipes">;

/** A system's name, or that of all together. */
const who = (run: Audited, id: SystemId | "all"): Said =>
  id === "all" ? nameOfAll(run.systems.length) : nameOf(run, id);

/** The name of a group of texts; topics are the data's own words. */
export const groupName = (by: string, group: string): Said => {
  const key = `audit.group.${group}`;
  if (by === "topic") return say("audit.topic", { topic: nameOfTopic(group) });
  return isKey(key) ? say(key) : group;
};

function correlation({ rho, interval95 }: Correlation, ...path: string[]): Said {
  if (rho === null || interval95 === null) return say("notMeasured");
  const [low, high] = interval95.map((end, i) => fixed(placed(end, ...path, "interval95", String(i)), 2));
  const at = fixed(placed(rho, ...path, "rho"), 2);
  return [say("audit.rho", { rho: at }), say("interval", { low: low!, high: high! })];
}

/** Whether the tokenizer changes who is better. */
export function orderFinding(run: Audited, found: TokenizerOrder | undefined): Finding {
  if (!found) return say("audit.order.unmeasured");
  const { others, differing } = found;
  if (differing.length === 0)
    return say("audit.order.same", { tokenizers: count(placed(others.length + 1, "order", "tokenizers")) });
  const turned = differing.map(({ tokenizer, pairs }) =>
    say("audit.order.turned", {
      tokenizer: nameOfTokenizer(tokenizer),
      pairs: pairs.map(([higher, lower]) => joined([nameOf(run, higher), nameOf(run, lower)], " > ")),
    }),
  );
  return say("audit.order.differs", {
    others: count(placed(others.length, "order", "others")),
    differing: count(placed(differing.length, "order", "differing")),
    list: joined(turned, "; "),
  });
}

/** On what the default tokenizer's score rests. */
export function latinFindings(found: LatinShare | undefined): Finding[] {
  if (!found) return [say("audit.latin.unmeasured")];
  const at = (key: keyof LatinShare) => placed(found[key], "latin", key);
  const none =
    found.withoutHits === 0
      ? say("audit.latin.allHit")
      : say("audit.latin.withoutHits", {
          ...{ texts: count(at("texts")), without: count(at("withoutHits")) },
          share: percent(at("withoutHitsShare")),
        });
  if (found.hits === 0) return [none, say("audit.latin.noHits")];
  const rests = say(found.latinShare >= 0.5 ? "audit.latin.most" : "audit.latin.few", {
    share: percent(at("latinShare")),
    unseen: percent(at("unseenShare")),
  });
  const only =
    found.latinOnly === 0
      ? say("audit.latin.neverOnly")
      : say("audit.latin.only", {
          only: count(at("latinOnly")),
          share: percent(at("latinOnlyShare")),
        });
  return [none, say("audit.latin.rests", { rests }), only];
}

/** What BERTScore does with longer output. */
export function lengthFinding(run: Audited, found: LengthFinding): Finding {
  const { system, precision, recall, meanCharacters } = found;
  const [p, r] = [precision.trend, recall.trend];
  const known = p !== "unmeasured" && r !== "unmeasured";
  return say(known ? `audit.length.${p}.${r}` : "audit.length.unmeasured", {
    who: who(run, system),
    evidence: say("audit.length.evidence", {
      characters: count(placed(meanCharacters, "length", system, "meanCharacters")),
      precision: correlation(precision, "length", system, "precision"),
      recall: correlation(recall, "length", system, "recall"),
    }),
  });
}

/** Whether ROUGE and BERTScore agree item by item. */
export function agreementFinding(run: Audited, row: Audit["agreement"][number]): Finding {
  const trend = trendOf(row);
  const size = row.rho! >= 0.7 ? "strong" : row.rho! >= 0.4 ? "moderate" : "weak";
  return say(`audit.agreement.${trend === "up" ? size : trend}`, {
    who: who(run, row.system),
    rho: correlation(row, "agreement", row.system),
  });
}

/** Which published differences 206 items cannot tell from none. */
export function reachFinding(run: Audited, { metric, pairs, within }: PublishedReach): Finding {
  const at = (value: number, ...path: string[]) => placed(value, "reach", metric, ...path);
  const list = within.map(({ a, b, difference, detectable }) =>
    say("audit.reach.pair", {
      ...{ a: nameOf(run, a), b: nameOf(run, b) },
      difference: fixed(at(Math.abs(difference), `${a}:${b}`, "difference"), 4),
      detectable: fixed(at(detectable[206]!, `${a}:${b}`, "detectable"), 4),
    }),
  );
  return say(within.length === 0 ? "audit.reach.all" : "audit.reach.within", {
    ...{ metric: nameOfMetric(metric), items: PUBLISHED_COUNTS.all, pairs: count(at(pairs, "pairs")) },
    ...{ within: count(at(within.length, "within")), list: joined(list, "; ") },
  });
}

function groupFindings(run: Audited, audit: Audit, system: SystemId): Finding[] {
  return (["topic", "length", "format"] as const).flatMap((by) => {
    const found = extremeGroups(audit, system, by);
    if (!found) return [];
    const of = ({ group, scores, items }: typeof found.worst) => {
      const at = (value: number, ...path: string[]) => placed(value, "groups", by, group, ...path);
      return say("audit.extreme", {
        group: groupName(by, group),
        score: fixed(at(scores["rouge1.whitespace"]!, "scores", "rouge1.whitespace"), 3),
        items: count(at(items, "items")),
      });
    };
    const args = { worst: of(found.worst), best: of(found.best), by: say(`audit.by.${by}`) };
    return [say("audit.extremes", { system: nameOf(run, system), ...args })];
  });
}

function copiedFinding(run: Audited, audit: Audit, system: SystemId): Finding {
  const found = copying(audit, system);
  if (!found) return say("audit.copied.unmeasured");
  const { own, reference } = found;
  const than =
    own.coverage > reference.coverage ? "more" : own.coverage < reference.coverage ? "less" : "equal";
  const at = (of: "own" | "reference", key: "coverage" | "longest") =>
    placed(found[of][key], "copied", of, key);
  return say(`audit.copied.${than}`, {
    system: nameOf(run, system),
    ...{ share: percent(at("own", "coverage")), references: percent(at("reference", "coverage")) },
    ...{ longest: fixed(at("own", "longest"), 1), referencesLongest: fixed(at("reference", "longest"), 1) },
  });
}

function factFindings(run: Audited, audit: Audit, system: SystemId): Finding[] {
  const extremes = factExtremes(audit, system);
  const name = nameOf(run, system);
  const findings = (["leastKept", "mostInvented"] as const).flatMap((which) => {
    const found = extremes[which];
    if (!found) return [];
    const nothing = which === "mostInvented" && found.share === 0;
    return [
      say(nothing ? "audit.facts.noneInvented" : `audit.facts.${which}`, {
        ...{ system: name, kind: say(`audit.kind.${found.kind}`) },
        of: count(placed(found.of, "facts", which, "of")),
        share: percent(placed(found.share, "facts", which, "share")),
      }),
    ];
  });
  return findings.length > 0 ? findings : [say("audit.facts.few")];
}

function repeatFinding(run: Audited, audit: Audit): Finding {
  const found = repeating(audit);
  if (found.length === 0) return say("audit.repeats.none");
  const list = found.map(({ system, texts }) =>
    say("audit.repeats.one", {
      system: nameOf(run, system),
      texts: count(placed(texts, "repeating", system)),
    }),
  );
  return say("audit.repeats", { list });
}

/** Whether the same input gave the same text. */
export function repeatedFinding(run: Audited, repeated: RepeatedRun): Finding {
  const { composition, items, identical } = repeated;
  const at = (key: string, value: number) => placed(value, "repeated", composition, key);
  const outcome = allIdentical(repeated) ? "all" : identical === 0 ? "none" : "some";
  return say(`audit.repeated.${outcome}`, {
    ...{ system: mainSystem(run).label, how: say(`audit.composition.${composition}`) },
    ...{ items: count(at("items", items)), identical: count(at("identical", identical)) },
    share: percent(at("share", identical / items)),
  });
}

/** All conclusions, under their headings. */
export function auditConclusions(run: Audited, audit: Audit): { heading: Key; findings: Finding[] }[] {
  const { id: main } = mainSystem(run);
  const parts: { heading: Key; findings: Finding[] }[] = [
    {
      heading: "audit.order.heading",
      findings: [orderFinding(run, tokenizerOrder(run)), ...latinFindings(latinShare(audit))],
    },
    {
      heading: "audit.length.heading",
      findings: lengthFindings(run, audit).map((found) => lengthFinding(run, found)),
    },
    {
      heading: "audit.agreement.heading",
      findings: audit.agreement.map((row) => agreementFinding(run, row)),
    },
    {
      heading: "audit.reach.heading",
      findings: publishedReach(audit).map((found) => reachFinding(run, found)),
    },
    {
      heading: "audit.extremes.heading",
      findings: [...groupFindings(run, audit, main), ...factFindings(run, audit, main)],
    },
    {
      heading: "audit.copied.heading",
      findings: [copiedFinding(run, audit, main), repeatFinding(run, audit)],
    },
    {
      heading: "audit.repeated.heading",
      findings: audit.repeated.map((repeated) => repeatedFinding(run, repeated)),
    },
  ];
  return parts.filter(({ findings }) => findings.length > 0);
}
