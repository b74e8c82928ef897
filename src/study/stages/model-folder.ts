// Where a model's files lie on this machine: a folder, or the hub's cache. Knows no engine.
import * as fs from "node:fs";
import * as path from "node:path";
import { writeJson } from "../../base/atomic-write";
import { cachedFolder, type DownloadedModel, downloadModel } from "../../models/hub";
import { templateFiles } from "../../prompts/chat-template-places";
import type { ModelSource, Study } from "../file/definition";
import { hashFiles, ROOT, RUNS } from "../stage";

export interface ModelFolder {
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
  const model = await downloadModel(source.hub!, revisions(study)[wanted] ?? source.revision);
  const known = revisions(study);
  if (known[wanted] !== model.revision)
    writeJson(revisionsFile(study), { ...known, [wanted]: model.revision });
  return model;
}

/**
 * A folder with the configuration and tokenizer of one of a study's models, without fetching any: its own (of a thumbnail, that
 * of the model that it is made after), or one in the hub's cache; undefined where they are still to be downloaded.
 */
export function modelAtHand({ name, models }: Study, key: string): string | undefined {
  const source = models[key]!;
  const own = source.folder ?? source.thumbnail;
  if (own === undefined) {
    return cachedFolder(source.hub!, revisions(name)[wantedOf(source)] ?? source.revision);
  }
  const folder = path.resolve(ROOT, own);
  return fs.existsSync(path.join(folder, "config.json")) ? folder : undefined;
}

/** A folder of model files on this machine and their hash. Throws when it has no config.json. */
export function localFolder(folder: string): ModelFolder {
  if (!fs.existsSync(path.join(folder, "config.json"))) {
    throw new Error(
      `No model in ${path.relative(ROOT, folder)}: config.json is missing. Put the model's Hugging Face files there, or name another source in the study file.`,
    );
  }
  const files = fs.readdirSync(folder).filter((file) => /\.(safetensors|json)$/.test(file));
  const names = [...new Set([...files, ...templateFiles(folder)])].sort();
  return { folder, hash: hashFiles(names.map((name) => path.join(folder, name))) };
}
