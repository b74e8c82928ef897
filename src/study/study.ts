// A study as a notebook opens it: profile, seed and data, with a fact sheet to print first.
import * as path from "node:path";
import { engineFacts } from "../engine/facts";
import { profileNamed } from "./profiles";
import { ROOT } from "./stage";
import type { StudyContext } from "./stages/context";

/**
 * Opens a study: profile name, seed, and the user's own JSONL or CSV file relative to the repository root
 * ("" for the generated corpus). Throws when the profile is unknown.
 */
export function openStudy(profile: string, seed: number, data = ""): StudyContext {
  return {
    profile: profileNamed(profile),
    seed,
    dataFile: data === "" ? undefined : path.resolve(ROOT, data),
  };
}

/** The lines that a notebook's first cell prints: what runs, on what, with which seed. */
export function factSheet({ profile, seed, dataFile }: StudyContext): string {
  const facts = engineFacts();
  const data = dataFile ? path.relative(ROOT, dataFile) : "생성한 합성 말뭉치 (synthetic)";
  const rows = { profile: profile.name, seed: String(seed), data, ...facts };
  const width = Math.max(...Object.keys(rows).map((key) => key.length));
  return Object.entries(rows)
    .map(([key, value]) => `${key.padEnd(width)}  ${value}`)
    .join("\n");
}
