// What runs recorded of themselves, kept in reports/records.json: the time of the study and of the tests.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

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

const read = <T>(file: string): T | undefined =>
  existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as T) : undefined;

/** The kept records of a reports folder, renewed from what the last runs on this machine left under data/runs. */
export function newestRecords(reports: string, runs: string, profile: string): Records {
  const kept = read<Records>(join(reports, "records.json")) ?? {};
  const study = read<StudyRecord>(join(runs, profile, "study.json")) ?? kept.study;
  const tests = read<TestRecord>(join(runs, "tests.json")) ?? kept.tests;
  return { ...(study && { study }), ...(tests && { tests }) };
}
