// What can be said of a study's data and models before it is begun, without downloading anything or loading the engine.
import { DataFileError } from "../corpus/files/problem";
import { readStudyItems } from "../corpus/validate";
import { findTooLong } from "./context-lengths";
import type { Profile } from "./profiles";
import { modelAtHand } from "./stages/model-folder";
import { checkPair } from "./teacher-pair";

/**
 * Checks a user's file, and teacher and student, by the models at hand. Returns what is to be told: what was read otherwise,
 * and the models that are still to be downloaded. Throws DataFileError for what is wrong with the file or too long,
 * StudyError where teacher and student do not go together.
 */
export async function checkAtHand(profile: Profile, dataFile: string | undefined): Promise<string[]> {
  const [teacher, student] = [profile.teacher, profile.student].map((name) =>
    modelAtHand(profile.name, name),
  );
  if (teacher !== undefined && student !== undefined)
    await checkPair({ name: profile.teacher, folder: teacher }, { name: profile.student, folder: student });
  if (dataFile === undefined) return [];
  const { items, lines, notes } = readStudyItems(dataFile);
  const { problems, unchecked } = await findTooLong(profile, dataFile, items, lines);
  if (problems.length > 0) throw new DataFileError(problems, notes);
  return [...notes, ...uncheckedNote(unchecked)];
}

/** That items are not yet known to fit some models; nothing where they are. */
export const uncheckedNote = (models: readonly string[]): string[] =>
  models.length === 0
    ? []
    : [
        `Not known before they are downloaded, whether the items fit: ${models.join(", ")}. Checked before the first training.`,
      ];
