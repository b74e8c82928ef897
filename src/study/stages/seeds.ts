// The systems at several seeds: each seed's scores are kept, so that tables can show how far the order of data decides.
import * as fs from "node:fs";
import * as path from "node:path";
import { writeJson } from "../../base/atomic-write";
import type { StudyResults } from "../../results/study-results";
import { ROOT } from "../stage";
import type { StudyContext } from "./context";
import { scoreStage } from "./scores";

const fileOf = ({ profile }: StudyContext): string => path.join(ROOT, "data", `seeds-${profile.name}.json`);

/** What `npm run seeds` recorded for this profile; undefined when it was not run, or the data are the user's own. */
export function seedResults(context: StudyContext): StudyResults["seeds"] {
  const file = fileOf(context);
  return !context.dataFile && fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : undefined;
}

/** Runs the five systems with each seed and records their scores in data/seeds-<profile>.json. */
export async function recordSeeds(
  context: StudyContext,
  seeds: readonly number[],
): Promise<NonNullable<StudyResults["seeds"]>> {
  const recorded: NonNullable<StudyResults["seeds"]> = [];
  for (const seed of seeds) {
    const { value } = await scoreStage({ ...context, seed });
    recorded.push({ seed, systems: value.systems });
  }
  writeJson(fileOf(context), recorded);
  return recorded;
}
