// The hub's cache on disk, as huggingface_hub lays it out: blobs by hash, refs to commits, snapshots of links.
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { writeFileAtomic } from "../base/atomic-write";
import { updateWithFile } from "../base/file-hash";
import { ggufParts } from "../base/gguf/file";
import { makeFolder } from "../base/write-error";
import { templateFiles } from "../prompts/chat-template-places";
import { isTokenizerFile } from "../prompts/tokenizer-files";
import { HubError } from "./hub-settings";

const COMMIT = /^[0-9a-f]{40}$/;

/** A model of the hub as people name it, taken apart: "org/name", or one GGUF file of a repository, "org/name/file.gguf". */
export function hubName(model: string): { repository: string; file?: string } {
  const [, repository, file] = /^([^/]+\/[^/]+)\/(.+\.gguf)$/i.exec(model) ?? [];
  return repository === undefined ? { repository: model } : { repository, file };
}

/** One repository's part of the cache: models--org--name. */
export class RepositoryCache {
  readonly folder: string;

  /** `file`: the GGUF file that is the model. */
  constructor(
    cache: string,
    readonly repository: string,
    private readonly file?: string,
  ) {
    this.folder = path.join(cache, `models--${repository.replace("/", "--")}`);
  }

  snapshot(commit: string): string {
    return path.join(this.folder, "snapshots", commit);
  }

  /** The model in a snapshot: its folder, or its GGUF file. */
  place(commit: string): string {
    return this.file === undefined ? this.snapshot(commit) : path.join(this.snapshot(commit), this.file);
  }

  /** The files of the model, out of a repository's list. */
  wanted(names: readonly string[]): string[] {
    return this.file === undefined ? modelFileNames(names) : ggufParts(this.file);
  }

  /** sha256 over the names and blob names of a snapshot's model files: the contents' identity without reading them. */
  hash(commit: string): string {
    const folder = this.snapshot(commit);
    const hash = createHash("sha256");
    const names = new Set([...fs.readdirSync(folder), ...templateFiles(folder)]);
    for (const name of this.wanted([...names]).sort()) {
      hash.update(`${name} ${contentOf(path.join(folder, name))}\n`);
    }
    return hash.digest("hex");
  }

  /** Where a file's content lies; `etag` is its sha256 or git sha1. */
  blob(etag: string): string {
    return path.join(this.folder, "blobs", etag);
  }

  /** The commit that a revision was last seen at. */
  commitOf(revision: string): string | undefined {
    if (COMMIT.test(revision)) return revision;
    const file = path.join(this.folder, "refs", revision);
    const commit = fs.existsSync(file) ? fs.readFileSync(file, "utf8").trim() : "";
    return COMMIT.test(commit) ? commit : undefined;
  }

  record(revision: string, commit: string): void {
    if (revision !== commit) writeFileAtomic(path.join(this.folder, "refs", revision), commit);
  }

  /** Whether a snapshot's file is there with `size` bytes. */
  holds(commit: string, name: string, size: number): boolean {
    return fs.statSync(path.join(this.snapshot(commit), name), { throwIfNoEntry: false })?.size === size;
  }

  /** Makes the snapshot's file a relative link to its blob. */
  link(commit: string, name: string, etag: string): void {
    const file = path.join(this.snapshot(commit), name);
    const target = path.relative(path.dirname(file), this.blob(etag));
    makeFolder(path.dirname(file));
    // A link cannot be overwritten: made beside and renamed, it never is absent for another process.
    const temporary = `${file}.${process.pid}.tmp`;
    fs.rmSync(temporary, { force: true });
    fs.symlinkSync(target, temporary);
    fs.renameSync(temporary, file);
  }

  /** What a snapshot lacks of a model: config.json, tokenizer.json or weights, or the GGUF file; empty when it can be used. */
  missing(commit: string): string[] {
    const folder = this.snapshot(commit);
    const absent = (names: string[]) => names.filter((name) => !fs.existsSync(path.join(folder, name)));
    if (this.file !== undefined) return absent(ggufParts(this.file));
    const index = path.join(folder, "model.safetensors.index.json");
    if (fs.existsSync(path.join(folder, "model.safetensors")) || !fs.existsSync(index)) {
      return absent(["config.json", "tokenizer.json", "model.safetensors"]);
    }
    const { weight_map: map } = JSON.parse(fs.readFileSync(index, "utf8")) as {
      weight_map: Record<string, string>;
    };
    return absent(["config.json", "tokenizer.json", ...new Set(Object.values(map))]);
  }
}

/** The files of a model folder that the project reads, out of a list: weights in one file, or else in shards. */
function modelFileNames(names: readonly string[]): string[] {
  const single = names.includes("model.safetensors");
  return names.filter(
    (name) =>
      /^(generation_)?config\.json$/.test(name) ||
      isTokenizerFile(name) ||
      name === "model.safetensors" ||
      (!single && /^model(\.safetensors\.index\.json|-\d+-of-\d+\.safetensors)$/.test(name)),
  );
}

/** The hash that a link's target is named by; of a plain file (a cache copied without links) the sha256. */
function contentOf(file: string): string {
  if (fs.lstatSync(file).isSymbolicLink()) return path.basename(fs.readlinkSync(file));
  const hash = createHash("sha256");
  updateWithFile(hash, file);
  return hash.digest("hex");
}

/** Refuses names from a server, a command line or a settings file that would lead out of the cache. */
export function checkNames(repository: string, revision: string, files: readonly string[]): void {
  if (!/^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/.test(repository) || /--|\.\./.test(repository)) {
    throw new HubError(`Repository "${repository}": expected a name like "google/gemma-2-2b-it".`);
  }
  for (const name of [revision, ...files]) {
    const parts = name.split("/");
    if (/[\\\0]/.test(name) || parts.some((part) => part === "" || part === "." || part === "..")) {
      throw new HubError(`${repository}: "${name}" would lead out of the cache and is refused.`);
    }
  }
}
