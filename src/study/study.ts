// A study as a notebook opens it: profile, seed and data, with a fact sheet to print first.
import * as fs from "node:fs";
import * as path from "node:path";
import { engineFacts } from "../engine/facts";
import { profileNamed } from "./profiles";
import { ROOT } from "./stage";
import type { StudyContext } from "./stages/context";
import { StudyError } from "./study-error";

/** Seeds are multiplied by constants: the products stay exact up to here. */
const LARGEST_SEED = 2 ** 31 - 1;

/**
 * Opens a study: profile name, seed, and the user's own data file relative to the repository root
 * ("" for the generated corpus). Throws StudyError when the profile is unknown, the seed no whole number from 0, or the file
 * not there.
 */
export function openStudy(profile: string, seed: number, data = ""): StudyContext {
  if (!Number.isSafeInteger(seed) || seed < 0 || seed > LARGEST_SEED) {
    const found = typeof seed === "number" ? seed : JSON.stringify(seed);
    throw new StudyError(`seed: expected a whole number from 0 to ${LARGEST_SEED}, found ${found}.`);
  }
  const dataFile = data === "" ? undefined : path.resolve(ROOT, data);
  if (dataFile && !fs.existsSync(dataFile)) throw new StudyError(`data ${data}: there is no such file.`);
  return { profile: profileNamed(profile), seed, dataFile };
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
