// A study as a notebook opens it: profile, seed and data, with a fact sheet to print first.
import * as path from "node:path";
import { engineFacts } from "../engine/facts";
import { profileNamed } from "./profiles";
import { ROOT } from "./stage";
import type { StudyContext } from "./stages/context";

export interface StudyParameters {
  profile: string;
  seed: number;
  /** The user's own JSONL or CSV file, relative to the repository root; "" or absent: the generated corpus. */
  data?: string;
}

/** Opens a study. Throws when the profile is unknown. */
export function openStudy({ profile, seed, data }: StudyParameters): StudyContext {
  return { profile: profileNamed(profile), seed, dataFile: data ? path.resolve(ROOT, data) : undefined };
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
