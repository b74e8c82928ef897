// Where the hub and its cache are: the environment variables of Python's huggingface_hub, with the same meaning.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

/** A download that cannot be had: refused, not there, altered on its way, or no network. */
export class HubError extends Error {
  override name = "HubError";
}

export interface HubSettings {
  /** Base address of the hub, without a slash at its end. */
  endpoint: string;
  /** The folder that holds models--org--name. */
  cache: string;
  offline: boolean;
  /** Sent to the endpoint only; appears in no message. */
  token: string | undefined;
  /** Longest wait for the next byte, in milliseconds. */
  timeoutMs: number;
  /** Variables that name proxies, by name; `proxyOf` reads them. */
  proxies: NodeJS.ProcessEnv;
  /** Wait before the first repetition of a failed request, in milliseconds; doubled each time. */
  backoffMs: number;
}

const HUB = "https://huggingface.co";
const TRUE = new Set(["1", "ON", "YES", "TRUE"]);

/**
 * Reads HF_ENDPOINT, HF_HOME, HF_HUB_CACHE, HF_HUB_OFFLINE, HF_TOKEN, HF_TOKEN_PATH, HF_HUB_DOWNLOAD_TIMEOUT (seconds), and
 * HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY in either case.
 * Throws HubError when an address or a token cannot be one.
 */
export function hubSettings(env: NodeJS.ProcessEnv = process.env): HubSettings {
  const given = (name: string) => env[name]?.trim() || undefined;
  const folder = (name: string, otherwise: string) =>
    path.resolve((given(name) ?? otherwise).replace(/^~(?=\/|$)/, os.homedir()));
  const home = folder("HF_HOME", path.join(given("XDG_CACHE_HOME") ?? "~/.cache", "huggingface"));
  return {
    endpoint: checkedEndpoint(given("HF_ENDPOINT") ?? HUB),
    cache: folder("HF_HUB_CACHE", path.join(home, "hub")),
    offline: TRUE.has((given("HF_HUB_OFFLINE") ?? "").toUpperCase()),
    token: checkedToken(given("HF_TOKEN") ?? tokenOf(folder("HF_TOKEN_PATH", path.join(home, "token")))),
    timeoutMs: 1000 * (Number(given("HF_HUB_DOWNLOAD_TIMEOUT")) || 30),
    proxies: Object.fromEntries(
      Object.entries(env).filter(([name]) => /^(https?|all|no)_proxy$/i.test(name)),
    ),
    backoffMs: 1000,
  };
}

function checkedEndpoint(endpoint: string): string {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.search) {
    // Not quoted: an address with a password in it would end up in a log.
    throw new HubError(
      `HF_ENDPOINT: expected an address like ${HUB}, without user name or query. Correct or unset it.`,
    );
  }
  return endpoint.replace(/\/+$/, "");
}

function tokenOf(file: string): string | undefined {
  return fs.existsSync(file) ? fs.readFileSync(file, "utf8").trim() || undefined : undefined;
}

function checkedToken(token: string | undefined): string | undefined {
  // fetch quotes a header value that it refuses.
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token)) {
    throw new HubError(
      "The hub token (HF_TOKEN or the token file) holds spaces or other characters that no token has.",
    );
  }
  return token;
}
