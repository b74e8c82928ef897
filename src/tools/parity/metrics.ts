// Parity of metrics with the Python packages' outputs: finds the cases of a folder by its files' names and runs each.
import { checkBertscore, checkEmbeddings } from "./bertscore";
import { type Case, failed } from "./case";
import { ReferenceFolder } from "./reference-folder";
import { checkBootstrap, checkMersenneTwister, checkRouge, checkStems } from "./rouge";
import { checkPcg64, checkRetrieval, checkSignificance } from "./significance";

type Check = (set: ReferenceFolder, file: string) => Case[] | Promise<Case[]>;

const CHECKS: { file: RegExp; run: Check }[] = [
  { file: /^rouge\.json$/, run: checkRouge },
  { file: /^porter_nltk\.json$/, run: checkStems },
  { file: /^mt19937\.json$/, run: checkMersenneTwister },
  { file: /^pcg64\.json$/, run: checkPcg64 },
  { file: /^bootstrap\.json$/, run: checkBootstrap },
  { file: /^significance\.json$/, run: checkSignificance },
  { file: /^retrieval\.json$/, run: checkRetrieval },
  { file: /^bertscore\/[^/]+\.scores\.json$/, run: checkBertscore },
  { file: /^bertscore\/[^/]+\.embeddings\.json$/, run: checkEmbeddings },
];

/** Whether a folder has the layout of metric references. */
export function isMetricsFolder(root: string): boolean {
  return new ReferenceFolder(root).files().some((name) => CHECKS.some(({ file }) => file.test(name)));
}

/** Runs every case of a folder; a file that belongs to none is a failed case. */
export async function checkMetrics(root: string): Promise<Case[]> {
  const set = new ReferenceFolder(root);
  const cases: Case[] = [];
  for (const name of set.files().sort()) {
    const check = CHECKS.find(({ file }) => file.test(name));
    if (!check) continue;
    try {
      const found = await check.run(set, name);
      cases.push(...(found.length > 0 ? found : [failed(name, "it holds no case")]));
    } catch (error) {
      set.at(name);
      cases.push(failed(name, error));
    }
  }
  if (cases.length === 0) cases.push(failed(root, "no case was found"));
  return [...cases, ...set.integrity()];
}
