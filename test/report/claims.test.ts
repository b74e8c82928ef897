// Every number of report and READMEs is a claim, and a claim that is wrong is found.
import { readFileSync } from "node:fs";
// @ts-expect-error: jsdom ships no types
import { JSDOM } from "jsdom";
import { beforeAll, describe, expect, it } from "vitest";
import { audit } from "../../src/analysis/audit";
import { rougeTokenizer } from "../../src/metrics/rouge/tokenizers";
import { checkClaims, checkRerun, junit, type Verdict } from "../../src/report/claims/check";
import { documentVerdicts } from "../../src/report/claims/documents";
import { type Claims, claimsOf } from "../../src/report/claims/ledger";
import { unclaimedNumerals } from "../../src/report/claims/numerals";
import { recomputed } from "../../src/report/claims/recompute";
import { shownAgrees } from "../../src/report/claims/shown";
import type { ReportDocument } from "../../src/report/document";
import { toMarkdown } from "../../src/report/markdown";
import { marked, pieces } from "../../src/report/marks";
import { idOf, originOf, place } from "../../src/report/origin";
import { type Publication, publication, type RunData, sourcesOf } from "../../src/report/publish";
import { evaluate } from "../../src/report/quantity";
import { withBlocks } from "../../src/report/readme/blocks";
import { readRun } from "../../src/report/run-files";
import { textsOf, withTexts } from "../../src/report/texts";
import { loadPublished } from "../../src/results/published";
import { fixtureReport } from "./fixture-report";

/** A text without its claims and quotations: what is left must not have numerals. */
const unclaimed = (text: string): string =>
  pieces(text)
    .map((piece) => (piece.id === undefined ? piece.text : " "))
    .join("");

/** Where the numbers are: ids are addresses, no numbers of the text. */
const withoutOrigins = (markdown: string): string =>
  markdown.replace(/^<sub>.*<\/sub>$/gm, "").replace(/\\/g, "");

const numeralsOf = (doc: ReportDocument) =>
  unclaimedNumerals(withoutOrigins(toMarkdown(withTexts(doc, unclaimed))));

/** Prose of a README: code is commands and file names, comments are markers. */
const prose = (readme: string): string =>
  unclaimed(readme)
    .replace(/<!--.*?-->/g, "")
    .replace(/^ {4}.*$/gm, "")
    .replace(/`[^`\n]*`/g, "")
    .replace(/\]\([^)]*\)/g, "]");

let run: RunData;
let published: Publication;

beforeAll(() => {
  const { results, samples } = readRun("reports");
  const records = JSON.parse(readFileSync("reports/records.json", "utf8"));
  const { commit } = JSON.parse(readFileSync("data/claims.json", "utf8"));
  run = { results, samples, records, published: loadPublished(), commit };
  published = publication(run);
});

describe("a number without a claim", () => {
  it("stands in no report, Korean or English, of the fixture or of the last run", () => {
    for (const language of ["ko", "en"] as const) {
      expect(numeralsOf(fixtureReport(undefined, language)), language).toEqual([]);
      expect(numeralsOf(published.reports[language]), language).toEqual([]);
    }
  });

  it("stands in no audit of the published table", async () => {
    const { results, samples } = run;
    const parts = {
      samples: samples.slice(80, 120),
      systems: results.systems.map(({ system }) => system),
      tokenizers: await Promise.all(["default", "whitespace", "unicode_word"].map(rougeTokenizer)),
      published: loadPublished().systems,
    };
    const repeated = (["same", "other", "single"] as const).map((composition, i) => ({
      composition,
      items: 206,
      identical: 206 - 103 * i,
    }));
    // Claims are looked up and compared with what is shown while they are made: a wrong id or value throws here.
    const audited = publication({ ...run, results: { ...results, audit: audit({ ...parts, repeated }) } });
    expect(audited.claims.claims.filter(({ id }) => id.includes("findings/")).length).toBeGreaterThan(20);
    for (const doc of Object.values(audited.reports)) expect(numeralsOf(doc), doc.lang).toEqual([]);
  });

  it("stands in no README", () => {
    for (const { file, text } of published.readmes) {
      expect(unclaimedNumerals(prose(text)), file).toEqual([]);
    }
  });

  it("is found where there is one", () => {
    for (const text of [
      "ROUGE-1은 0.417이다",
      "takes 620 s",
      "p < 0.001",
      "838건",
      "78 to 86 %",
      "+.077",
      "2.614 B",
    ])
      expect(unclaimedNumerals(text), text).not.toEqual([]);
    const doc = fixtureReport();
    doc.blocks.push({ kind: "paragraph", inlines: ["새 수치는 0.417이다."] });
    expect(numeralsOf(doc)).toHaveLength(1);
  });

  it("is no name, version, date, level or number of a part", () => {
    const text = `## 4.1 학습 결과\n**표 7. ROUGE-1과 F1**\ngemma-2-2b-it, Qwen/Qwen3-1.7B, nDCG@10, 재현율@5, 95% 신뢰구간, 2026-01-12, Node 20.20, 1단계`;
    expect(unclaimedNumerals(text)).toEqual([]);
  });
});

