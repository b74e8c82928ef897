// Where a model is that a person asked for: here already, or on the hub.
import { existsSync, statSync } from "node:fs";
import { basename, resolve } from "node:path";
import { downloadModel } from "./hub";

export interface ModelPlace {
  /** The folder or file. */
  place: string;
  /** As it was asked for: the place's own name, or the hub's name. */
  name: string;
  /** The hub's commit. */
  revision?: string;
}

/**
 * A folder or file here, or a hub model ("org/name", "org/name/file.gguf", each with "@revision" or without), which is
 * downloaded. Throws where it is neither, HubError when the download fails.
 */
export async function modelPlace(asked: string): Promise<ModelPlace> {
  if (existsSync(asked)) return { place: asked, name: basename(resolve(asked)) };
  const [, name, file, revision] =
    /^([\w.-]+\/[\w.-]+(\/[\w./-]+\.gguf)?)(?:@([\w./-]+))?$/i.exec(asked) ?? [];
  // A mistyped path is no model of the hub: its first folder is here, or it ends as a file's name.
  const here = statSync(asked.split("/")[0]!, { throwIfNoEntry: false })?.isDirectory();
  if (name === undefined || here || (file === undefined && /\.gguf$/i.test(name))) {
    throw new Error(
      `Model ${asked}: expected a model folder, a GGUF file or a hub model like "google/gemma-3-270m" or "org/name/file.gguf", found none of them.`,
    );
  }
  const model = await downloadModel(name, revision);
  return { place: model.folder, name, revision: model.revision };
}
