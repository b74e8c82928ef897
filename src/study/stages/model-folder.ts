// Where a profile's model lies: below data/models, or, for a name like "google/gemma-2-2b-it", in the hub's cache.
import * as fs from "node:fs";
import * as path from "node:path";
import { writeJson } from "../../base/atomic-write";
import { cachedFolder, type DownloadedModel, downloadModel } from "../../models/hub";
import { templateFiles } from "../../prompts/chat-template-places";
import type { ProfileName } from "../profiles";
import { hashFiles, ROOT, RUNS } from "../stage";

export interface ModelFolder {
  folder: string;
  /** Over weights, configuration and tokenizer. */
  hash: string;
  /** The hub's commit, for a model from there. */
  revision?: string;
}

const opened = new Map<string, Promise<DownloadedModel>>();

/**
 * The folder of a model and the hash of its files; a hub model is downloaded when data/models has no folder of its name.
 * The commit met first is recorded in data/runs/<profile>/revisions.json and asked for from then on: delete the line to
 * take a newer one. Throws when there is no config.json, HubError when the download fails.
 */
export async function modelFolder(profile: ProfileName, name: string): Promise<ModelFolder> {
  const local = path.join(ROOT, "data/models", name);
  if (!name.includes("/") || fs.existsSync(local)) return localFolder(local);
  const known = opened.get(`${profile} ${name}`) ?? pinned(profile, name);
  opened.set(`${profile} ${name}`, known);
  try {
    return await known;
  } catch (error) {
    // A notebook's cell is run again once the token is set.
    opened.delete(`${profile} ${name}`);
    throw error;
  }
}

const revisionsFile = (profile: ProfileName) => path.join(RUNS, profile, "revisions.json");

function revisions(profile: ProfileName): Record<string, string> {
  const file = revisionsFile(profile);
  return fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : {};
}

async function pinned(profile: ProfileName, name: string): Promise<DownloadedModel> {
  const model = await downloadModel(name, revisions(profile)[name]);
  const known = revisions(profile);
  if (known[name] !== model.revision) writeJson(revisionsFile(profile), { ...known, [name]: model.revision });
  return model;
}

/**
 * A folder with a model's configuration and tokenizer, without fetching any: below data/models (for a thumbnail, the model
 * that it is made after), or in the hub's cache; undefined where they are still to be downloaded.
 */
export function modelAtHand(profile: ProfileName, name: string): string | undefined {
  const local = path.join(ROOT, "data/models", name);
  if (fs.existsSync(path.join(local, "config.json"))) return local;
  return name.includes("/") ? cachedFolder(name, revisions(profile)[name]) : undefined;
}

/** A folder of model files on this machine and their hash. Throws when it has no config.json. */
export function localFolder(folder: string): ModelFolder {
  if (!fs.existsSync(path.join(folder, "config.json"))) {
    throw new Error(
      `No model in ${path.relative(ROOT, folder)}: config.json is missing. Put the model's Hugging Face files there, or choose another profile.`,
    );
  }
  const files = fs.readdirSync(folder).filter((file) => /\.(safetensors|json)$/.test(file));
  const names = [...new Set([...files, ...templateFiles(folder)])].sort();
  return { folder, hash: hashFiles(names.map((name) => path.join(folder, name))) };
}