describe("an id", () => {
  const sources = {
    results: {
      a: [
        { name: "x/y", v: 3 },
        { name: "z", v: 1 },
      ],
      list: [1, 4],
    },
    texts: { t: ["가나", "a"] },
  };
  const valueAt = (id: string) => evaluate(sources, originOf(id));
  it("is read back as it was written", () => {
    for (const id of ["results/a/x~1y/v", "ratio(results/a/x~1y/v,last(results/list/*))"])
      expect(idOf(originOf(id))).toBe(id);
    expect(idOf(place("results", "a", "x/y", "~", 0))).toBe("results/a/x~1y/~0/0");
  });

  it("is a path, or a formula over paths", () => {
    expect(valueAt("results/a/x~1y/v")).toBe(3);
    expect(valueAt("ratio(results/a/x~1y/v,results/a/z/v)")).toBe(3);
    expect(valueAt("sum(results/a/*/v)")).toBe(4);
    expect(valueAt("rank(results/a/*/v,results/a/z/v)")).toBe(2);
    expect(valueAt("difference(last(results/list/*),min(results/list/*))")).toBe(3);
    expect(valueAt("max(characters(texts/t/*))")).toBe(2);
    expect(valueAt("results/none")).toBeUndefined();
    expect(valueAt("results/a/*/v")).toBeUndefined();
    expect(() => valueAt("guess(results/list/*)")).toThrow('no formula "guess"');
  });
});

describe("a number as shown", () => {
  it("agrees with its value as it is rounded, and with no other", () => {
    const good: [number, string][] = [
      [0.41742, "0.417"],
      [0.41742, "41.7%"],
      [-0.0183, "\u22121.8"],
      [1014, "1,014"],
      [2e-4, "2e\u22124"],
      [0.0004, "< 0.001"],
      [85.4, "1분 25초"],
      [85.4, "1 min 25 s"],
      [11.93, "11.9초"],
      [1528004, "1.5 MB"],
    ];
    for (const [value, text] of good) expect(shownAgrees(value, text), text).toBe(true);
    const bad: [number, string][] = [
      [0.41742, "0.418"],
      [0.41742, "42.7%"],
      [0.0018, "\u22120.002"],
      [1015, "1,014"],
      [0.002, "< 0.001"],
      [85.4, "1분 27초"],
      [0.5, "half"],
    ];
    for (const [value, text] of bad) expect(shownAgrees(value, text), text).toBe(false);
  });

  it("stops the report where it does not", () => {
    const numbers = new Map([["results/x", { value: 0.5, origin: place("results", "x") }]]);
    const documents = [{ place: "a.md", texts: [`ROUGE ${marked("results/x", "0.6")}`], numbers }];
    const about = { commit: "", machine: {}, profile: "tiny", seed: 0 };
    const results = { calls: {}, recipes: {} };
    expect(() => claimsOf(documents, { results: { ...results, x: 0.5 } }, about)).toThrow(
      "results/x is 0.5 and is shown as 0.6",
    );
    expect(() => claimsOf(documents, { results }, about)).toThrow("has no value");
    const forged = [{ ...documents[0]!, numbers: new Map() }];
    expect(() => claimsOf(forged, { results: { ...results, x: 0.6 } }, about)).toThrow("has no value");
  });
});

describe("the claims of the last run", () => {
  it("name what the issue asks for, and a cell where a notebook makes the number", () => {
    const { claims } = published.claims;
    expect(claims.length).toBeGreaterThan(400);
    for (const claim of claims) {
      expect(claim.artifact, claim.id).not.toBe("");
      expect(claim.shown.length, claim.id).toBeGreaterThan(0);
    }
    const score = claims.find(
      ({ id }) => id === "results/systems/distilled/scores/in-domain/rouge1.whitespace",
    )!;
    expect(score).toMatchObject({
      statement: "ROUGE-1 (whitespace) of the distilled student, in-domain items",
      notebook: "06-evaluation.ipynb",
      artifact: "reports/results.json",
      seed: 0,
    });
    const { cells } = JSON.parse(readFileSync(`notebooks/${score.notebook}`, "utf8"));
    expect([cells[score.cell! - 1].source].flat().join("")).toContain("scoreStage(study)");
    expect(score.places).toEqual(
      ["reports/report.md", "reports/en/report.md", "README.md", "README.ko.md"].concat([
        "docs/results.md",
        "docs/results.ko.md",
      ]),
    );
  });

  it("stand in READMEs that are what the results give", () => {
    const verdicts = documentVerdicts(run, "reports");
    expect(verdicts.length).toBeGreaterThan(40);
    const readmes = verdicts.filter(({ id }) => id.startsWith("README"));
    expect(readmes.map(({ id, got }) => `${id}: ${got}`)).toEqual([
      "README.md: the same",
      "README.ko.md: the same",
    ]);
  });
});

