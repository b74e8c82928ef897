// What can be said of a study's data and models before it is begun, without downloading anything or loading the engine.
import * as path from "node:path";
import { DataFileError } from "../corpus/files/problem";
import { readStudyItems } from "../corpus/validate";
import { findTooLong } from "./context-lengths";
import type { Study } from "./file/definition";
import { modelName } from "./file/load";
import { ROOT } from "./stage";
import { modelAtHand, recordedRevision } from "./stages/model-folder";
import { ofOneVocabulary } from "./systems";
import { checkPair, type NamedFolder } from "./teacher-pair";

/**
 * Checks the study's own data file, and teachers and students, by the models at hand. Returns what is to be told: what was read
 * otherwise, and the models that are still to be downloaded. Throws DataFileError for what is wrong with the file or too long,
 * StudyError where a teacher and a student do not go together.
 */
export async function checkAtHand(study: Study): Promise<string[]> {
  for (const [teacher, student] of ofOneVocabulary(study)) {
    const [first, second] = [teacher, student].map((key) => ({
      name: modelName(study, key),
      folder: modelAtHand(study, key),
    }));
    if (first!.folder !== undefined && second!.folder !== undefined)
      await checkPair(first as NamedFolder, second as NamedFolder);
  }
  const branches = branchNotes(study);
  if (study.data.file === undefined) return branches;
  const dataFile = path.resolve(ROOT, study.data.file);
  const { items, lines, notes } = readStudyItems(dataFile);
  const { problems, unchecked } = await findTooLong(study, dataFile, items, lines);
  if (problems.length > 0) throw new DataFileError(problems, notes);
  return [...branches, ...notes, ...uncheckedNote(unchecked)];
}

/** The hub's models that a study names by a branch or tag alone, which may move, and what is asked for of them. */
function branchNotes({ name, models }: Study): string[] {
  return Object.values(models).flatMap((source) => {
    const { hub, revision = "main" } = source;
    if (hub === undefined || /^[0-9a-f]{40}$/.test(revision)) return [];
    const met = recordedRevision(name, source);
    return met === undefined
      ? [
          `${hub}: "${revision}" is no commit and may move. The commit met first is kept in this run's revisions.json; name one in the study file to pin it.`,
        ]
      : [`${hub}: "${revision}" is no commit; this run has met ${met} and asks for it.`];
  });
}

/** That items are not yet known to fit some models; nothing where they are. */
export const uncheckedNote = (models: readonly string[]): string[] =>
  models.length === 0
    ? []
    : [
        `Not known before they are downloaded, whether the items fit: ${models.join(", ")}. Checked before the first training.`,
      ];
