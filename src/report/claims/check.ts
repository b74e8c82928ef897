// Holds claims against what artifacts give: recomputed where the outputs allow it, else read where the claim says.
import { originOf, placesOf } from "../origin";
import { evaluate, type Sources } from "../quantity";
import type { Claim, Claims } from "./ledger";
import { shownAgrees } from "./shown";

export type Method = "recomputed" | "read" | "rerun" | "document";

export interface Verdict {
  id: string;
  statement: string;
  method: Method;
  expected: number | string;
  got: number | string;
  verdict: "pass" | "fail" | "not compared";
  note: string;
  claim?: Claim;
}

/** Sources in the order of trust: the first that has a number gives it. */
export interface Source {
  method: Method;
  sources: Sources;
}

const verdictOf = (claim: Claim, method: Method, got: number | undefined): Verdict => {
  const base = { id: claim.id, statement: claim.statement, method, expected: claim.value, claim };
  if (got === undefined) {
    return { ...base, got: "nothing", verdict: "fail", note: `${claim.artifact} has no ${claim.path}` };
  }
  if (Math.abs(got - claim.value) > claim.tolerance) {
    return { ...base, got, verdict: "fail", note: `differs by ${(got - claim.value).toExponential(2)}` };
  }
  const wrong = claim.shown.find((text) => !shownAgrees(got, text));
  if (wrong !== undefined) return { ...base, got, verdict: "fail", note: `is shown as ${wrong}` };
  return { ...base, got, verdict: "pass", note: "" };
};

/** One verdict a claim. */
export function checkClaims({ claims }: Claims, sources: readonly Source[]): Verdict[] {
  return claims.map((claim) => {
    const origin = originOf(claim.id);
    for (const { method, sources: from } of sources) {
      const got = evaluate(from, origin);
      if (got !== undefined) return verdictOf(claim, method, got);
    }
    return verdictOf(claim, "read", undefined);
  });
}

/** Claims against a new run from nothing: within the tolerance of a rerun; times and speeds are shown and not judged. */
export function checkRerun({ claims }: Claims, sources: Sources): Verdict[] {
  return claims
    .filter(({ id }) => {
      const places = placesOf(originOf(id));
      return (
        places.some(({ keys }) => keys[0] === "results") && places.every(({ keys }) => keys[1] !== "seeds")
      );
    })
    .map((claim): Verdict => {
      const got = evaluate(sources, originOf(claim.id));
      const base = {
        id: claim.id,
        statement: claim.statement,
        method: "rerun" as const,
        expected: claim.value,
        claim,
      };
      if (got === undefined)
        return { ...base, got: "nothing", verdict: "fail", note: "the new run has no such number" };
      const difference = Math.abs(got - claim.value);
      if (difference <= claim.tolerance) return { ...base, got, verdict: "pass", note: "identical" };
      if (claim.rerunTolerance === null) return { ...base, got, verdict: "not compared", note: "" };
      const inside = difference <= claim.rerunTolerance + claim.tolerance;
      return {
        ...base,
        got,
        verdict: inside ? "pass" : "fail",
        note: `differs by ${difference.toPrecision(2)}, allowed ${claim.rerunTolerance.toPrecision(2)}`,
      };
    });
}

const xml = (text: string): string =>
  text
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/"/g, "&quot;")
    // biome-ignore lint/suspicious/noControlCharactersInRegex: XML has no way to write them
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, "?");

/** Verdicts as JUnit XML, one test case each. */
export function junit(verdicts: readonly Verdict[]): string {
  const failed = verdicts.filter(({ verdict }) => verdict === "fail").length;
  const skipped = verdicts.filter(({ verdict }) => verdict === "not compared").length;
  const cases = verdicts.map(({ id, method, expected, got, verdict, note }) => {
    const inside =
      verdict === "fail"
        ? `<failure message="${xml(`expected ${expected}, got ${got}; ${note}`)}"/>`
        : verdict === "not compared"
          ? "<skipped/>"
          : "";
    return `  <testcase classname="claims.${method}" name="${xml(id)}">${inside}</testcase>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuite name="claims" tests="${verdicts.length}" failures="${failed}" skipped="${skipped}">\n${cases.join("\n")}\n</testsuite>\n`;
}
