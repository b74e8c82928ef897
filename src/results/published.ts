// The published results of the report that this study reproduces: data/published.json, read and checked.
import { readJson } from "../base/json-file";
import type { PRF } from "./scores";
import { type Recipes, type Role, type SystemId, withRole } from "./systems";

/** One row of the published table; `rouge2sum` keeps the report's own label and is read as rougeLsum. */
export interface PublishedSystem {
  system: SystemId;
  model: string;
  bertscore: PRF;
  rouge1: number;
  rouge2: number;
  rouge2sum: number;
}

export interface Published {
  title: string;
  date: string;
  comparedModels: { model: string; chosen: boolean }[];
  criteria: string[];
  settings: {
    teacher: string;
    student: string;
    method: string;
    trainItems: number;
    validationItems: number;
    epochs: number;
    batchSize: number;
    learningRate: number;
  };
  testItems: { "in-domain": number; other: number };
  /** Each with the role of the system that it is compared with. */
  systems: (PublishedSystem & { role: Role })[];
  labels: { rouge2sum: { published: string; readAs: string } };
  claims: string[];
  use: string;
  plans: string[];
}

/** The published rows that have their like among a study's systems, each under the id of the system with its role. */
export const publishedBeside = (published: Published["systems"], of: Recipes): PublishedSystem[] =>
  published.flatMap(({ role, ...row }) => {
    const like = withRole(of, role);
    return like ? [{ ...row, system: like.id }] : [];
  });

/** Reads the published results; throws when a score is missing or outside 0..1. */
export function loadPublished(path = "data/published.json"): Published {
  const published = readJson<Published>(path);
  for (const row of published.systems) {
    const { precision, recall, f } = row.bertscore;
    const scores = { precision, recall, f, rouge1: row.rouge1, rouge2: row.rouge2, rouge2sum: row.rouge2sum };
    for (const [name, value] of Object.entries(scores)) {
      if (!(value >= 0 && value <= 1)) {
        throw new Error(`${path}: ${row.system}.${name} must be a number from 0 to 1, found ${value}.`);
      }
    }
  }
  return published;
}
