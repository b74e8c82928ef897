// Models of published sizes with random weights, made on demand below data/cache, which git ignores.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { ROOT } from "./results";

/** Folder of a model of true size; written at the first call (2b: 5.2 GB, 9b: 18.5 GB). */
export function trueSizeModel(name: "gemma-2-2b" | "gemma-2-9b"): string {
  const folder = path.join(ROOT, "data/cache/true-size", name);
  if (fs.existsSync(path.join(folder, "config.json"))) return folder;
  console.error(`${name} with random weights is written to ${path.relative(ROOT, folder)} …`);
  fs.rmSync(folder, { recursive: true, force: true });
  const { status } = spawnSync(
    "npm",
    ["run", "--silent", "cli", "--", "make-model", "--like", name, "--out", folder],
    {
      cwd: ROOT,
      stdio: ["ignore", "ignore", "inherit"],
    },
  );
  if (status !== 0) throw new Error(`npm run cli -- make-model --like ${name} failed; see the lines above.`);
  return folder;
}
