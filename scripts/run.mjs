// Starts a command of the project: set-up first where it is not done, then the program with the engine's environment.
// Run: node scripts/run.mjs FILE.ts|FILE.mjs|FILE.py|PROGRAM [arguments]    PROGRAM is one of the Python environment: jupyter
import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { engineEnvironment, ownEnvironment } from "./setup/environment.mjs";
import { engineVariant, isReady, root, venvProgram } from "./setup/state.mjs";

const [program, ...args] = process.argv.slice(2);
if (!program) {
  console.error("usage: node scripts/run.mjs FILE.ts|FILE.mjs|FILE.py|PROGRAM [arguments]");
  process.exit(2);
}

if (!isReady(engineVariant())) {
  const setup = spawnSync(process.execPath, [join(root, "scripts/setup.mjs")], { stdio: "inherit" });
  if (setup.status !== 0) process.exit(setup.status ?? 1);
}

const [command, before] = program.endsWith(".ts")
  ? [process.execPath, ["--require", join(root, "node_modules/tsx/dist/cjs/index.cjs"), program]]
  : program.endsWith(".mjs")
    ? [process.execPath, [program]]
    : program.endsWith(".py")
      ? [venvProgram("python"), [program]]
      : [venvProgram(program), []];

const child = spawn(command, [...before, ...args], {
  stdio: "inherit",
  env: { ...ownEnvironment(), ...engineEnvironment(engineVariant() === "cuda"), NODE: process.execPath },
});
child.on("error", (error) => {
  console.error(`could not start ${command}: ${error.message}. Run \`npm run setup\`.`);
  process.exit(1);
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    // A terminal sends Ctrl-C to both processes; passed on, the child would get it twice and take it for impatience.
    if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
  });
}
child.on("exit", (code, signal) => {
  if (!signal) process.exit(code ?? 1);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
});
