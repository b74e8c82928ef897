// All checks of the project: set-up, format and lint, both compilers, tests. Run: npm test [-- test/ROOM ...]
// Goes on after a failure, so that one run shows all; the last line is "N passed, N failed".
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { engineEnvironment, ownEnvironment } from "./setup/environment.mjs";
import { engineVariant, root } from "./setup/state.mjs";

const started = performance.now();
const run = (program, args, env = process.env) =>
  spawnSync(program, args, { cwd: root, stdio: "inherit", env }).status === 0;
const node = (...args) => run(process.execPath, args);

if (!node("scripts/setup.mjs")) {
  console.log("0 passed, 1 failed");
  process.exit(1);
}

const checks = {
  "format and lint": () => node("node_modules/@biomejs/biome/bin/biome", "check", "--error-on-warnings", "."),
  "types, strict": () => node("node_modules/typescript/bin/tsc", "-p", "."),
  "types as notebooks see them": () => node("scripts/typecheck-tslab.cjs"),
};
const results = Object.entries(checks).map(([name, check]) => {
  const passed = check();
  console.log(`${passed ? "✓" : "✗"} ${name}`);
  return passed;
});

const folder = mkdtempSync(join(tmpdir(), "test-report-"));
const report = join(folder, "vitest.json");
const env = {
  ...ownEnvironment(process.env, { forTests: true }),
  ...engineEnvironment(engineVariant() === "cuda"),
};
const passed = run(
  process.execPath,
  [
    "node_modules/vitest/vitest.mjs",
    "run",
    ...["--reporter=default", "--reporter=json", `--outputFile.json=${report}`],
    ...process.argv.slice(2),
  ],
  env,
);
results.push(...testResults(report, passed));
rmSync(folder, { recursive: true });

const failed = results.filter((result) => !result).length;
// A run of all tests leaves its record, which `npm run report` puts into the README.
if (process.argv.length === 2) {
  const record = { passed: results.length - failed, failed, seconds: (performance.now() - started) / 1000 };
  mkdirSync(join(root, "data/runs"), { recursive: true });
  writeFileSync(
    join(root, "data/runs/tests.json"),
    `${JSON.stringify({ ...record, node: process.versions.node })}\n`,
  );
}
console.log(`${results.length - failed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);

/** One value a test; a file that did not load counts as one failure, and so does a run that failed without saying where. */
function testResults(file, runPassed) {
  let found = [];
  try {
    found = JSON.parse(readFileSync(file, "utf8")).testResults.flatMap((suite) => {
      const tests = suite.assertionResults.filter((test) => ["passed", "failed"].includes(test.status));
      if (!tests.length && suite.status === "failed") return [false];
      return tests.map((test) => test.status === "passed");
    });
  } catch (error) {
    console.error(`no report of the tests: ${error.message}`);
  }
  return runPassed || found.includes(false) ? found : [...found, false];
}
