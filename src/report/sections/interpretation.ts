// Section 4.2 (the original's 4.3): the reading, every sentence of it chosen by a finding and filled with its numbers.

import { PRIMARY } from "../../metrics/registry";
import { inOrder, type Role, type SystemId, systemsOf, withRole } from "../../results/systems";
import { joined, type Said, say } from "../catalogue/said";
import { type DocumentBuilder, left } from "../document";
import { contrastFinding } from "../findings/contrast";
import { controlPairs, controlSummary, validationFinding } from "../findings/control";
import { forgettingFindings } from "../findings/forgetting";
import { disagreement, disagreementFindings, lengthFinding } from "../findings/metrics";
import { orderingFinding, publishedOrderings, seedFinding } from "../findings/orderings";
import { claimRows } from "../findings/original-claims";
import { measuredIn, SIDES, scoreIn } from "../findings/scores";
import { count, fixed, percent } from "../format";
import { nameOf } from "../names";
import { place } from "../origin";
import { type Quantity, quantity } from "../quantity";
import type { Run } from "./results";

/** Orders of means that are counted over the seeds. */
const ORDERS: readonly [higher: Role, lower: Role][] = [
  ["lora", "untuned"],
  ["distilled", "lora"],
  ["distilled", "control"],
];

/** Writes section 4.2. */
export function interpretationSection(doc: DocumentBuilder, { results, samples }: Run): void {
  const numbering = doc.footnote("reading.numbering");
  const at = (...path: string[]) => quantity({ results }, place("results", ...path));
  doc.heading(2, "reading.heading");
  doc.paragraph(say("reading.original"), numbering, joined(["", say("reading.intro")], " "));
  doc.paragraph(
    say("reading.items", {
      inDomain: count(at("counts", "test-in-domain")),
      other: count(at("counts", "test-other")),
    }),
  );

  const orderings = SIDES.flatMap((side) => publishedOrderings(results, side, "rouge1.whitespace"));
  if (orderings.length > 0) {
    doc.heading(3, "ordering.heading");
    doc.list(orderings.map((step) => orderingFinding(results, step)));
    doc.list(
      SIDES.flatMap((side) =>
        ORDERS.flatMap(([higher, lower]) => {
          const [a, b] = [withRole(results, higher), withRole(results, lower)];
          return a && b ? [seedFinding(results, a.id, b.id, side)] : [];
        }),
      ),
    );
  }

  const pairs = controlPairs(results, measuredIn(results, PRIMARY));
  if (pairs.length > 0) {
    doc.heading(3, "control.heading");
    doc.paragraph(controlSummary(results, pairs));
    doc.list([...pairs.map((pair) => contrastFinding(results, pair)), validationFinding(results)]);
  }

  doc.heading(3, "ranks.heading");
  doc.list([
    ...(withRole(results, "untuned") ? disagreementFindings(results, disagreement(results, "all")) : []),
    ...["bertscore.f", "rouge1.whitespace"].map((metric) => lengthFinding(samples, metric)),
  ]);

  /** A message for each of the systems that has every one of the numbers. */
  const each = (
    numbers: (system: SystemId) => (Quantity | undefined)[],
    saying: (system: Said, ...amounts: Quantity[]) => Said,
  ): Said[] =>
    inOrder(results.systems, systemsOf(results)).flatMap(({ system }) => {
      const known = numbers(system);
      if (known.includes(undefined)) return [];
      return [saying(nameOf(results, system), ...(known as Quantity[]))];
    });
  const first = inOrder(results.systems, systemsOf(results))[0];
  const emptied = each(
    (system) => [scoreIn(results, system, "all", "withoutTokens.default")],
    (system, items) => say("hangul.empty.one", { system, items: count(items) }),
  );
  const moved = each(
    (system) =>
      ["whitespace", "default"].map((tokenizer) => scoreIn(results, system, "all", `rouge1.${tokenizer}`)),
    (system, from, to) => say("hangul.moved.one", { system, from: fixed(from, 3), to: fixed(to, 3) }),
  );
  doc.heading(3, "hangul.heading");
  doc.list([
    say("hangul.intro"),
    emptied.length === 0
      ? say("hangul.empty.unmeasured")
      : say("hangul.empty", {
          items: count(first && at("systems", first.system, "items", "all")),
          list: emptied,
        }),
    moved.length === 0 ? say("hangul.moved.unmeasured") : say("hangul.moved", { list: moved }),
  ]);

  if (withRole(results, "untuned")) {
    const forgot = forgettingFindings(results);
    doc.heading(3, "forgetting.heading");
    doc.list(forgot.length > 0 ? forgot : [say("forgetting.none")]);
  }

  const kept = each(
    (system) => ["keptFacts", "inventedFacts"].map((metric) => scoreIn(results, system, "all", metric)),
    (system, facts, invented) =>
      say("facts.one", { system, kept: percent(facts), invented: percent(invented) }),
  );
  doc.heading(3, "facts.heading");
  doc.paragraph(kept.length === 0 ? say("facts.unmeasured") : say("facts", { list: kept }));

  const claims = claimRows(results);
  if (claims.length === 0) return;
  doc.heading(3, "claim.heading");
  doc.table("claims", [left(1.6), left(0.9), left(4)], claims);
}
