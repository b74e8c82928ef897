// Files of a report that are missing or broken: which one, what was found, what brings it back; and no stack.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { readRun } from "../../src/report/run-files";
import { fixtureResults } from "../figures/fixture-figures";

const folderWith = (files: Record<string, string>): string => {
  const folder = mkdtempSync(join(tmpdir(), "report-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
};

/** A project of its own files: what report and check read of a clone. */
function clone(): string {
  const root = mkdtempSync(join(tmpdir(), "clone-"));
  for (const file of [
    "data/claims.json",
    "data/published.json",
    "data/report-settings.json",
    "README.md",
    "README.ko.md",
  ]) {
    mkdirSync(join(root, file, ".."), { recursive: true });
    cpSync(file, join(root, file));
  }
  mkdirSync(join(root, "reports"));
  for (const file of ["results.json", "samples.jsonl", "records.json"])
    cpSync(join("reports", file), join(root, "reports", file));
  cpSync("notebooks", join(root, "notebooks"), { recursive: true });
  return root;
}

function run(command: "report" | "check", root: string, ...args: string[]) {
  const tsx = require.resolve("tsx/cjs");
  const file = resolve("src/cli.ts");
  const { status, stderr } = spawnSync(process.execPath, ["--require", tsx, file, command, ...args], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, STUDY_RUNS: join(root, "data/runs") },
  });
  return { status, said: stderr.trim() };
}

describe("the files of a run", () => {
  const results = JSON.stringify(fixtureResults());

  it("without results say what to run", () => {
    expect(() => readRun(folderWith({}))).toThrow(
      /results\.json does not exist\. `npm run study` makes a run/,
    );
  });

  it("that are cut off or of another kind are written anew by one stage, not by a whole study", () => {
    const cut = folderWith({ "results.json": results.slice(0, 5000) });
    expect(() => readRun(cut)).toThrow(/results\.json: expected JSON, found: .*`npm run stage -- results`/);
    expect(() => readRun(folderWith({ "results.json": "" }))).toThrow(/found: an empty text/);
    expect(() => readRun(folderWith({ "results.json": "{}" }))).toThrow(
      /results\.json: expected the fields .*missing: .*systems/,
    );
  });

  it("name the line of a broken sample, and samples that are not there", () => {
    expect(() => readRun(folderWith({ "results.json": results }))).toThrow(/samples\.jsonl does not exist/);
    const broken = folderWith({ "results.json": results, "samples.jsonl": '{"id":"a"}\n{"id":\n' });
    expect(() => readRun(broken)).toThrow(/samples\.jsonl:2: expected JSON/);
  });
});

describe("the files that git keeps", () => {
  const damage: Record<string, (file: string) => void> = {
    "cut off": (file) => truncateSync(file, 1000),
    missing: (file) => rmSync(file),
  };
  // What each command cannot do without.
  const needed: Record<"report" | "check", string[]> = {
    report: [
      "reports/results.json",
      "reports/samples.jsonl",
      "reports/records.json",
      "data/report-settings.json",
      "data/published.json",
    ],
    check: ["data/claims.json", "reports/results.json", "reports/samples.jsonl", "reports/records.json"],
  };
  for (const [command, files] of Object.entries(needed) as ["report" | "check", string[]][]) {
    for (const file of files) {
      it(`${command} names ${file}, cut off or missing, in one line, and git as what brings it back`, () => {
        for (const harm of Object.values(damage)) {
          const root = clone();
          // Small files are broken by their first byte.
          if (harm === damage["cut off"] && readFileSync(file).length < 1100)
            writeFileSync(join(root, file), "{");
          else harm(join(root, file));
          const { status, said } = run(command, root);
          expect(status).toBe(1);
          expect(said.split("\n")).toHaveLength(1);
          expect(said).toContain(file);
          expect(said).toContain(`git checkout -- ${file}`);
        }
      });
    }
  }
});
