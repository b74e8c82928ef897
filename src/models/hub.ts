// Models from the Hugging Face hub, into the cache that Python's huggingface_hub uses too.
import * as fs from "node:fs";
import * as path from "node:path";
import { withLock } from "../base/lock";
import { progress } from "../base/progress";
import { makeFolder } from "../base/write-error";
import { downloadBlob, plainEtag, type RemoteFile } from "./hub-blob";
import { checkNames, hubName, RepositoryCache } from "./hub-cache";
import { headerOf, PassingFailure, repeated, request, UnreachableError, type Wanted } from "./hub-request";
import { HubError, type HubSettings, hubSettings } from "./hub-settings";

export interface DownloadedModel {
  /** The snapshot's folder, with config.json, tokenizer and weights as links into the cache, or the GGUF file in it. */
  folder: string;
  /** The commit that the revision meant. */
  revision: string;
  /** sha256 over the files' names and hashes. */
  hash: string;
  /** Bytes that had to be downloaded. */
  downloaded: number;
}

interface Listing {
  sha?: unknown;
  siblings?: {
    rfilename?: unknown;
    size?: unknown;
    blobId?: unknown;
    lfs?: { sha256?: unknown; size?: unknown };
  }[];
}

/** Left free on the disk beside what is downloaded. */
const SPARE_BYTES = 256 << 20;
const MEGABYTE = 1e6;

/**
 * Downloads what the project reads of a model repository (configuration, tokenizer, chat template, safetensors), or one GGUF
 * file of it ("org/name/file.gguf", of a model in parts the first), at a branch, tag or commit; what the cache holds is not
 * fetched again, what was interrupted goes on. Without a network or with HF_HUB_OFFLINE the cached snapshot serves. Throws
 * HubError saying what to do.
 */
export async function downloadModel(
  model: string,
  revision = "main",
  settings: HubSettings = hubSettings(),
): Promise<DownloadedModel> {
  const cache = cacheOf(model, revision, settings);
  if (settings.offline) return cached(cache, revision, "HF_HUB_OFFLINE is set");
  const usable = isUsable(cache, revision);
  let listed: { commit: string; files: RemoteFile[] };
  try {
    listed = await list(settings, cache, revision, usable ? 2 : undefined);
  } catch (error) {
    if (!usable || !(error instanceof UnreachableError)) throw error;
    return cached(cache, revision, error.message);
  }
  const { commit, files } = listed;
  const missing = files.filter(({ name, size }) => !cache.holds(commit, name, size));
  const downloaded = await fetchAll(settings, cache, commit, missing);
  cache.record(revision, commit);
  return { folder: cache.place(commit), revision: commit, hash: cache.hash(commit), downloaded };
}

function cacheOf(model: string, revision: string, settings: HubSettings): RepositoryCache {
  const { repository, file } = hubName(model);
  checkNames(repository, revision, file === undefined ? [] : [file]);
  return new RepositoryCache(settings.cache, repository, file);
}

/** The place of a model that the cache holds whole; undefined where something is to be downloaded. */
export function cachedFolder(
  model: string,
  revision = "main",
  settings: HubSettings = hubSettings(),
): string | undefined {
  const cache = cacheOf(model, revision, settings);
  return isUsable(cache, revision) ? cache.place(cache.commitOf(revision)!) : undefined;
}

function isUsable(cache: RepositoryCache, revision: string): boolean {
  const commit = cache.commitOf(revision);
  return commit !== undefined && cache.missing(commit).length === 0;
}

function cached(cache: RepositoryCache, revision: string, why: string): DownloadedModel {
  const commit = cache.commitOf(revision);
  const missing = commit === undefined ? [`revision "${revision}"`] : cache.missing(commit);
  if (commit === undefined || missing.length > 0) {
    throw new HubError(
      `${cache.repository}: ${why}, and ${cache.folder} lacks ${missing.join(", ")}. Download the model where the hub ` +
        "can be reached (npm run download), or copy such a cache and point HF_HOME to it.",
    );
  }
  return { folder: cache.place(commit), revision: commit, hash: cache.hash(commit), downloaded: 0 };
}

