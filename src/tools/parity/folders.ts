// Which folders hold reference data, of which kind, and what checks each kind.
import * as fs from "node:fs";
import * as path from "node:path";
import { type Case, failed } from "./case";
import { checkKd2, isKd2Folder } from "./kd2";
import { checkMetrics, isMetricsFolder } from "./metrics";
import { checkModels, isModelsFolder } from "./models";
import { checkRealModels, isRealModelsFolder } from "./real-models";
import { checkTokenizers, isTokenizersFolder } from "./tokenizers";

/** One kind of reference folder; a new kind is a line in KINDS. */
export interface Kind {
  name: string;
  /** Whether a folder has the layout of this kind. */
  fits(root: string): boolean;
  check(root: string): Case[] | Promise<Case[]>;
}

const KINDS: readonly Kind[] = [
  { name: "models", fits: isModelsFolder, check: checkModels },
  { name: "tokenizers", fits: isTokenizersFolder, check: checkTokenizers },
  { name: "kd2", fits: isKd2Folder, check: checkKd2 },
  { name: "metrics", fits: isMetricsFolder, check: checkMetrics },
  { name: "real models", fits: isRealModelsFolder, check: checkRealModels },
];

/** The reference folders at `root`: itself, or those of its subfolders that have a MANIFEST.json. */
function referenceFolders(root: string): string[] {
  if (fs.existsSync(path.join(root, "MANIFEST.json"))) return [root];
  const inside = fs
    .readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && fs.existsSync(path.join(root, entry.name, "MANIFEST.json")))
    .map((entry) => path.join(root, entry.name));
  return inside.length > 0 ? inside : [root];
}

/** Runs every case of a folder, or of the reference folders in it; what cannot be read or understood is a failed case. */
export async function checkFolder(root: string): Promise<{ folder: string; kind: string; cases: Case[] }[]> {
  if (!fs.existsSync(root)) return [{ folder: root, kind: "none", cases: [failed(root, "no such folder")] }];
  const results: { folder: string; kind: string; cases: Case[] }[] = [];
  for (const folder of referenceFolders(root)) {
    try {
      const kind = KINDS.find(({ fits }) => fits(folder));
      const cases = kind
        ? await kind.check(folder)
        : [failed(folder, "the layout of this folder was not understood")];
      results.push({ folder, kind: kind?.name ?? "unknown", cases });
    } catch (error) {
      results.push({ folder, kind: "unknown", cases: [failed(folder, error)] });
    }
  }
  return results;
}
