// What is checked before the first model writes or learns: the teacher suits the student, and every item fits the models.
import * as path from "node:path";
import { DataFileError } from "../../corpus/files/problem";
import { findTooLong } from "../context-lengths";
import { learners, teachings } from "../systems";
import { checkPair } from "../teacher-pair";
import { type BaseModel, baseModel } from "./base-model";
import type { StudyContext } from "./context";
import { corpusStage, itemsOf } from "./corpus";

const checked = new Map<string, Promise<void>>();

/**
 * Downloads the models that learn and teach if need be and checks all models at hand. Throws StudyError where two do not go
 * together, DataFileError naming the items that are too long. Once a process for the same data and models.
 */
export async function checkModels(context: StudyContext): Promise<void> {
  const corpus = await corpusStage(context);
  const models = new Map<string, BaseModel>();
  for (const key of learners(context)) models.set(key, await baseModel(context, key));
  const pairs = teachings(context);
  const key = [corpus.key, ...[...models.values()].map(({ hash }) => hash), pairs.join(";")].join(" ");
  const check = async () => {
    for (const [teacher, student] of pairs) await checkPair(models.get(teacher)!, models.get(student)!);
    const items = itemsOf(corpus);
    const lines = items.map((_, i) => i + 1);
    const { problems } = await findTooLong(context, path.join(corpus.directory, "items.jsonl"), items, lines);
    if (problems.length > 0) throw new DataFileError(problems);
  };
  if (!checked.has(key)) checked.set(key, check());
  await checked.get(key);
}
