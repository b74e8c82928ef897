// Installs llama.cpp, prebuilt, into .llama-cpp beside the project's own packages, from a pinned list. Run: node test/llama-cpp/install.mjs
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
const FOLDER = join(HERE, "../../.llama-cpp");

mkdirSync(FOLDER, { recursive: true });
for (const name of ["package.json", "package-lock.json"]) copyFileSync(join(HERE, name), join(FOLDER, name));
const flags = ["--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund"];
// `npm ci` would refuse a list without the builds for systems that a registry may lack.
const { status } = spawnSync("npm", ["install", ...flags], { cwd: FOLDER, stdio: "inherit" });
process.exit(status ?? 1);
