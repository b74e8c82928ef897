// Parity of models with reference outputs: finds the cases of a folder by its layout and runs each through the project's code.

import { checkAdapter } from "./adapters";
import type { Case } from "./case";
import { failed } from "./case";
import { checkDistillation } from "./distillation";
import { checkEncoder } from "./encoders";
import { checkForward } from "./forward";
import { checkGeneration } from "./generation";
import { ReferenceFolder } from "./reference-folder";
import { checkTraining } from "./training";

type Check = (set: ReferenceFolder, folder: string) => Case[] | Promise<Case[]>;

/** What a file that begins a case is called, relative to its folder, and how the case is run. */
const CHECKS: { file: RegExp; run: Check }[] = [
  { file: /^(.*encoders\/[^/]+)\/forward\.json$/, run: checkEncoder },
  { file: /^([^/]+)\/forward\.json$/, run: checkForward },
  { file: /^([^/]+)\/generate\.json$/, run: checkGeneration },
  { file: /^([^/]+\/adapters\/[^/]+)\/expected\.json$/, run: checkAdapter },
  { file: /^(kd)\/kd\.json$/, run: checkDistillation },
  { file: /^(training\/[^/]+)\/train\.json$/, run: checkTraining },
];

/** Whether a folder has the layout of model references. */
export function isModelsFolder(root: string): boolean {
  const files = new ReferenceFolder(root).files();
  return CHECKS.some(({ file }) => files.some((name) => file.test(name)));
}

/** Runs every case of a folder; a file that belongs to none is a failed case. */
export async function checkModels(root: string): Promise<Case[]> {
  const set = new ReferenceFolder(root);
  const cases: Case[] = [];
  for (const name of set.files().sort()) {
    const check = CHECKS.find(({ file }) => file.test(name));
    if (!check) continue;
    try {
      cases.push(...(await check.run(set, check.file.exec(name)?.[1] as string)));
    } catch (error) {
      set.at(name);
      cases.push(failed(name, error));
    }
  }
  if (cases.length === 0) cases.push(failed(root, "no case was found"));
  return [...cases, ...set.integrity()];
}
