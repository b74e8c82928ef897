// The proxy on the way to an address, found as Python's hub client, pip and curl find it: by HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY.
import { ProxyAgent } from "undici";
import { HubError } from "./hub-settings";

export interface HttpProxy {
  address: URL;
  /** The variable that names it, as messages do: the address may hold a password. */
  variable: string;
}

/** A variable in lower case, which counts first and turns off when it is empty, else in upper case. */
function given(variables: NodeJS.ProcessEnv, name: string): { variable: string; value: string } | undefined {
  for (const variable of [name.toLowerCase(), name]) {
    const value = variables[variable];
    if (value !== undefined) return { variable, value: value.trim() };
  }
  return undefined;
}

/** The proxy for an address; undefined where none is set or NO_PROXY excepts the host. Throws HubError when it cannot be one. */
export function proxyOf(url: URL, variables: NodeJS.ProcessEnv): HttpProxy | undefined {
  const scheme = url.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
  const found = given(variables, scheme) ?? given(variables, "ALL_PROXY");
  if (!found?.value || isExcepted(url, given(variables, "NO_PROXY")?.value ?? "")) return undefined;
  const { variable, value } = found;
  const text = value.includes("://") ? value : `http://${value}`;
  const address = URL.canParse(text) ? new URL(text) : undefined;
  if (!address || !/^https?:$/.test(address.protocol) || !address.hostname) {
    throw new HubError(
      `${variable}: expected the address of an HTTP proxy, like http://proxy.example:8080. Correct or unset it.`,
    );
  }
  return { address, variable };
}

/** Whether a list like "localhost, .example.com, 10.0.0.7:8443" holds the host, a domain above it or everything (*). */
function isExcepted({ hostname, host, port, protocol }: URL, list: string): boolean {
  const withPort = port ? host : `${host}:${protocol === "https:" ? 443 : 80}`;
  return list.split(/[\s,]+/).some((entry) => {
    const name = entry.toLowerCase().replace(/^\*?\./, "");
    if (name === "") return false;
    return name === "*" || [hostname, withPort].some((own) => own === name || own.endsWith(`.${name}`));
  });
}

const agents = new Map<string, ProxyAgent>();

/** The connections through a proxy, one set for the process. */
export function agentOf({ address }: HttpProxy): ProxyAgent {
  let agent = agents.get(address.href);
  if (!agent) {
    // Plain http is asked of the proxy itself: many refuse tunnels to port 80.
    agent = new ProxyAgent({ uri: address.href, proxyTunnel: false });
    agents.set(address.href, agent);
  }
  return agent;
}
