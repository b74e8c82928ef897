// Requests to the hub: the token for its own address only, redirects by hand, failures that pass repeated, refusals explained.
import { fetch as fetchThrough } from "undici";
import { HubError, type HubSettings } from "./hub-settings";
import { agentOf, proxyOf } from "./proxy";

/** What is asked for, as messages name it. */
export interface Wanted {
  repository: string;
  revision: string;
  /** Absent: the list of files. */
  file?: string;
}

/** A failure that may pass: the connection, 429, 5xx. */
export class PassingFailure extends Error {
  constructor(
    message: string,
    /** The server's own wish (Retry-After), in milliseconds. */
    readonly waitMs?: number,
  ) {
    super(message);
  }
}

/** Repeated as often as was sensible, and it did not pass. */
export class UnreachableError extends HubError {}

const ATTEMPTS = 5;
const REDIRECTS = 5;
const LONGEST_WAIT_MS = 300_000;

/** Repeats `work` while it fails with PassingFailure, at most `attempts` times in a row without progress; then UnreachableError. */
export async function repeated<T>(
  settings: HubSettings,
  wanted: Wanted,
  work: (madeProgress: () => void) => Promise<T>,
  attempts = ATTEMPTS,
): Promise<T> {
  for (let failures = 1; ; failures++) {
    try {
      return await work(() => {
        failures = 0;
      });
    } catch (error) {
      if (!(error instanceof PassingFailure)) throw error;
      if (failures >= attempts) {
        throw new UnreachableError(
          `${labelOf(wanted)}: ${error.message}, ${failures} times in a row. What arrived is kept; run again to go on.`,
        );
      }
      const wait = error.waitMs ?? settings.backoffMs * 2 ** Math.max(0, failures - 1);
      await new Promise((resolve) => setTimeout(resolve, Math.min(wait, LONGEST_WAIT_MS)));
    }
  }
}

/** "org/name, file" for messages. */
export const labelOf = ({ repository, file }: Wanted) => (file ? `${repository}, ${file}` : repository);

/**
 * One request, redirects followed (HEAD: not to another host, whose signed addresses are for GET alone). Returns answers
 * 2xx and 416 and the headers on the way, the hub's own first. Throws PassingFailure or HubError. `signal` ends it.
 */
export async function request(
  settings: HubSettings,
  wanted: Wanted,
  address: string,
  options: { method?: "GET" | "HEAD"; headers?: Record<string, string>; signal: AbortSignal },
): Promise<{ response: Response; hops: Headers[] }> {
  const hops: Headers[] = [];
  let url = new URL(address);
  while (hops.length <= REDIRECTS) {
    const own = url.origin === new URL(settings.endpoint).origin;
    const response = await answer(settings, wanted, url, {
      method: options.method ?? "GET",
      signal: options.signal,
      redirect: "manual",
      headers: {
        // Sizes and ranges are those of the file, not of a compressed copy.
        "accept-encoding": "identity",
        "user-agent": "korean-summary-distillation",
        ...options.headers,
        ...(own && settings.token ? { authorization: `Bearer ${settings.token}` } : {}),
      },
    });
    hops.push(response.headers);
    if (response.ok || response.status === 416) return { response, hops };
    const location = response.headers.get("location");
    await response.body?.cancel().catch(() => {});
    if (response.status < 300 || response.status >= 400 || location === null) {
      throw failure(settings, wanted, response, own, url);
    }
    const next = redirected(wanted, url, location);
    if (options.method === "HEAD" && next.origin !== url.origin) return { response, hops };
    url = next;
  }
  throw new HubError(`${labelOf(wanted)}: more than ${REDIRECTS} redirects.`);
}

async function answer(settings: HubSettings, wanted: Wanted, url: URL, init: RequestInit): Promise<Response> {
  const proxy = proxyOf(url, settings.proxies);
  try {
    if (!proxy) return await fetch(url, init);
    const through = { ...init, dispatcher: agentOf(proxy) } as Parameters<typeof fetchThrough>[1];
    return (await fetchThrough(url, through)) as unknown as Response;
  } catch (error) {
    throw connectionFailure(settings, wanted, url, error);
  }
}

/** "host", or "host through the proxy of HTTPS_PROXY (proxy.example:8080)". */
function wayTo(settings: HubSettings, url: URL): string {
  const proxy = proxyOf(url, settings.proxies);
  return proxy ? `${url.host} through the proxy of ${proxy.variable} (${proxy.address.host})` : url.host;
}

/** The first of the answers' headers of this name. */
export function headerOf(hops: readonly Headers[], name: string): string | null {
  return hops.find((headers) => headers.has(name))?.get(name) ?? null;
}

