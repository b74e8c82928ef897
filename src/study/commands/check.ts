// Holds every number of report and READMEs to what the artifacts give: claim, expected, got, verdict. Exit code 1 on a failure.
// Run: npm run check [-- --full | --twice] [--profile NAME] [--all] [--json FILE] [--junit FILE]
import { type Command, Option } from "commander";
import { writeFileAtomic } from "../../base/atomic-write";
import { committed, readJson, requireFields } from "../../base/json-file";
import { metricOf, publishedValue } from "../../metrics/registry";
import { checkClaims, checkRerun, junit, type Verdict } from "../../report/claims/check";
import { documentVerdicts } from "../../report/claims/documents";
import type { Claims } from "../../report/claims/ledger";
import { recomputed } from "../../report/claims/recompute";
import { sourcesOf } from "../../report/publish";
import { keptRecords } from "../../report/records";
import { readRun } from "../../report/run-files";
import { loadPublished } from "../../results/published";
import { fromModels } from "../claims-from-models";
import { freshRun, hashesOf } from "../fresh-run";

interface Options {
  full?: boolean;
  twice?: boolean;
  profile: string;
  json?: string;
  junit?: string;
  all?: boolean;
}

const CLAIMS = "data/claims.json";
const REPORTS = "reports";

const shown = (value: number | string): string =>
  typeof value === "string" ? value : Number.isInteger(value) ? String(value) : value.toPrecision(6);

/** What a group of verdicts says together, by how they were reached. */
const GROUPS: Record<Verdict["method"], string> = {
  recomputed: "numbers recomputed from the saved outputs and the models' files",
  read: "numbers read where their claims say",
  rerun: "numbers or files of a new run",
  document: "documents written once more and compared",
};

const counted = (verdicts: readonly Verdict[]): string =>
  (["pass", "fail", "not compared"] as const)
    .map((verdict) => [verdicts.filter((row) => row.verdict === verdict).length, verdict] as const)
    .filter(([count, verdict]) => count > 0 || verdict === "fail")
    .map(([count, verdict]) => `${count} ${{ pass: "passed", fail: "failed" }[verdict as "pass"] ?? verdict}`)
    .join(", ");

/** Failures, or every verdict; then a line a group. */
function print(verdicts: readonly Verdict[], all: boolean): void {
  for (const { id, method, expected, got, verdict, note } of verdicts) {
    if (!all && verdict !== "fail") continue;
    const mark = { pass: "✓", fail: "✗", "not compared": "·" }[verdict];
    console.log(
      `${mark} ${id}\n    expected ${shown(expected)}, got ${shown(got)} (${method})${note ? `: ${note}` : ""}`,
    );
  }
  for (const [method, says] of Object.entries(GROUPS)) {
    const group = verdicts.filter((row) => row.method === method);
    if (group.length > 0) console.log(`${counted(group)}: ${says}`);
  }
}

/** Beside each other and without a verdict: the published values are of other models, data and tokenizer. */
function printPublished(): void {
  const published = loadPublished();
  const { results } = readRun(REPORTS);
  console.log(
    "\nReproduced beside published (no verdict: other models, data and, as far as it says, tokenizer)",
  );
  const metrics = ["rouge1.whitespace", "rouge2.whitespace", "rougeLsum.whitespace", "bertscore.f"].map(
    metricOf,
  );
  console.log(["".padEnd(14), ...metrics.map(({ label }) => label.en.padEnd(23))].join("  "));
  for (const theirs of published.systems) {
    const ours = results.systems.find((row) => row.system === theirs.system)?.scores.all;
    const cells = metrics.map((metric) =>
      `${ours?.[metric.id]?.toFixed(4) ?? "–"} | ${publishedValue(theirs, metric)!.toFixed(4)}`.padEnd(23),
    );
    console.log([theirs.system.padEnd(14), ...cells].join("  "));
  }
  console.log("ours | published; the published label of ROUGE-Lsum is ROUGE2SUM.");
}

