// `npm run report` and `npm run check` need neither engine nor GPU: TensorFlow is never loaded, and not even looked for.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";

/** Runs a command with a hook that fails on the first require of TensorFlow's packages and prints the seconds of processor time. */
function withoutEngine(command: string, args: string[]) {
  const hook = `
    const Module = require("node:module");
    const load = Module._load;
    Module._load = function (request, ...rest) {
      if (/tensorflow|tfjs/.test(request)) throw new Error("LOADED " + request);
      return load.call(this, request, ...rest);
    };
    process.on("exit", () => {
      const { user, system } = process.cpuUsage();
      console.log("PROCESSOR " + (user + system) / 1e6);
    });`;
  const preload = join(mkdtempSync(join(tmpdir(), "hook-")), "hook.cjs");
  writeFileSync(preload, hook);
  const run = spawnSync(
    process.execPath,
    ["--require", preload, "--require", "tsx/cjs", "src/cli.ts", command, ...args],
    {
      encoding: "utf8",
    },
  );
  return { ...run, seconds: Number(/PROCESSOR ([\d.]+)/.exec(run.stdout)?.[1]) };
}

it("the report is written without TensorFlow, in seconds", () => {
  const out = mkdtempSync(join(tmpdir(), "report-"));
  const run = withoutEngine("report", ["--run", "reports", "--out", out, "--lang", "ko"]);
  expect(run.stderr).not.toContain("LOADED");
  expect(run.status).toBe(0);
  expect(readdirSync(out)).toEqual(
    expect.arrayContaining(["report.docx", "report.html", "report.md", "report.pdf"]),
  );
  // Processor time, not the clock's: tests share the machine.
  expect(run.seconds).toBeLessThan(60);
});

it("the check recomputes without TensorFlow", () => {
  const run = withoutEngine("check", []);
  expect(run.stderr).not.toContain("LOADED");
  // A line for each way of checking and the sum; what passed is listed with --all.
  const lines = run.stdout
    .trim()
    .split("\n")
    .filter((line) => !line.startsWith("PROCESSOR"));
  expect(lines.filter((line) => / passed, \d+ failed: /.test(line))).toHaveLength(3);
  expect(lines[lines.length - 1]).toMatch(/^\d+ passed, 0 failed$/);
  expect(lines.length).toBeLessThan(8);
  const all = withoutEngine("check", ["--all"]).stdout;
  expect(all.match(/^✓ /gm)!.length).toBeGreaterThan(1000);
  expect(all).toContain("Reproduced beside published");
});
