// One file of the hub: gone on with where it stopped, checked against its hash, put into place in one step.
import { createHash, type Hash } from "node:crypto";
import * as fs from "node:fs";
import type { RepositoryCache } from "./hub-cache";
import {
  connectionFailure,
  headerOf,
  labelOf,
  PassingFailure,
  repeated,
  request,
  type Wanted,
} from "./hub-request";
import { HubError, type HubSettings } from "./hub-settings";

export interface RemoteFile {
  name: string;
  size: number;
  /** sha256 (64 digits) of a large file, git's blob sha1 (40) of a small one; its name among the blobs. */
  etag: string;
}

/** So much in one attempt counts as progress: a line that breaks now and then may still fetch a large file. */
const PROGRESS_BYTES = 1 << 20;

/**
 * Downloads a file into blobs/<etag>, going on from blobs/<etag>.incomplete. `arrived` is told the bytes that the
 * incomplete file holds. Throws HubError when the content does not have its hash (and deletes it), or the hub refuses.
 */
export async function downloadBlob(
  settings: HubSettings,
  cache: RepositoryCache,
  commit: string,
  file: RemoteFile,
  arrived: (bytes: number) => void,
): Promise<void> {
  const wanted = { repository: cache.repository, revision: commit, file: file.name };
  const incomplete = `${cache.blob(file.etag)}.incomplete`;
  const fromBefore = sizeOf(incomplete) > 0;
  for (let attempt = 0; ; attempt++) {
    const found = await repeated(settings, wanted, (madeProgress) =>
      receive(settings, wanted, file, incomplete, (bytes, inThisAttempt) => {
        arrived(bytes);
        if (inThisAttempt > PROGRESS_BYTES) madeProgress();
      }),
    );
    if (found === file.etag) break;
    fs.rmSync(incomplete, { force: true });
    // The beginning may be another program's, or of a machine that crashed: then once more from the start.
    if (fromBefore && attempt === 0) continue;
    throw new HubError(
      `${labelOf(wanted)}: expected ${kindOf(file)} ${file.etag}, found ${found}. The download was deleted; run ` +
        "again, and if it happens again, something between here and the hub alters files.",
    );
  }
  fs.renameSync(incomplete, cache.blob(file.etag));
}

const kindOf = ({ etag }: RemoteFile) => (etag.length === 64 ? "sha256" : "git sha1");

const sizeOf = (path: string) => fs.statSync(path, { throwIfNoEntry: false })?.size ?? 0;

function newHash(file: RemoteFile): Hash {
  return file.etag.length === 64 ? createHash("sha256") : createHash("sha1").update(`blob ${file.size}\0`);
}

/** One attempt at what is missing; returns the hash of the whole. */
async function receive(
  settings: HubSettings,
  wanted: Wanted,
  file: RemoteFile,
  incomplete: string,
  arrived: (bytes: number, inThisAttempt: number) => void,
): Promise<string> {
  if (sizeOf(incomplete) > file.size) fs.rmSync(incomplete);
  const start = sizeOf(incomplete);
  const hash = newHash(file);
  if (start > 0) for await (const chunk of fs.createReadStream(incomplete)) hash.update(chunk);
  if (start === file.size && fs.existsSync(incomplete)) return hash.digest("hex");

  const watch = new AbortController();
  let timer = setTimeout(() => watch.abort(), settings.timeoutMs);
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(() => watch.abort(), settings.timeoutMs);
  };
  try {
    const { repository, revision } = wanted;
    const address = `${settings.endpoint}/${repository}/resolve/${revision}/${encodeURI(file.name)}`;
    const headers: Record<string, string> = start > 0 ? { range: `bytes=${start}-` } : {};
    const { response, hops } = await request(settings, wanted, address, { headers, signal: watch.signal });
    checkHeaders(wanted, file, hops);
    if (response.status === 416 || (start > 0 && !continues(response, start))) {
      await response.body?.cancel().catch(() => {});
      fs.rmSync(incomplete, { force: true });
      if (response.status === 416 && start === 0)
        throw new PassingFailure(`the hub answered ${response.status}`);
      return await receive(settings, wanted, file, incomplete, arrived);
    }
    return await append(settings, response, wanted, file, incomplete, start, hash, (bytes) => {
      alive();
      arrived(bytes, bytes - start);
    });
  } finally {
    clearTimeout(timer);
  }
}

const continues = (response: Response, start: number) =>
  response.status === 206 && response.headers.get("content-range")?.startsWith(`bytes ${start}-`) === true;

/** The hub says on its first answer which commit and content it is about to send. */
function checkHeaders(wanted: Wanted, file: RemoteFile, hops: readonly Headers[]): void {
  const commit = headerOf(hops, "x-repo-commit");
  const etag = headerOf(hops, "x-linked-etag");
  if (commit !== null && commit !== wanted.revision) {
    throw new HubError(
      `${labelOf(wanted)}: asked for commit ${wanted.revision}, the hub answers with ${commit}.`,
    );
  }
  if (etag !== null && plainEtag(etag) !== file.etag) {
    throw new HubError(
      `${labelOf(wanted)}: the hub's list names ${kindOf(file)} ${file.etag}, its file ${plainEtag(etag)}.`,
    );
  }
}

/** An ETag without quotes and the mark of a weak one. */
export const plainEtag = (etag: string) => etag.replace(/^W\//, "").replace(/^"|"$/g, "");

async function append(
  settings: HubSettings,
  response: Response,
  wanted: Wanted,
  file: RemoteFile,
  incomplete: string,
  start: number,
  hash: Hash,
  arrived: (bytes: number) => void,
): Promise<string> {
  const handle = await fs.promises.open(incomplete, "a");
  let size = start;
  try {
    for await (const chunk of chunksOf(settings, wanted, response)) {
      size += chunk.byteLength;
      if (size > file.size) break;
      await handle.writeFile(chunk);
      hash.update(chunk);
      arrived(size);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  if (size > file.size) {
    await response.body?.cancel().catch(() => {});
    fs.rmSync(incomplete, { force: true });
    throw new HubError(
      `${labelOf(wanted)}: the server sends more than the ${file.size} bytes that the hub lists.`,
    );
  }
  if (size < file.size) throw new PassingFailure(`the connection ended after ${size} of ${file.size} bytes`);
  return hash.digest("hex");
}

async function* chunksOf(
  settings: HubSettings,
  wanted: Wanted,
  response: Response,
): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  for (;;) {
    let next: { done: boolean; value?: Uint8Array } | undefined;
    try {
      next = await reader?.read();
    } catch (error) {
      throw connectionFailure(settings, wanted, new URL(response.url), error);
    }
    if (!next?.value) return;
    yield next.value;
  }
}
