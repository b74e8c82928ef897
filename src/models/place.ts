// Where a model is that a person asked for: here already, or on the hub.
import { existsSync } from "node:fs";
import { basename, resolve } from "node:path";
import { downloadModel } from "./hub";

export interface ModelPlace {
  /** The folder or file. */
  place: string;
  /** As it was asked for: the place's own name, or the hub's "org/name". */
  name: string;
  /** The hub's commit. */
  revision?: string;
}

/**
 * A folder or file here, or a hub model ("org/name", "org/name@revision"), which is downloaded. Throws where it is neither,
 * HubError when the download fails.
 */
export async function modelPlace(asked: string): Promise<ModelPlace> {
  if (existsSync(asked)) return { place: asked, name: basename(resolve(asked)) };
  const [, name, revision] = /^([\w.-]+\/[\w.-]+)(?:@([\w./-]+))?$/.exec(asked) ?? [];
  if (name === undefined || /\.gguf$/i.test(name)) {
    throw new Error(
      `Model ${asked}: expected a model folder, a GGUF file or a hub model like "google/gemma-3-270m", found none of them.`,
    );
  }
  const model = await downloadModel(name, revision);
  return { place: model.folder, name, revision: model.revision };
}
