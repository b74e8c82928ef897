// How packages are installed: just what the locks say, whatever npm's and pip's own settings leave out, add or put elsewhere.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Arguments of npm; they go before its configuration files and variables, such as `omit=dev`. */
export const NPM_INSTALL = [
  "ci",
  ...["--include=prod", "--include=dev", "--include=optional", "--include=peer", "--ignore-scripts"],
  ...["--no-global", "--no-dry-run", "--package-lock", "--install-strategy=hoisted", "--bin-links"],
  ...[`--os=${process.platform}`, `--cpu=${process.arch}`, "--no-audit", "--no-fund", "--loglevel=warn"],
];

/** Arguments of a virtual environment's Python. */
export const PIP_INSTALL = [
  ...["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-user"],
  ...["--require-hashes", "--no-deps", "-r"],
];

/** Paths of the lock's packages for this machine that are not in `folder`. */
export function missingPackages(folder) {
  const { packages } = JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8"));
  process.report.excludeNetwork = true;
  const libcHere = process.report.getReport().header.glibcVersionRuntime ? "glibc" : "musl";
  /** Of the optional ones those of which each machine takes its own, and this one's. */
  const isWanted = ({ optional, os, cpu, libc }) =>
    !optional ||
    (os?.includes(process.platform) && cpu?.includes(process.arch) && (libc?.includes(libcHere) ?? true));
  return Object.entries(packages)
    .filter(([path, entry]) => path !== "" && isWanted(entry))
    .map(([path]) => path)
    .filter((path) => !existsSync(join(folder, path, "package.json")));
}
