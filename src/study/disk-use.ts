// Bytes on disk of the repository's own files and of what set-up installs.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { ROOT } from "./stage";

/** Bytes of all files below a folder; links are not followed. */
export function bytesBelow(folder: string): number {
  if (!fs.existsSync(folder)) return 0;
  let sum = 0;
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const at = path.join(folder, entry.name);
    if (entry.isDirectory()) sum += bytesBelow(at);
    else if (entry.isFile()) sum += fs.lstatSync(at).size;
  }
  return sum;
}

/** Bytes of the files that git tracks, as they stand; 0 outside a git repository. */
export function trackedBytes(): number {
  const { status, stdout } = spawnSync("git", ["ls-files", "-z"], { cwd: ROOT, encoding: "utf8" });
  if (status !== 0) return 0;
  return stdout
    .split("\0")
    .filter((file) => file && fs.existsSync(path.join(ROOT, file)))
    .reduce((sum, file) => sum + fs.lstatSync(path.join(ROOT, file)).size, 0);
}

/** Bytes of node_modules, the Python environment and the engine. */
export const installedBytes = (): number =>
  ["node_modules", ".venv", ".engine"].reduce((sum, folder) => sum + bytesBelow(path.join(ROOT, folder)), 0);
