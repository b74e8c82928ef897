// What runs recorded of themselves, kept in reports/records.json: the time of the study and of the tests.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { committed, readJson } from "../base/json-file";

export interface StudyRecord {
  commit: string;
  /** Seconds from the first notebook to the report, with no finished stage to begin with. */
  seconds: number;
  notebooks: Record<string, number>;
  machine: Record<string, string>;
  /** Bytes of the tracked files, and of node_modules, .venv and the engine. */
  clone: number;
  installed: number;
}

export interface TestRecord {
  passed: number;
  failed: number;
  seconds: number;
  node: string;
}

export interface Records {
  study?: StudyRecord;
  tests?: TestRecord;
}

/** What a finished run on this machine left of its times; undefined where there was none. */
const left = <T>(file: string): T | undefined =>
  existsSync(file) ? readJson<T>(file, "Delete it: the next run writes it anew.") : undefined;

/** The kept records of a reports folder; throws where the file is missing or broken. */
export const keptRecords = (reports: string): Records => {
  const file = join(reports, "records.json");
  return readJson<Records>(file, `${committed(file)} Where there never was one, write {} into it.`);
};

/** The kept records of a reports folder, renewed from what the last runs on this machine left under data/runs. */
export function newestRecords(reports: string, runs: string, profile: string): Records {
  const kept = keptRecords(reports);
  const study = left<StudyRecord>(join(runs, profile, "record.json")) ?? kept.study;
  const tests = left<TestRecord>(join(runs, "tests.json")) ?? kept.tests;
  return { ...(study && { study }), ...(tests && { tests }) };
}
