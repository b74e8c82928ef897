// What is checked before the first model writes or learns: the teacher suits the student, and every item fits the models.
import * as path from "node:path";
import { DataFileError } from "../../corpus/files/problem";
import { findTooLong } from "../context-lengths";
import { checkPair } from "../teacher-pair";
import { baseModel } from "./base-model";
import type { StudyContext } from "./context";
import { corpusStage, itemsOf } from "./corpus";

const checked = new Map<string, Promise<void>>();

/**
 * Downloads student and teacher if need be and checks all models at hand. Throws StudyError where the two do not go
 * together, DataFileError naming the items that are too long. Once a process for the same data and models.
 */
export async function checkModels(context: StudyContext): Promise<void> {
  const { profile } = context;
  const corpus = await corpusStage(context);
  const teacher = { name: profile.teacher, ...(await baseModel(context, profile.teacher)) };
  const student = { name: profile.student, ...(await baseModel(context, profile.student)) };
  const key = [corpus.key, teacher.hash, student.hash].join(" ");
  const check = async () => {
    await checkPair(teacher, student);
    const items = itemsOf(corpus);
    const lines = items.map((_, i) => i + 1);
    const { problems } = await findTooLong(profile, path.join(corpus.directory, "items.jsonl"), items, lines);
    if (problems.length > 0) throw new DataFileError(problems);
  };
  if (!checked.has(key)) checked.set(key, check());
  await checked.get(key);
}