function claimsFile(): Claims {
  const remedy = `${committed(CLAIMS)} \`npm run report\` writes it anew.`;
  const claims = readJson<Claims>(CLAIMS, remedy);
  requireFields(claims, ["commit", "profile", "claims"], CLAIMS, remedy);
  return claims;
}

/** Every claim against the committed artifacts, then every document against the claims' sources. */
async function checkSaved(): Promise<Verdict[]> {
  const claims = claimsFile();
  const { results, samples } = readRun(REPORTS);
  const published = loadPublished();
  const records = keptRecords(REPORTS);
  const again = await recomputed(results, samples);
  return [
    ...checkClaims(claims, [
      { method: "recomputed", sources: { results: { ...again, ...fromModels(results) } } },
      { method: "read", sources: sourcesOf({ results, samples, published, records, commit: claims.commit }) },
    ]),
    ...documentVerdicts({ results, samples, records, published, commit: claims.commit }, REPORTS),
  ];
}

/** The study from nothing, held to the claims of its profile; a profile without claims is only run. */
async function checkFull(profile: string): Promise<Verdict[]> {
  const run = freshRun(profile);
  try {
    const claims = claimsFile();
    if (claims.profile !== profile) {
      console.log(
        `The claims are of the profile ${claims.profile}; the run of ${profile} ended without an error.`,
      );
      return [];
    }
    const { results, samples } = readRun(run.folder);
    return checkRerun(claims, { results, samples });
  } finally {
    run.remove();
  }
}

/** Two runs from nothing: every artifact has the same hash, but for the fields that are times and paths. */
async function checkTwice(profile: string): Promise<Verdict[]> {
  const [first, second] = [await hashedRun(profile), await hashedRun(profile)];
  return [...new Set([...first.keys(), ...second.keys()])].sort().map((file): Verdict => {
    const [expected, got] = [first.get(file) ?? "absent", second.get(file) ?? "absent"];
    return {
      ...{ id: file, statement: `${file} is the same in both runs`, method: "rerun" as const },
      ...{ expected: expected.slice(0, 16), got: got.slice(0, 16) },
      verdict: expected === got ? "pass" : "fail",
      note: "",
    };
  });
}

async function hashedRun(profile: string): Promise<Map<string, string>> {
  const run = freshRun(profile);
  try {
    return hashesOf(run.folder);
  } finally {
    run.remove();
  }
}

async function main(options: Options): Promise<void> {
  const verdicts = options.twice
    ? await checkTwice(options.profile)
    : options.full
      ? await checkFull(options.profile)
      : await checkSaved();
  print(verdicts, options.all ?? false);
  if (options.all && !options.twice && !options.full) printPublished();
  console.log(`\n${counted(verdicts)}`);
  const claims = verdicts.map(({ claim, ...row }) => ({ ...claim, ...row }));
  if (options.json) {
    const { commit, machine } = claimsFile();
    const from = { commit, machine, profile: options.profile };
    writeFileAtomic(options.json, `${JSON.stringify({ ...from, claims }, null, 1)}\n`);
  }
  if (options.junit) writeFileAtomic(options.junit, junit(verdicts));
  if (verdicts.some(({ verdict }) => verdict === "fail")) process.exitCode = 1;
}

export const define = (command: Command): Command =>
  command
    .addOption(
      new Option("--full", "run the study from nothing and hold it to the claims").conflicts("twice"),
    )
    .option("--twice", "run the study twice from nothing and compare the artifacts' hashes")
    .addOption(
      new Option("--profile <name>", "for --full and --twice").choices(["smoke", "tiny"]).default("tiny"),
    )
    .option("--json <file>", "write claims and verdicts as JSON")
    .option("--junit <file>", "write verdicts as JUnit XML")
    .option("--all", "list every verdict, and the published values beside ours")
    .action(main);
