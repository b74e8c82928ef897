// The header fields that a person fills in for handing the report in: data/report-settings.json.
import { readJson } from "../base/json-file";

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

/** Reads the settings; a missing or broken file, an unknown or ill-typed field throws. A field left out is empty. */
export function loadReportSettings(path = "data/report-settings.json"): ReportSettings {
  const read = readJson<Record<string, unknown>>(path);
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
