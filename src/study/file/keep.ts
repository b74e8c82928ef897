// The whole resolved study beside its results: what a run was asked for, and a study file like any other.
import * as path from "node:path";
import { writeJson } from "../../base/atomic-write";
import { RUNS } from "../stage";
import type { StudyContext } from "../stages/context";
import type { Study } from "./definition";
import { STUDIES } from "./load";

/** Where a study's own file is kept with its run. */
export const keptStudy = ({ name }: Study): string => path.join(RUNS, name, "study.json");

/** Writes the study into the folder of its run, without what only this opening of it has. */
export function keepStudy(opened: Study & Partial<StudyContext>): void {
  const { seed: _, checkpointSeconds: __, ...study } = opened;
  const file = keptStudy(study);
  const schema = path.relative(path.dirname(file), path.join(STUDIES, "study.schema.json"));
  writeJson(file, { $schema: schema, ...study });
}
