// Section 4.2 (the original's 4.3): the reading, every sentence of it chosen by a finding and filled with its numbers.
import { PRIMARY } from "../../metrics/registry";
import type { SampleRow } from "../../results/samples";
import type { TestSet } from "../../results/scores";
import type { StudyResults } from "../../results/study-results";
import { inOrder, type SystemId, systemsOf } from "../../results/systems";
import type { DocumentBuilder } from "../document";
import {
  type Contrast,
  contrast,
  type Disagreement,
  disagreement,
  type Forgetting,
  forgetting,
  lengthLink,
  measuredIn,
  type Ordering,
  publishedOrderings,
  score,
  seedsWithOrder,
} from "../findings";
import { fixed } from "../format";
import { type ClaimVerdict, distilledDoesWell, keepsTheCore, sameInputSameText } from "../original-claims";
import { pathOf, type Quantity, quantity } from "../quantity";

const SIDES = ["in-domain", "other"] as const;

export interface SystemAmounts {
  system: SystemId;
  amounts: Quantity[];
}

/** One of the original's three claims with what the numbers say of it. */
export interface OriginalClaims {
  well: ReturnType<typeof distilledDoesWell>;
  core: {
    verdict: ClaimVerdict;
    kept: Record<"in-domain" | "other", Quantity | undefined>;
    invented: Record<"in-domain" | "other", Quantity | undefined>;
  };
  same: {
    verdict: ClaimVerdict;
    items?: Quantity | undefined;
    identical?: Quantity | undefined;
    share?: Quantity | undefined;
  };
}

export interface InterpretationWords {
  heading: string;
  numberingNote: string;
  intro: [string, string];
  items(counts: { inDomain: string; other: string }): string;
  orders: {
    heading: string;
    ordering(ordering: Ordering): string;
    seeds(
      higher: SystemId,
      lower: SystemId,
      testSet: TestSet,
      count: { seeds: Quantity; holds: Quantity } | undefined,
    ): string;
  };
  control: {
    heading: string;
    summary(pairs: Contrast[]): string;
    contrast(pair: Contrast): string;
    validation(distilled: Quantity | undefined, control: Quantity | undefined): string;
  };
  metrics: {
    heading: string;
    disagreement(found: Disagreement | undefined): string[];
    length(metric: string, link: { outputs: Quantity; rho: Quantity } | undefined): string;
  };
  hangul: {
    heading: string;
    intro: string;
    empty(items: string, rows: SystemAmounts[]): string;
    /** By whitespace, then by the default tokenizer. */
    moved(rows: SystemAmounts[]): string;
  };
  forgetting: { heading: string; sentence(row: Forgetting): string; none: string };
  /** Kept, then invented. */
  facts: { heading: string; sentence(rows: SystemAmounts[]): string };
  claims: {
    heading: string;
    caption: string;
    columns: [string, string, string];
    rows(found: OriginalClaims): [claim: string, verdict: string, reason: string][];
  };
}

/** Rows of the systems that have every one of the numbers. */
function systemRows(
  results: StudyResults,
  numbers: (system: SystemId) => (Quantity | undefined)[],
): SystemAmounts[] {
  return inOrder(results.systems, systemsOf(results)).flatMap(({ system }) => {
    const known = numbers(system).filter((amount): amount is Quantity => amount !== undefined);
    return known.length === numbers(system).length ? [{ system, amounts: known }] : [];
  });
}

function originalClaims(results: StudyResults): OriginalClaims {
  const core = keepsTheCore(results);
  const share = (metric: string) => ({
    "in-domain": score(results, "distilled", "in-domain", metric),
    other: score(results, "distilled", "other", metric),
  });
  const repeated = (key: string) => quantity({ results }, pathOf("results", "repeatability", key));
  const same = sameInputSameText(results);
  return {
    well: distilledDoesWell(results),
    core: { verdict: core.verdict, kept: share("keptFacts"), invented: share("inventedFacts") },
    same:
      same.share === undefined
        ? { verdict: same.verdict }
        : {
            verdict: same.verdict,
            items: repeated("items"),
            identical: repeated("identical"),
            share: quantity(
              { results },
              "ratio(results/repeatability/identical,results/repeatability/items)",
            ),
          },
  };
}

