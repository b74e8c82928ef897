// Downloads through a proxy on this machine: which one is taken, tunnels, passwords, refusals, and what messages say of it.
import { spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as http from "node:http";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import * as tls from "node:tls";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { downloadModel } from "../../src/models/hub";
import { HubError, hubSettings } from "../../src/models/hub-settings";
import { proxyOf } from "../../src/models/proxy";
import { HubServer } from "../../src/tools/rehearsal/hub-server";

const ROOT = path.join(__dirname, "../..");
const FIXTURES = path.join(__dirname, "../fixtures/proxy");
const NAME = "google/gemma-2-2b-it";
const FILES = {
  "config.json": '{"model_type": "gemma2"}',
  "tokenizer.json": "{}",
  "tokenizer_config.json": "{}",
  "model.safetensors": Buffer.alloc(300_000, "weights "),
};

/** A forward proxy: plain http by absolute addresses, anything by tunnels, which all end at `tunnelTo`. */
class ForwardProxy {
  readonly asked: string[] = [];
  /** Answered to a tunnel in place of opening it. */
  refusal: number | undefined;
  /** "user:password" that it demands. */
  login: string | undefined;
  tunnelTo = 0;
  private readonly server = http.createServer((request, response) => this.forward(request, response));

  static async start(): Promise<ForwardProxy> {
    const proxy = new ForwardProxy();
    proxy.server.on("connect", (request, socket: net.Socket) => proxy.tunnel(request, socket));
    await new Promise<void>((resolve) => proxy.server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get host(): string {
    return `127.0.0.1:${(this.server.address() as net.AddressInfo).port}`;
  }

  private allows({ headers }: http.IncomingMessage): boolean {
    const expected = `Basic ${Buffer.from(this.login ?? "").toString("base64")}`;
    return this.login === undefined || headers["proxy-authorization"] === expected;
  }

  private forward(request: http.IncomingMessage, response: http.ServerResponse): void {
    this.asked.push(`${request.method} ${request.url}`);
    if (!this.allows(request)) return void response.writeHead(407).end();
    const { method, headers } = request;
    const onward = http.request(new URL(request.url!), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  }

  private tunnel(request: http.IncomingMessage, socket: net.Socket): void {
    this.asked.push(`CONNECT ${request.url}`);
    const status = this.allows(request) ? this.refusal : 407;
    if (status) return void socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
    const onward = net.connect(this.tunnelTo, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      onward.pipe(socket);
      socket.pipe(onward);
    });
    for (const end of [socket, onward]) end.on("error", () => {});
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

let server: HubServer;
let proxy: ForwardProxy;
let home: string;
beforeEach(async () => {
  [server, proxy] = [await HubServer.start(), await ForwardProxy.start()];
  home = fs.mkdtempSync(path.join(os.tmpdir(), "proxy-"));
  server.offer(NAME, FILES);
});
afterEach(async () => {
  await server.stop();
  await proxy.stop();
  fs.rmSync(home, { recursive: true });
});

const download = (variables: Record<string, string>) =>
  downloadModel(NAME, "main", {
    ...hubSettings({ HF_HOME: home, HF_ENDPOINT: server.endpoint, ...variables }),
    backoffMs: 1,
  });
const failing = async (variables: Record<string, string>) => {
  const error = await download(variables).catch((e: Error) => e);
  expect(error).toBeInstanceOf(HubError);
  return (error as Error).message;
};

it("asks the proxy of the address's scheme, its redirects too, and gets the files", async () => {
  const { folder } = await download({
    HTTP_PROXY: `http://${proxy.host}`,
    HTTPS_PROXY: "http://127.0.0.1:9",
  });
  expect(fs.readFileSync(path.join(folder, "model.safetensors")).equals(FILES["model.safetensors"])).toBe(
    true,
  );
  const ports = new Set(proxy.asked.map((line) => /^GET http:\/\/127\.0\.0\.1:(\d+)\//.exec(line)?.[1]));
  expect(ports.size).toBe(2);
  expect(proxy.asked.length).toBe(server.requests.length);
});

it("takes a variable in either case, an address without scheme, and goes past the proxy where NO_PROXY says so", async () => {
  await download({ http_proxy: proxy.host, HTTP_PROXY: "http://127.0.0.1:9" });
  const { length } = proxy.asked;
  expect(length).toBeGreaterThan(0);
  fs.rmSync(path.join(home, "hub"), { recursive: true });
  await download({ HTTP_PROXY: proxy.host, no_proxy: "example.com,127.0.0.1" });
  expect(proxy.asked.length).toBe(length);
});

it("logs in with the name and password of the address, and shows neither", async () => {
  proxy.login = "me:se@cret";
  await download({ HTTP_PROXY: `http://me:se%40cret@${proxy.host}` });
  fs.rmSync(path.join(home, "hub"), { recursive: true });
  for (const way of [{ HTTP_PROXY: `http://me:wrong-one@${proxy.host}` }, { HTTP_PROXY: proxy.host }]) {
    const message = await failing(way);
    expect(message).toContain(
      `through the proxy of HTTP_PROXY (${proxy.host}): the proxy asks for a user name and password`,
    );
    expect(message).not.toContain("wrong-one");
  }
});

describe("says that there is a proxy", () => {
  const HTTPS = { HF_ENDPOINT: "https://hub.invalid" };

  it("that cannot be reached", async () => {
    const port = await closedPort();
    expect(await failing({ HTTP_PROXY: `127.0.0.1:${port}` })).toMatch(
      /the connection to 127\.0\.0\.1:\d+ through the proxy of HTTP_PROXY \(127\.0\.0\.1:\d+\) failed \(ECONNREFUSED\), 5 times/,
    );
  });

  it("that opens no tunnel: tried again where it may pass, at once where it will not", async () => {
    const way = { ...HTTPS, https_proxy: `http://${proxy.host}` };
    const through = `hub.invalid through the proxy of https_proxy (${proxy.host})`;
    proxy.refusal = 502;
    expect(await failing(way)).toContain(
      `no connection to ${through}: the proxy answered 502, 5 times in a row`,
    );
    expect(proxy.asked).toEqual(Array(5).fill("CONNECT hub.invalid:443"));
    proxy.refusal = 403;
    expect(await failing(way)).toContain(
      `no connection to ${through}: the proxy answered 403. Ask who runs it`,
    );
    proxy.login = "me:password";
    expect(await failing(way)).toContain("asks for a user name and password (407)");
    expect(proxy.asked.length).toBe(7);
  });

  it("whose address is none", async () => {
    for (const address of ["socks5://127.0.0.1:1080", "http://", "http://secret:pass@"]) {
      const message = await failing({ HTTP_PROXY: address });
      expect(message).toContain("HTTP_PROXY: expected the address of an HTTP proxy");
      expect(message).not.toContain("secret");
    }
  });
});

describe("the command, over https through a tunnel", () => {
  let hub: tls.Server;
  beforeEach(async () => {
    const [key, cert] = ["key.pem", "certificate.pem"].map((file) =>
      fs.readFileSync(path.join(FIXTURES, file)),
    );
    const plain = Number(new URL(server.endpoint).port);
    hub = tls.createServer({ key, cert }, (socket) => {
      const onward = net.connect(plain, "127.0.0.1");
      for (const end of [socket, onward]) end.on("error", () => {});
      socket.pipe(onward);
      onward.pipe(socket);
    });
    await new Promise<void>((resolve) => hub.listen(0, "127.0.0.1", resolve));
    proxy.tunnelTo = (hub.address() as net.AddressInfo).port;
    // Large files come from the hub itself: its second host has no certificate.
    server.intercept = ({ path: asked }, response) => {
      const large = (["tokenizer.json", "model.safetensors"] as const).find((name) =>
        asked.endsWith(`/${name}`),
      );
      if (large) response.end(FILES[large]);
      return large !== undefined;
    };
  });
  afterEach(() => new Promise((resolve) => hub.close(resolve)));

  const command = (variables: Record<string, string>) => {
    const child = spawn(process.execPath, ["--require", "tsx/cjs", "src/cli.ts", "download", NAME], {
      cwd: ROOT,
      env: {
        ...{ PATH: process.env.PATH, HOME: home, HF_HOME: home, HF_ENDPOINT: "https://hub.invalid" },
        ...{ HTTPS_PROXY: `http://${proxy.host}`, TF_CPP_MIN_LOG_LEVEL: "2" },
        ...variables,
      },
    });
    let printed = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (text) => {
        printed += text;
      });
    }
    return new Promise<{ code: number | null; printed: string }>((resolve) =>
      child.on("close", (code) => resolve({ code, printed })),
    );
  };

  it("fetches a model from a host that only the proxy can find", async () => {
    const run = await command({ NODE_EXTRA_CA_CERTS: path.join(FIXTURES, "certificate.pem") });
    expect(run.code, run.printed).toBe(0);
    expect(new Set(proxy.asked)).toEqual(new Set(["CONNECT hub.invalid:443"]));
    expect(run.printed).toContain("model.safetensors");
  });

  it("says what to do about a certificate that is not trusted", async () => {
    const run = await command({});
    expect(run.code).toBe(1);
    expect(run.printed).toMatch(/not trusted here \(\w+\).*set NODE_EXTRA_CA_CERTS/s);
    expect(proxy.asked.length).toBe(1);
  });
});

it("takes the proxy that Python's urllib takes", () => {
  const addresses = [
    "http://hub.example:8080/a",
    "https://hub.example/a",
    "https://HUB.example.com/",
    "http://10.0.0.7/",
  ];
  const lists = [
    "",
    "*",
    "example",
    "hub.example",
    ".example.com, 10.0.0.7",
    "hub.example:8080",
    "ample.com",
  ];
  const ways = [
    {},
    { HTTP_PROXY: "http://upper:1" },
    { http_proxy: "http://lower:1", HTTP_PROXY: "http://upper:1" },
    { HTTPS_PROXY: "http://secure:1" },
    { http_proxy: "", HTTP_PROXY: "http://upper:1" },
  ];
  const cases = ways.flatMap((way) =>
    lists.flatMap((list) =>
      (["NO_PROXY", "no_proxy"] as const).flatMap((name) =>
        addresses.map((address) => ({
          address,
          variables: { ...way, [name]: list } as Record<string, string>,
        })),
      ),
    ),
  );
  const script = `
import json, os, sys
from urllib.parse import urlsplit
from urllib.request import getproxies_environment, proxy_bypass_environment
found = []
for case in json.load(sys.stdin):
    os.environ.clear()
    os.environ.update(case["variables"])
    url, proxies = urlsplit(case["address"]), getproxies_environment()
    proxy = proxies.get(url.scheme)
    found.append(None if proxy is None or proxy_bypass_environment(url.netloc, proxies) else proxy)
print(json.dumps(found))`;
  const python = spawnSync(path.join(ROOT, ".venv/bin/python"), ["-c", script], {
    input: JSON.stringify(cases),
    encoding: "utf8",
  });
  const expected: (string | null)[] = JSON.parse(python.stdout);
  expect(new Set(expected).size).toBe(4);
  for (const [i, { address, variables }] of cases.entries()) {
    const found = proxyOf(new URL(address), variables);
    expect(found ? found.address.origin : null, `${address} ${JSON.stringify(variables)}`).toBe(expected[i]);
  }
});

/** A port at which nobody listens. */
async function closedPort(): Promise<number> {
  const probe = net.createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as net.AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
