// Where a model's files lie on this machine: a folder, a GGUF file, or the hub's cache. Knows no engine.
import * as fs from "node:fs";
import * as path from "node:path";
import { writeJson } from "../../base/atomic-write";
import { cachedFolder, type DownloadedModel, downloadModel } from "../../models/hub";
import { modelSource } from "../../models/source";
import type { ModelSource, Study } from "../file/definition";
import { hashFiles, ROOT, RUNS } from "../stage";

export interface ModelFolder {
  /** A folder of Hugging Face files, or a GGUF file. */
  folder: string;
  /** Over weights, configuration and tokenizer. */
  hash: string;
  /** The hub's commit, for a model from there. */
  revision?: string;
}

/** What a hub model's commit is recorded under. */
const wantedOf = ({ hub, revision }: ModelSource): string =>
  revision === undefined ? hub! : `${hub}@${revision}`;

const revisionsFile = (study: string) => path.join(RUNS, study, "revisions.json");

function revisions(study: string): Record<string, string> {
  const file = revisionsFile(study);
  return fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : {};
}

/** The commit that a study's run has met under a branch or tag; undefined before the first download. */
export const recordedRevision = (study: string, source: ModelSource): string | undefined =>
  revisions(study)[wantedOf(source)];

const opened = new Map<string, Promise<DownloadedModel>>();

/**
 * Downloads a hub model, or finds it in the cache. The commit met first is recorded in data/runs/<study>/revisions.json and
 * asked for from then on: delete the line to take a newer one. Throws HubError when the download fails.
 */
export async function hubModel(study: string, source: ModelSource): Promise<DownloadedModel> {
  const key = `${study} ${wantedOf(source)}`;
  const known = opened.get(key) ?? pinned(study, source);
  opened.set(key, known);
  try {
    return await known;
  } catch (error) {
    // A notebook's cell is run again once the token is set.
    opened.delete(key);
    throw error;
  }
}

async function pinned(study: string, source: ModelSource): Promise<DownloadedModel> {
  const wanted = wantedOf(source);
  const model = await downloadModel(source.hub!, recordedRevision(study, source) ?? source.revision);
  const known = revisions(study);
  if (known[wanted] !== model.revision)
    writeJson(revisionsFile(study), { ...known, [wanted]: model.revision });
  return model;
}

const made = new Map<string, string>();

/** Remembers in this process where a model lies that a stage made from another. */
export function rememberMade(study: string, key: string, folder: string): void {
  made.set(`${study} ${key}`, folder);
}

/**
 * Where the configuration and tokenizer of one of a study's models are, without fetching any: its own folder or GGUF file (of a
 * thumbnail, that of the model that it is made after), or one in the hub's cache; undefined where they are still to be downloaded or made.
 */
export function modelAtHand({ name, models }: Study, key: string): string | undefined {
  const source = models[key]!;
  if (source.from !== undefined) return made.get(`${name} ${key}`);
  const own = source.folder ?? source.thumbnail;
  if (own === undefined) {
    return cachedFolder(source.hub!, recordedRevision(name, source) ?? source.revision);
  }
  const place = path.resolve(ROOT, own);
  return modelSource(place).has("config.json") ? place : undefined;
}

/** A folder of model files, or a GGUF file, on this machine and the hash of what is in it. Throws when there is none. */
export function localFolder(place: string): ModelFolder {
  const source = modelSource(place);
  if (!source.has("config.json")) {
    throw new Error(
      `No model in ${path.relative(ROOT, place)}: config.json is missing. Put the model's Hugging Face files or one GGUF file there, or name another source in the study file.`,
    );
  }
  return { folder: source.place, hash: hashFiles(source.files) };
}
