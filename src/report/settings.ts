// The header fields that a person fills in for handing the report in: data/report-settings.json.
import { existsSync, readFileSync } from "node:fs";
import { parseJson } from "../base/json";

export interface ReportSettings {
  course: string;
  stage: string;
  deliverable: string;
  submitted: string;
  repository: string;
  members: string[];
}

const EMPTY: ReportSettings = {
  course: "",
  stage: "",
  deliverable: "",
  submitted: "",
  repository: "",
  members: [],
};

function readSettings(path: string): Record<string, unknown> {
  try {
    return parseJson(readFileSync(path, "utf8")) as Record<string, unknown>;
  } catch (error) {
    throw new Error(`${path}: expected JSON, found: ${(error as Error).message}.`);
  }
}

/** Reads the settings; a missing file gives empty fields, an unknown or ill-typed one throws. */
export function loadReportSettings(path = "data/report-settings.json"): ReportSettings {
  if (!existsSync(path)) return EMPTY;
  const read = readSettings(path);
  for (const [key, value] of Object.entries(read)) {
    if (!(key in EMPTY)) {
      throw new Error(`${path}: unknown field "${key}"; known are ${Object.keys(EMPTY).join(", ")}.`);
    }
    const wanted = key === "members" ? "a list of texts" : "a text";
    const good =
      key === "members"
        ? Array.isArray(value) && value.every((member) => typeof member === "string")
        : typeof value === "string";
    if (!good) throw new Error(`${path}: "${key}" must be ${wanted}, found ${JSON.stringify(value)}.`);
  }
  return { ...EMPTY, ...(read as Partial<ReportSettings>) };
}
