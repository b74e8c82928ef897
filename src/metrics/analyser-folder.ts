// Where the dictionaries and models of morphological analysers lie: in data/cache once they are fetched, or where a variable says.
import { existsSync } from "node:fs";
import { join } from "node:path";

/** Analyser -> the variable that names a folder of one's own. */
const VARIABLES = { mecab: "MECAB_KO_DIC" } as const;

export type Analyser = keyof typeof VARIABLES;

/** Where `npm run cli -- fetch-analyser` puts an analyser's files. */
export const fetchedFolder = (analyser: Analyser): string =>
  join(__dirname, "../../data/cache/analysers", analyser);

/** The folder of an analyser's files. Throws with what to do where there is none. */
export function analyserFolder(analyser: Analyser): string {
  const variable = VARIABLES[analyser];
  const folder = process.env[variable] ?? fetchedFolder(analyser);
  if (existsSync(folder)) return folder;
  throw new Error(
    `The tokenizer "${analyser}": expected its files in ${folder}, found no such folder. ` +
      `Fetch them with \`npm run cli -- fetch-analyser ${analyser}\`, or name their folder in the variable ${variable}.`,
  );
}
