// A study as a notebook opens it: its file, seed and data, with a fact sheet to print first.
import * as fs from "node:fs";
import * as path from "node:path";
import { engineFacts } from "../engine/facts";
import { loadStudy } from "./file/load";
import { ROOT } from "./stage";
import type { StudyContext } from "./stages/context";
import { StudyError } from "./study-error";

/** Seeds are multiplied by constants: the products stay exact up to here. */
const LARGEST_SEED = 2 ** 31 - 1;

/**
 * Opens a study: one of studies/ by its name or the path of a study file, a seed, and the user's own data file in place of the
 * study's ("" for that). Paths are relative to the repository root. Throws StudyError when the study cannot be, the seed is no
 * whole number from 0, or the data file is not there.
 */
export function openStudy(nameOrPath: string, seed: number, data = ""): StudyContext {
  if (!Number.isSafeInteger(seed) || seed < 0 || seed > LARGEST_SEED) {
    const found = typeof seed === "number" ? seed : JSON.stringify(seed);
    throw new StudyError(`seed: expected a whole number from 0 to ${LARGEST_SEED}, found ${found}.`);
  }
  const study = loadStudy(nameOrPath, [], ROOT);
  const opened = { ...study, ...(data !== "" && { data: { file: data } }), seed };
  const { file } = opened.data;
  if (file !== undefined && !fs.existsSync(path.resolve(ROOT, file)))
    throw new StudyError(`data ${file}: there is no such file.`);
  return opened;
}

/** The lines that a notebook's first cell prints: what runs, on what, with which seed. */
export function factSheet({ name, seed, data }: StudyContext): string {
  const facts = engineFacts();
  const texts = data.file ?? "생성한 합성 말뭉치 (synthetic)";
  const rows = { profile: name, seed: String(seed), data: texts, ...facts };
  const width = Math.max(...Object.keys(rows).map((key) => key.length));
  return Object.entries(rows)
    .map(([key, value]) => `${key.padEnd(width)}  ${value}`)
    .join("\n");
}
