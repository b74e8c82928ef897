// What is checked before the first model writes or learns: the teacher suits the student, and every item fits the models.
import * as path from "node:path";
import { DataFileError } from "../../corpus/files/problem";
import { findTooLong } from "../context-lengths";
import { defineJob } from "../define-stage";
import { learners, ofOneVocabulary } from "../systems";
import { checkPair } from "../teacher-pair";
import { baseModel } from "./base-model";
import { corpusStage, itemsOf } from "./corpus";

const checked = new Map<string, Promise<void>>();

/**
 * Downloads the models that learn and teach if need be and checks all models at hand. Throws StudyError where two do not go
 * together, DataFileError naming the items that are too long. Once a process for the same data and models.
 */
export const checkModels = defineJob({
  name: () => "check-models",
  needs: (study) => ({
    corpus: corpusStage.job(study),
    models: Object.fromEntries([...learners(study)].map((key) => [key, baseModel.job(study, key)])),
  }),
  make: async (study, { corpus, models }): Promise<void> => {
    const pairs = ofOneVocabulary(study);
    const key = [corpus.key, ...Object.values(models).map(({ hash }) => hash), pairs.join(";")].join(" ");
    const check = async () => {
      for (const [teacher, student] of pairs) await checkPair(models[teacher]!, models[student]!);
      const items = itemsOf(corpus);
      const lines = items.map((_, i) => i + 1);
      const { problems } = await findTooLong(study, path.join(corpus.directory, "items.jsonl"), items, lines);
      if (problems.length > 0) throw new DataFileError(problems);
    };
    if (!checked.has(key)) checked.set(key, check());
    await checked.get(key);
  },
});
