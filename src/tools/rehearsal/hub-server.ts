// A small hub on this machine with the real one's API shapes: a list of files by revision, large files on a second host.
import { createHash } from "node:crypto";
import * as http from "node:http";
import type { AddressInfo } from "node:net";

interface Offer {
  files: Map<string, Buffer>;
  commit: string;
  branch: string;
  gated: boolean;
}

export interface ReceivedRequest {
  host: "hub" | "storage";
  method: string;
  path: string;
  headers: http.IncomingHttpHeaders;
}

/** Answers in the server's stead; false lets it answer. */
export type Interception = (request: ReceivedRequest, response: http.ServerResponse) => boolean;

const hashOf = (algorithm: string, ...parts: (string | Buffer)[]) => {
  const hash = createHash(algorithm);
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
};

export const sha256 = (content: Buffer) => hashOf("sha256", content);
export const gitBlobSha1 = (content: Buffer) => hashOf("sha1", `blob ${content.length}\0`, content);

/** Weights and tokenizers are stored apart (LFS), the rest in git. */
const isLarge = (name: string) => /\.(safetensors|gguf)$/.test(name) || name === "tokenizer.json";

export class HubServer {
  /** All requests so far. */
  readonly requests: ReceivedRequest[] = [];
  intercept: Interception = () => false;
  /** Whether the list of files states sizes and hashes. */
  listsHashes = true;
  /** The token that opens gated repositories. */
  token = "";
  private readonly offers = new Map<string, Offer>();
  private readonly hub = http.createServer((request, response) => this.handle("hub", request, response));
  private readonly storage = http.createServer((request, response) =>
    this.handle("storage", request, response),
  );

  static async start(): Promise<HubServer> {
    const server = new HubServer();
    for (const part of [server.hub, server.storage]) {
      await new Promise<void>((resolve) => part.listen(0, "127.0.0.1", resolve));
    }
    return server;
  }

  get endpoint(): string {
    return addressOf(this.hub);
  }

  /** Offers a repository; returns its commit. */
  offer(
    repository: string,
    files: Record<string, Buffer | string>,
    { branch = "main", gated = false } = {},
  ): string {
    const contents = new Map(Object.entries(files).map(([name, content]) => [name, Buffer.from(content)]));
    const commit = hashOf("sha1", ...[...contents].flat());
    this.offers.set(repository, { files: contents, commit, branch, gated });
    return commit;
  }

  async stop(): Promise<void> {
    for (const part of [this.hub, this.storage]) {
      part.closeAllConnections();
      await new Promise((resolve) => part.close(resolve));
    }
  }

  private handle(
    host: ReceivedRequest["host"],
    { method = "GET", url = "/", headers }: http.IncomingMessage,
    response: http.ServerResponse,
  ): void {
    const request = { host, method, path: url, headers };
    this.requests.push(request);
    if (this.intercept(request, response)) return;
    const { pathname } = new URL(url, this.endpoint);
    const parts = pathname.split("/").slice(1).map(decodeURIComponent);
    if (host === "storage") this.sendStored(request, response, parts);
    else if (parts[0] === "api") this.sendList(request, response, `${parts[2]}/${parts[3]}`, parts[5] ?? "");
    else this.sendFile(request, response, parts);
  }

  private found(
    { headers }: ReceivedRequest,
    response: http.ServerResponse,
    repository: string,
    revision: string,
  ): Offer | undefined {
    const offer = this.offers.get(repository);
    // Without a token a name that does not exist looks like a private one.
    if (!offer) return refuse(response, headers.authorization ? 404 : 401, "RepoNotFound");
    if (revision !== offer.branch && revision !== offer.commit) {
      return refuse(response, 404, "RevisionNotFound");
    }
    return offer;
  }

  private sendList(
    request: ReceivedRequest,
    response: http.ServerResponse,
    repository: string,
    revision: string,
  ): void {
    const offer = this.found(request, response, repository, revision);
    if (!offer) return;
    const siblings = [...offer.files].map(([rfilename, content]) => {
      if (!this.listsHashes) return { rfilename };
      const size = content.length;
      const lfs = { sha256: sha256(content), size, pointerSize: 135 };
      return isLarge(rfilename)
        ? { rfilename, size, blobId: gitBlobSha1(Buffer.from(lfs.sha256)), lfs }
        : { rfilename, size, blobId: gitBlobSha1(content) };
    });
    response.setHeader("content-type", "application/json; charset=utf-8");
    response.end(JSON.stringify({ id: repository, modelId: repository, sha: offer.commit, siblings }));
  }

  private sendFile(
    request: ReceivedRequest,
    response: http.ServerResponse,
    [organisation, name, , revision = "", ...file]: string[],
  ): void {
    const repository = `${organisation}/${name}`;
    const offer = this.found(request, response, repository, revision);
    if (!offer) return;
    const { authorization } = request.headers;
    if (offer.gated && authorization !== `Bearer ${this.token}`) {
      refuse(response, authorization ? 403 : 401, "GatedRepo");
      return;
    }
    const content = offer.files.get(file.join("/"));
    if (!content) {
      refuse(response, 404, "EntryNotFound");
      return;
    }
    response.setHeader("x-repo-commit", offer.commit);
    if (!isLarge(file.join("/"))) {
      send(request, response, content, gitBlobSha1(content));
      return;
    }
    response.setHeader("x-linked-etag", `"${sha256(content)}"`);
    response.setHeader("x-linked-size", content.length);
    response.setHeader("etag", `"${sha256(content)}"`);
    const [path, query] = [[repository, ...file].map(encodeURIComponent).join("/"), "Signature=of-the-day"];
    response.writeHead(302, { location: `${addressOf(this.storage)}/${path}?${query}` }).end();
  }

  private sendStored(
    request: ReceivedRequest,
    response: http.ServerResponse,
    [repository = "", ...file]: string[],
  ): void {
    const content = this.offers.get(repository)?.files.get(file.join("/"));
    // The storage knows signed addresses only; a token sent to it has gone to the wrong host.
    if (!content || request.headers.authorization) {
      refuse(response, 403, "AccessDenied");
      return;
    }
    send(request, response, content, gitBlobSha1(content));
  }
}

const addressOf = (server: http.Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

function refuse(response: http.ServerResponse, status: number, code: string): undefined {
  response.writeHead(status, { "x-error-code": code, "x-error-message": code }).end();
  return undefined;
}

function send(
  { method, headers }: ReceivedRequest,
  response: http.ServerResponse,
  content: Buffer,
  etag: string,
): void {
  response.setHeader("etag", `"${etag}"`);
  response.setHeader("accept-ranges", "bytes");
  const start = Number(headers.range?.match(/^bytes=(\d+)-/)?.[1] ?? 0);
  if (headers.range && start >= content.length) {
    response.writeHead(416, { "content-range": `bytes */${content.length}` }).end();
    return;
  }
  const part = content.subarray(start);
  response.writeHead(headers.range ? 206 : 200, {
    "content-length": part.length,
    ...(headers.range && { "content-range": `bytes ${start}-${content.length - 1}/${content.length}` }),
  });
  response.end(method === "HEAD" ? undefined : part);
}