/** What fetch throws when a connection fails or breaks, explained; its text may quote addresses, so only codes are kept. */
export function connectionFailure(
  settings: HubSettings,
  wanted: Wanted,
  url: URL,
  error: unknown,
): PassingFailure | HubError {
  const way = wayTo(settings, url);
  const chain = [error as NodeJS.ErrnoException];
  for (let next = chain[0]!.cause; next; next = (next as Error).cause)
    chain.push(next as NodeJS.ErrnoException);
  const code = chain.map((link) => link.code).find((found) => typeof found === "string");
  // What a proxy answers that lets nothing through, undici 7 tells in its texts alone: "Proxy response (502) ...".
  const refusal = Number(chain.map(({ message }) => /^Proxy .*\((\d{3})\)/.exec(message)?.[1]).find(Boolean));
  if (refusal === 407) return proxyLogin(settings, wanted, url);
  if (refusal) {
    const refused = `no connection to ${way}: the proxy answered ${refusal}`;
    return refusal >= 500
      ? new PassingFailure(refused)
      : new HubError(
          `${labelOf(wanted)}: ${refused}. Ask who runs it, or except the host: NO_PROXY=${url.hostname}`,
        );
  }
  if (/CERT|SIGNATURE/.test(code ?? "")) {
    return new HubError(
      `${labelOf(wanted)}: the certificate on the way to ${way} is not trusted here (${code}). A proxy or firewall ` +
        "that reads along has one of its own: set NODE_EXTRA_CA_CERTS to a file with it.",
    );
  }
  const why = /^(Abort|Timeout)Error$/.test(chain[0]!.name) ? "no answer in time" : code;
  return new PassingFailure(`the connection to ${way} failed (${why ?? "cut off"})`);
}

const proxyLogin = (settings: HubSettings, wanted: Wanted, url: URL) =>
  new HubError(
    `${labelOf(wanted)}: no connection to ${wayTo(settings, url)}: the proxy asks for a user name and password (407). ` +
      "They go into its address: http://user:password@proxy.example:8080, special characters as %40 and the like.",
  );

function redirected(wanted: Wanted, from: URL, location: string): URL {
  const url = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  if (!url || (url.protocol !== "https:" && url.protocol !== from.protocol) || url.username || url.password) {
    throw new HubError(`${labelOf(wanted)}: ${from.host} redirects to an address that is refused.`);
  }
  return url;
}

function failure(
  settings: HubSettings,
  wanted: Wanted,
  response: Response,
  own: boolean,
  url: URL,
): PassingFailure | HubError {
  const { status, headers } = response;
  const host = wayTo(settings, url);
  if (status === 407) return proxyLogin(settings, wanted, url);
  if (status === 429 || status === 408 || status >= 500) {
    return new PassingFailure(`${host} answered ${status}`, retryAfter(headers.get("retry-after")));
  }
  const { repository, revision, file } = wanted;
  const page = `${settings.endpoint}/${repository}`;
  const code = headers.get("x-error-code");
  const label = labelOf(wanted);
  if (!own) return new HubError(`${label}: ${host}, where the hub keeps the file, answered ${status}.`);
  if (code === "GatedRepo" || status === 403) {
    return new HubError(
      settings.token
        ? `${label}: the token that is set has no access (${status}). Accept the model's licence on ${page} with the ` +
            "account of the token, and see that a fine-grained token may read gated repositories."
        : `${label}: the model is gated (${status}). Accept its licence on ${page}, make a token in the hub's settings ` +
            "and set it as HF_TOKEN.",
    );
  }
  if (code === "RevisionNotFound") {
    return new HubError(
      `${repository}: there is no revision "${revision}" (${status}). See ${page}/commits.`,
    );
  }
  if (code === "EntryNotFound" || (status === 404 && file !== undefined)) {
    return new HubError(`${repository}: there is no file "${file}" at revision ${revision} (${status}).`);
  }
  if (status === 404 || status === 401) {
    return new HubError(
      `${repository}: there is no such repository on ${settings.endpoint}, or it is private (${status}). ` +
        `Check the name${settings.token ? " and that the token is valid and may read it." : "; for a private or gated one set HF_TOKEN."}`,
    );
  }
  return new HubError(`${label}: ${host} answered ${status}.`);
}

/** Retry-After in milliseconds: seconds or a date. */
function retryAfter(value: string | null): number | undefined {
  if (value === null) return undefined;
  const wait = /^\d+(\.\d+)?$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(wait) ? Math.max(0, wait) : undefined;
}