/** Writes section 4.2. */
export function interpretationSection(
  doc: DocumentBuilder,
  results: StudyResults,
  samples: SampleRow[],
  words: InterpretationWords,
): void {
  const numbering = doc.footnote(words.numberingNote);
  const at = (...path: string[]) => quantity({ results }, pathOf("results", ...path));
  const count = (amount: Quantity | undefined) => fixed(amount ?? Number.NaN, 0);
  doc.heading(2, words.heading);
  doc.paragraph(words.intro[0], numbering, words.intro[1]);
  doc.paragraph(
    words.items({
      inDomain: count(at("counts", "test-in-domain")),
      other: count(at("counts", "test-other")),
    }),
  );

  doc.heading(3, words.orders.heading);
  doc.list(
    SIDES.flatMap((side) =>
      publishedOrderings(results, side, "rouge1.whitespace").map((step) => words.orders.ordering(step)),
    ),
  );
  const orders = [
    ["lora-student", "untuned"],
    ["distilled", "lora-student"],
    ["distilled", "full-student"],
  ] as const;
  doc.list(
    SIDES.flatMap((side) =>
      orders.map(([higher, lower]) =>
        words.orders.seeds(higher, lower, side, seedsWithOrder(results, higher, lower, side)),
      ),
    ),
  );

  doc.heading(3, words.control.heading);
  const pairs = SIDES.flatMap((side) =>
    measuredIn(results, PRIMARY).map(({ id }) => contrast(results, "distilled", "full-student", side, id)),
  );
  doc.paragraph(words.control.summary(pairs));
  const lastValidation = (system: SystemId) => {
    const run = results.training.find((row) => row.system === system);
    return run && quantity({ results }, `last(${pathOf("results", "training", run.name)}/validation/*/loss)`);
  };
  doc.list([
    ...pairs.map((pair) => words.control.contrast(pair)),
    words.control.validation(lastValidation("distilled"), lastValidation("full-student")),
  ]);

  doc.heading(3, words.metrics.heading);
  doc.list([
    ...words.metrics.disagreement(disagreement(results, "all")),
    ...["bertscore.f", "rouge1.whitespace"].map((metric) =>
      words.metrics.length(metric, lengthLink(samples, metric)),
    ),
  ]);

  doc.heading(3, words.hangul.heading);
  const first = inOrder(results.systems, systemsOf(results))[0];
  doc.list([
    words.hangul.intro,
    words.hangul.empty(
      count(first && at("systems", first.system, "items", "all")),
      systemRows(results, (system) => [score(results, system, "all", "withoutTokens.default")]),
    ),
    words.hangul.moved(
      systemRows(results, (system) =>
        ["whitespace", "default"].map((tokenizer) => score(results, system, "all", `rouge1.${tokenizer}`)),
      ),
    ),
  ]);

  doc.heading(3, words.forgetting.heading);
  const forgot = forgetting(results).map((row) => words.forgetting.sentence(row));
  doc.list(forgot.length > 0 ? forgot : [words.forgetting.none]);

  doc.heading(3, words.facts.heading);
  doc.paragraph(
    words.facts.sentence(
      systemRows(results, (system) =>
        ["keptFacts", "inventedFacts"].map((metric) => score(results, system, "all", metric)),
      ),
    ),
  );

  doc.heading(3, words.claims.heading);
  const [claim, verdict, reason] = words.claims.columns;
  doc.table({
    id: "claims",
    caption: words.claims.caption,
    columns: [
      { label: claim, align: "left", weight: 1.6 },
      { label: verdict, align: "left", weight: 0.9 },
      { label: reason, align: "left", weight: 4 },
    ],
    rows: words.claims.rows(originalClaims(results)),
  });
}