describe("the check", () => {
  const small = (claims: Claims, ids: string[]): Claims => ({
    ...claims,
    claims: claims.claims.filter(({ id }) => ids.includes(id)),
  });
  const ROUGE = "results/systems/distilled/scores/in-domain/rouge1.whitespace";
  const FACTS = "results/systems/lora-student/scores/all/keptFacts";
  const verdict = (rows: Verdict[]) => rows.map((row) => row.verdict);

  it("recomputes scores from the outputs: another text gives another number", async () => {
    const claims = small(published.claims, [ROUGE, FACTS]);
    const passes = async (samples: RunData["samples"]) => {
      const results = await recomputed(run.results, samples);
      const rows = checkClaims(claims, [{ method: "recomputed", sources: { results } }]);
      return Object.fromEntries(rows.map((row) => [row.id, row.verdict]));
    };
    expect(await passes(run.samples)).toEqual({ [ROUGE]: "pass", [FACTS]: "pass" });
    const changed = structuredClone(run.samples);
    changed[0]!.outputs.distilled = changed[0]!.reference;
    expect(await passes(changed)).toEqual({ [ROUGE]: "fail", [FACTS]: "pass" });
  });

  it("fails on a claim with another value, another text or no source", () => {
    const sources = [{ method: "read" as const, sources: sourcesOf(run) }];
    const claims = small(published.claims, [ROUGE]);
    expect(verdict(checkClaims(claims, sources))).toEqual(["pass"]);
    const [claim] = claims.claims;
    const altered = (change: object) =>
      verdict(checkClaims({ ...claims, claims: [{ ...claim!, ...change }] }, sources));
    expect(altered({ value: claim!.value + 0.001 })).toEqual(["fail"]);
    expect(altered({ shown: ["0.999"] })).toEqual(["fail"]);
    expect(altered({ id: "results/systems/nobody/scores" })).toEqual(["fail"]);
  });

  it("holds a new run to the claims' own tolerance, and judges no time", () => {
    const seconds = "results/seconds/scores";
    const claims = small(published.claims, [ROUGE, seconds, "results/counts/train"]);
    const other = structuredClone(run.results);
    const distilled = other.systems.find(({ system }) => system === "distilled")!;
    distilled.scores["in-domain"]["rouge1.whitespace"]! += 0.01;
    other.seconds.scores! += 99;
    const byId = (results: object) =>
      Object.fromEntries(checkRerun(claims, { results }).map((row) => [row.id, row.verdict]));
    expect(byId(other)).toEqual({
      [ROUGE]: "pass",
      [seconds]: "not compared",
      "results/counts/train": "pass",
    });
    distilled.scores["in-domain"]["rouge1.whitespace"]! += 0.2;
    other.counts.train += 1;
    expect(byId(other)).toEqual({
      [ROUGE]: "fail",
      [seconds]: "not compared",
      "results/counts/train": "fail",
    });
  });

  it("finds a README or report that was edited by hand", () => {
    const blocks = { scores: "| 0.417 |" };
    const file = "A\n<!-- generated: scores -->\n| 0.5 |\n<!-- end: scores -->\nB\n";
    expect(withBlocks(file, blocks, "README.md")).toBe(file.replace("0.5", "0.417"));
    expect(() => withBlocks("<!-- generated: scores -->", blocks, "README.md")).toThrow("end: scores");
    expect(() => withBlocks("<!-- generated: other -->", blocks, "README.md")).toThrow(
      'no generated part "other"',
    );
  });

  it("writes JUnit that a parser reads, whatever the ids hold", () => {
    const row = { statement: "", method: "read" as const, expected: 1, got: 2 };
    const page = new JSDOM(
      junit([
        { ...row, id: 'a"<&\u0001>', verdict: "fail", note: "<script>" },
        { ...row, id: "b", verdict: "pass", note: "" },
        { ...row, id: "c", verdict: "not compared", note: "" },
      ]),
      { contentType: "text/xml" },
    ).window.document;
    const suite = page.documentElement;
    expect(["tests", "failures", "skipped"].map((name) => suite.getAttribute(name))).toEqual(["3", "1", "1"]);
    expect(page.querySelectorAll("failure")).toHaveLength(1);
    expect(page.querySelector("testcase")!.getAttribute("name")).toBe('a"<&?>');
  });
});

describe("texts", () => {
  it("are all there: the number of marks in the document is that of its texts", () => {
    const doc = fixtureReport();
    const inTexts = textsOf(doc).join("").split("\ue000").length;
    expect(JSON.stringify({ ...doc, fields: [], words: {} }).split("\ue000").length).toBe(inTexts);
  });
});