/** The commit and the files wanted of it. */
async function list(
  settings: HubSettings,
  cache: RepositoryCache,
  revision: string,
  attempts: number | undefined,
): Promise<{ commit: string; files: RemoteFile[] }> {
  const { repository } = cache;
  const wanted = { repository, revision };
  const address = `${settings.endpoint}/api/models/${repository}/revision/${encodeURIComponent(revision)}?blobs=true`;
  const ask = async () => {
    const signal = AbortSignal.timeout(settings.timeoutMs);
    const { response } = await request(settings, wanted, address, { signal });
    return response.text().catch(() => {
      throw new PassingFailure("the list of files was cut off");
    });
  };
  const text = await repeated(settings, wanted, ask, attempts);
  let listing: Listing;
  try {
    listing = JSON.parse(text) as Listing;
  } catch {
    throw new HubError(
      `${repository}: ${settings.endpoint} does not answer as a hub does. Check HF_ENDPOINT.`,
    );
  }
  const { sha: commit, siblings } = listing;
  if (typeof commit !== "string" || !/^[0-9a-f]{40}$/.test(commit) || !Array.isArray(siblings)) {
    throw new HubError(`${repository}: the hub's answer has no commit or no list of files.`);
  }
  const all = siblings.map(({ rfilename }) => String(rfilename));
  checkNames(repository, revision, all);
  const names = new Set(cache.wanted(all));
  const complete = names.has("config.json") && [...names].some((name) => name.endsWith(".safetensors"));
  const parts = [...names].filter((name) => name.endsWith(".gguf"));
  if (parts.length > 0 ? !parts.every((name) => all.includes(name)) : !complete) {
    const expected = parts.length > 0 ? parts.join(", ") : "config.json and weights as model*.safetensors";
    const gguf = all.find((name) => name.endsWith(".gguf"));
    const advice = gguf === undefined ? "" : ` Name a GGUF file with its repository: ${repository}/${gguf}.`;
    throw new HubError(
      `${repository} at ${commit}: expected ${expected}, found ${all.slice(0, 12).join(", ")}.${advice}`,
    );
  }
  const files: RemoteFile[] = [];
  for (const entry of siblings) {
    const name = String(entry.rfilename);
    if (!names.has(name)) continue;
    const size = entry.lfs?.size ?? entry.size;
    const etag = entry.lfs?.sha256 ?? entry.blobId;
    files.push(
      isRemoteFile({ name, size, etag })
        ? { name, size: size as number, etag: etag as string }
        : await head(settings, { repository, revision: commit, file: name }),
    );
  }
  // Weights last: a snapshot with weights has everything else.
  const isWeights = ({ name }: RemoteFile) => Number(name.endsWith(".safetensors"));
  return { commit, files: files.sort((a, b) => isWeights(a) - isWeights(b)) };
}

function isRemoteFile(file: { name: string; size: unknown; etag: unknown }): file is RemoteFile {
  const { size, etag } = file;
  return (
    Number.isSafeInteger(size) && (size as number) >= 0 && /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(String(etag))
  );
}

/** A file's size and hash from its own headers, for hubs whose list leaves them out. */
async function head(settings: HubSettings, wanted: Wanted): Promise<RemoteFile> {
  const { repository, revision, file: name = "" } = wanted;
  const address = `${settings.endpoint}/${repository}/resolve/${revision}/${name}`;
  const hops = await repeated(settings, wanted, async () => {
    const signal = AbortSignal.timeout(settings.timeoutMs);
    return (await request(settings, wanted, address, { method: "HEAD", signal })).hops;
  });
  const last = hops.slice(-1);
  const etag = plainEtag(headerOf(hops, "x-linked-etag") ?? headerOf(last, "etag") ?? "");
  const size = Number(headerOf(hops, "x-linked-size") ?? headerOf(last, "content-length") ?? Number.NaN);
  const file = { name, size, etag };
  if (!isRemoteFile(file)) {
    throw new HubError(
      `${repository}, ${name}: the hub states no size or no hash, so it cannot be verified.`,
    );
  }
  return file;
}

/** Brings files into the snapshot; returns the bytes downloaded. */
async function fetchAll(
  settings: HubSettings,
  cache: RepositoryCache,
  commit: string,
  files: readonly RemoteFile[],
): Promise<number> {
  if (files.length === 0) return 0;
  makeFolder(path.join(cache.folder, "blobs"));
  const present = (file: RemoteFile) => sizeOf(cache.blob(file.etag)) === file.size;
  const begun = (file: RemoteFile) => Math.max(0, sizeOf(`${cache.blob(file.etag)}.incomplete`));
  const lacking = files.filter((file) => !present(file));
  const total = lacking.reduce((sum, file) => sum + Math.max(0, file.size - begun(file)), 0);
  checkDiskSpace(cache, total);
  const bar = total > 0 ? progress(`${cache.repository} (MB)`, Math.ceil(total / MEGABYTE)) : undefined;
  const locks = path.join(path.dirname(cache.folder), ".locks", path.basename(cache.folder));
  let downloaded = 0;
  for (const file of files) {
    // Not "<etag>.lock": that is huggingface_hub's, which locks it in another way.
    await withLock(path.join(locks, `${file.etag}.owner`), async () => {
      if (present(file)) return;
      const before = Math.min(begun(file), file.size);
      await downloadBlob(settings, cache, commit, file, (bytes) => {
        bar?.update(Math.floor(Math.max(0, downloaded + bytes - before) / MEGABYTE), file.name);
      });
      downloaded += file.size - before;
    });
    cache.link(commit, file.name, file.etag);
  }
  bar?.finish();
  return downloaded;
}

const sizeOf = (file: string) => fs.statSync(file, { throwIfNoEntry: false })?.size ?? -1;

function checkDiskSpace(cache: RepositoryCache, bytes: number): void {
  const { bavail, bsize } = fs.statfsSync(cache.folder);
  const free = bavail * bsize;
  if (bytes + SPARE_BYTES <= free || bytes === 0) return;
  const gigabytes = (value: number) => `${(value / 1e9).toFixed(1)} GB`;
  throw new HubError(
    `${cache.repository}: ${gigabytes(bytes)} are to be downloaded, ${gigabytes(free)} are free at ${cache.folder}. ` +
      "Make room, or point HF_HOME to a larger disk.",
  );
}
