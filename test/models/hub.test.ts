// Downloads against a hub on this machine: layout of the cache, resuming, refusals, and what must never happen.
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { GgufFile } from "../../src/base/gguf/file";
import { downloadModel } from "../../src/models/hub";
import { HubError, type HubSettings, hubSettings } from "../../src/models/hub-settings";
import { modelPlace } from "../../src/models/place";
import { gitBlobSha1, HubServer, type Interception, sha256 } from "../../src/tools/rehearsal/hub-server";

const NAME = "google/gemma-2-2b-it";
const TOKEN = "hf_SecretSecretSecret";
const WEIGHTS = Buffer.alloc(300_000, "weights ");
const FILES = {
  "config.json": '{"model_type": "gemma2"}',
  "tokenizer.json": '{"version": "1.0"}',
  "tokenizer_config.json": "{}",
  "model.safetensors": WEIGHTS,
  "README.md": "# not read",
  "pytorch_model.bin": "not read either",
  "onnx/model.safetensors": "nor this",
};

let server: HubServer;
let home: string;
let settings: HubSettings;

beforeEach(async () => {
  server = await HubServer.start();
  home = fs.mkdtempSync(path.join(os.tmpdir(), "hub-"));
  settings = {
    ...hubSettings({ HF_HOME: home, HF_ENDPOINT: server.endpoint }),
    backoffMs: 1,
    timeoutMs: 600_000,
  };
});

afterEach(async () => {
  await server.stop();
  fs.rmSync(home, { recursive: true });
});

const root = () => path.join(home, "hub/models--google--gemma-2-2b-it");
const blob = (content: Buffer) => path.join(root(), "blobs", sha256(content));
const downloads = (file: string) =>
  server.requests.filter((r) => r.host === "storage" && r.path.includes(`/${file}?`));
const failing = async (revision = "main", more: Partial<HubSettings> = {}) => {
  const error = await downloadModel(NAME, revision, { ...settings, ...more }).then(
    () => undefined,
    (e: Error) => e,
  );
  expect(error).toBeInstanceOf(HubError);
  return (error as Error).message;
};
/** Intercepts the weights at the storage, `times` times. */
function atWeights(times: number, act: Interception): void {
  server.intercept = (request, response) =>
    request.host === "storage" && request.path.includes("/model.safetensors?") && times-- > 0
      ? act(request, response)
      : false;
}

describe("the cache", () => {
  it("has huggingface_hub's layout, holds what the project reads, and is not filled twice", async () => {
    const commit = server.offer(NAME, FILES);
    const model = await downloadModel(NAME, "main", settings);
    expect(model).toMatchObject({ folder: path.join(root(), "snapshots", commit), revision: commit });
    expect(fs.readFileSync(path.join(root(), "refs/main"), "utf8")).toBe(commit);
    expect(fs.readdirSync(model.folder).sort()).toEqual([
      "config.json",
      "model.safetensors",
      "tokenizer.json",
      "tokenizer_config.json",
    ]);
    expect(fs.readlinkSync(path.join(model.folder, "model.safetensors"))).toBe(
      `../../blobs/${sha256(WEIGHTS)}`,
    );
    // git hash-object of the same bytes.
    expect(fs.readlinkSync(path.join(model.folder, "tokenizer_config.json"))).toBe(
      "../../blobs/9e26dfeeb6e641a33dae4961196235bdb965b21b",
    );
    expect(fs.readFileSync(path.join(model.folder, "model.safetensors"))).toEqual(WEIGHTS);
    expect(fs.readdirSync(path.join(root(), "blobs")).every((name) => /^[0-9a-f]+$/.test(name))).toBe(true);

    const before = server.requests.length;
    const again = await downloadModel(NAME, "main", settings);
    expect(again).toEqual({ ...model, downloaded: 0 });
    expect(server.requests.length).toBe(before + 1);
  });

  it("laid out by Python is reused: only what is missing comes, old blobs under new commits are linked", async () => {
    const commit = server.offer(NAME, FILES);
    fs.mkdirSync(path.join(root(), "blobs"), { recursive: true });
    fs.mkdirSync(path.join(root(), ".no_exist", commit), { recursive: true });
    fs.writeFileSync(path.join(root(), ".no_exist", commit, "chat_template.jinja"), "");
    fs.mkdirSync(path.join(root(), "snapshots", commit), { recursive: true });
    fs.mkdirSync(path.join(home, "hub/.locks/models--google--gemma-2-2b-it"), { recursive: true });
    const config = Buffer.from(FILES["config.json"]);
    for (const [name, content, etag] of [
      ["config.json", config, gitBlobSha1(config)],
      ["model.safetensors", WEIGHTS, sha256(WEIGHTS)],
    ] as const) {
      fs.writeFileSync(path.join(root(), "blobs", etag), content);
      // filelock leaves its files behind.
      fs.writeFileSync(path.join(home, `hub/.locks/models--google--gemma-2-2b-it/${etag}.lock`), "");
      if (name === "config.json") {
        fs.symlinkSync(`../../blobs/${etag}`, path.join(root(), "snapshots", commit, name));
      }
    }
    const model = await downloadModel(NAME, "main", settings);
    expect(downloads("model.safetensors")).toEqual([]);
    expect(server.requests.some((r) => r.path.endsWith("/config.json"))).toBe(false);
    expect(model.downloaded).toBe(FILES["tokenizer.json"].length + FILES["tokenizer_config.json"].length);
    expect(fs.readFileSync(path.join(model.folder, "model.safetensors"))).toEqual(WEIGHTS);
  });

  it("holds every place of a chat template, and the hash follows each", async () => {
    const templates = {
      "chat_template.jinja": "a",
      "additional_chat_templates/rag.jinja": "b",
      "chat_template.json": "{}",
      "processor_config.json": "{}",
    };
    const others = {
      "additional_chat_templates/notes.txt": "not read",
      "onnx/chat_template.jinja": "not read",
    };
    server.offer(NAME, { ...FILES, ...templates, ...others });
    const { folder, hash } = await downloadModel(NAME, "main", settings);
    const found = (fs.readdirSync(folder, { recursive: true }) as string[]).filter((name) =>
      /templ|proc/.test(name),
    );
    expect(found.sort()).toEqual(["additional_chat_templates", ...Object.keys(templates)].sort());
    expect(fs.readFileSync(path.join(folder, "additional_chat_templates/rag.jinja"), "utf8")).toBe("b");
    for (const name of Object.keys(templates)) {
      server.offer(NAME, { ...FILES, ...templates, ...others, [name]: "other" });
      expect((await downloadModel(NAME, "main", settings)).hash).not.toBe(hash);
    }
  });

  it("takes shards and their index where there is no single file", async () => {
    const shards = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
    server.offer(NAME, {
      "config.json": "{}",
      "tokenizer.json": "{}",
      "model.safetensors.index.json": JSON.stringify({ weight_map: { a: shards[0], b: shards[1] } }),
      [shards[0]!]: "a",
      [shards[1]!]: "b",
      "consolidated.safetensors": "no",
    });
    const { folder } = await downloadModel(NAME, "main", settings);
    expect(fs.readdirSync(folder).filter((name) => name.startsWith("model"))).toEqual([
      ...shards,
      "model.safetensors.index.json",
    ]);
    fs.rmSync(path.join(folder, shards[1]!));
    expect(await failing("main", { offline: true })).toContain(shards[1]);
  });

  it("takes one GGUF file of a repository, with its parts, and nothing beside it", async () => {
    const [first, second] = ["q4/m-00001-of-00002.gguf", "q4/m-00002-of-00002.gguf"];
    const part = (number: number) =>
      fs.readFileSync(path.join(__dirname, `../fixtures/gguf/parts-0000${number}-of-00002.gguf`));
    const offered = { [first]: part(1), [second]: part(2), "m.Q8_0.gguf": "no", "README.md": "no" };
    const commit = server.offer(NAME, offered);
    const model = await downloadModel(`${NAME}/${first}`, "main", settings);
    expect(model.folder).toBe(path.join(root(), "snapshots", commit, first));
    expect(fs.readdirSync(path.join(root(), "snapshots", commit), { recursive: true }).sort()).toEqual([
      "q4",
      first,
      second,
    ]);
    const opened = GgufFile.open(model.folder);
    expect(opened.files).toHaveLength(2);
    opened.close();
    server.offer(NAME, { ...offered, [second]: "other" });
    expect((await downloadModel(`${NAME}/${first}`, "main", settings)).hash).not.toBe(model.hash);
    fs.rmSync(path.join(root(), "snapshots"), { recursive: true });
    await expect(downloadModel(`${NAME}/${first}`, "main", { ...settings, offline: true })).rejects.toThrow(
      `lacks ${first}, ${second}`,
    );
    for (const [asked, message] of [
      [`${NAME}/m.Q2_K.gguf`, "expected m.Q2_K.gguf, found q4/m-00001-of-00002.gguf, "],
      [NAME, `Name a GGUF file with its repository: ${NAME}/${first}`],
      [`${NAME}/../m.gguf`, "would lead out of the cache"],
    ]) {
      await expect(downloadModel(asked!, "main", settings)).rejects.toThrow(message!);
    }
    await expect(modelPlace("data/no/such.gguf")).rejects.toThrow("found none of them");
  });

  it("its hash is that of the contents: the same at another commit, another with other weights", async () => {
    server.offer(NAME, FILES);
    const first = await downloadModel(NAME, "main", settings);
    server.offer(NAME, { ...FILES, "README.md": "new" });
    const second = await downloadModel(NAME, "main", settings);
    server.offer(NAME, { ...FILES, "model.safetensors": "other" });
    const third = await downloadModel(NAME, "main", settings);
    expect(second.revision).not.toBe(first.revision);
    expect(second.hash).toBe(first.hash);
    expect(third.hash).not.toBe(first.hash);
    expect(fs.existsSync(first.folder)).toBe(true);
  });

  it("serves offline by branch and by commit, and says what is missing", async () => {
    const commit = server.offer(NAME, FILES);
    expect(await failing("main", { offline: true })).toMatch(/HF_HUB_OFFLINE is set.*lacks revision "main"/);
    const online = await downloadModel(NAME, "main", settings);
    const before = server.requests.length;
    const offline = { ...settings, offline: true };
    expect(await downloadModel(NAME, "main", offline)).toEqual({ ...online, downloaded: 0 });
    expect((await downloadModel(NAME, commit, offline)).folder).toBe(online.folder);
    expect(server.requests.length).toBe(before);
    fs.rmSync(path.join(online.folder, "tokenizer.json"));
    expect(await failing("main", { offline: true })).toMatch(/lacks tokenizer\.json.*npm run download/);
  });

  it("serves when the hub cannot be reached; without it the message names the host", async () => {
    server.offer(NAME, FILES);
    const online = await downloadModel(NAME, "main", settings);
    const unreachable = { ...settings, endpoint: "http://127.0.0.1:9" };
    expect((await downloadModel(NAME, "main", unreachable)).folder).toBe(online.folder);
    const message = await failing("main", { ...unreachable, cache: path.join(home, "empty") });
    expect(message).toMatch(/127\.0\.0\.1:9.*5 times/);
  });

  it("is written by one at a time, and taken over from an owner that died", async () => {
    server.offer(NAME, FILES);
    const both = await Promise.all([1, 2].map(() => downloadModel(NAME, "main", settings)));
    expect(both[0]!.folder).toBe(both[1]!.folder);
    expect(downloads("model.safetensors").length).toBe(1);

    fs.rmSync(blob(WEIGHTS));
    const owner = path.join(home, `hub/.locks/models--google--gemma-2-2b-it/${sha256(WEIGHTS)}.owner`);
    fs.writeFileSync(owner, `${os.hostname()} 999999999`);
    await downloadModel(NAME, "main", settings);
    expect(downloads("model.safetensors").length).toBe(2);
    expect(fs.existsSync(owner)).toBe(false);
  });
});

describe("breaks", () => {
  it("goes on with Range after a cut connection", async () => {
    server.offer(NAME, FILES);
    atWeights(1, (_, response) => {
      response.writeHead(200, { "content-length": WEIGHTS.length });
      response.write(WEIGHTS.subarray(0, 100_000), () => setTimeout(() => response.destroy(), 20));
      return true;
    });
    const { folder } = await downloadModel(NAME, "main", settings);
    expect(downloads("model.safetensors").map((r) => r.headers.range)).toEqual([undefined, "bytes=100000-"]);
    expect(fs.readFileSync(path.join(folder, "model.safetensors"))).toEqual(WEIGHTS);
  });

  it("goes on in another process's incomplete file; starts anew when its beginning was wrong", async () => {
    server.offer(NAME, FILES);
    fs.mkdirSync(path.join(root(), "blobs"), { recursive: true });
    fs.writeFileSync(`${blob(WEIGHTS)}.incomplete`, WEIGHTS.subarray(0, 1000));
    const model = await downloadModel(NAME, "main", settings);
    expect(downloads("model.safetensors").map((r) => r.headers.range)).toEqual(["bytes=1000-"]);
    expect(model.downloaded).toBeLessThan(WEIGHTS.length);

    fs.rmSync(blob(WEIGHTS));
    fs.writeFileSync(`${blob(WEIGHTS)}.incomplete`, "x".repeat(1000));
    await downloadModel(NAME, "main", settings);
    expect(downloads("model.safetensors").map((r) => r.headers.range)).toEqual([
      "bytes=1000-",
      "bytes=1000-",
      undefined,
    ]);
    expect(fs.readFileSync(blob(WEIGHTS))).toEqual(WEIGHTS);
  });

  it.each([416, 200])("starts anew when a Range is answered with %i", async (status) => {
    server.offer(NAME, FILES);
    fs.mkdirSync(path.join(root(), "blobs"), { recursive: true });
    fs.writeFileSync(`${blob(WEIGHTS)}.incomplete`, WEIGHTS.subarray(0, 1000));
    atWeights(1, (_, response) => {
      response.writeHead(status).end(status === 200 ? WEIGHTS : undefined);
      return true;
    });
    await downloadModel(NAME, "main", settings);
    expect(fs.readFileSync(blob(WEIGHTS))).toEqual(WEIGHTS);
    expect(downloads("model.safetensors").map((r) => r.headers.range)).toEqual(["bytes=1000-", undefined]);
  });

  it("waits as 429 says, and repeats 500 and 503", async () => {
    server.offer(NAME, FILES);
    const answers = [429, 500, 503];
    atWeights(3, (_, response) => {
      response.writeHead(answers.shift()!, { "retry-after": "0.3" }).end();
      return true;
    });
    const started = performance.now();
    await downloadModel(NAME, "main", settings);
    expect(performance.now() - started).toBeGreaterThan(850);
    expect(downloads("model.safetensors").length).toBe(4);
  });

  it("gives up after five failures in a row, keeping what arrived", async () => {
    server.offer(NAME, FILES);
    atWeights(100, ({ headers }, response) => {
      const start = Number(headers.range?.match(/\d+/)?.[0] ?? 0);
      const range = `bytes ${start}-${WEIGHTS.length - 1}/${WEIGHTS.length}`;
      response.writeHead(start ? 206 : 200, {
        "content-range": range,
        "content-length": WEIGHTS.length - start,
      });
      response.write(WEIGHTS.subarray(start, start + 10), () => setTimeout(() => response.destroy(), 10));
      return true;
    });
    expect(await failing()).toMatch(/model\.safetensors: the connection to .* failed.*5 times.*run again/);
    // Ten bytes an attempt; an attempt on a connection that the server had closed brings none.
    expect(fs.statSync(`${blob(WEIGHTS)}.incomplete`).size).toBeGreaterThanOrEqual(10);
    // A snapshot with weights missing is none.
    expect(await failing("main", { offline: true })).toContain("lacks");
  });

  it("ends a connection on which nothing comes", async () => {
    server.offer(NAME, FILES);
    atWeights(100, () => true);
    expect(await failing("main", { timeoutMs: 60 })).toContain("no answer in time");
  });

  it("deletes what does not have its hash, and what is longer than listed", async () => {
    server.offer(NAME, FILES);
    const wrong = Buffer.from(WEIGHTS).fill("x", 5, 6);
    atWeights(1, (_, response) => {
      response.writeHead(200).end(wrong);
      return true;
    });
    const message = await failing();
    expect(message).toContain(`expected sha256 ${sha256(WEIGHTS)}`);
    expect(message).toContain(`found ${createHash("sha256").update(wrong).digest("hex")}`);
    expect(message).toContain("deleted");
    atWeights(1, (_, response) => {
      response.writeHead(200).end(Buffer.concat([WEIGHTS, wrong]));
      return true;
    });
    expect(await failing()).toContain("more than the 300000 bytes");
    expect(fs.readdirSync(path.join(root(), "blobs")).filter((n) => n.startsWith(sha256(WEIGHTS)))).toEqual(
      [],
    );
    server.intercept = ({ path: asked }, response) =>
      asked.endsWith("/tokenizer_config.json") && response.writeHead(200).end("[]") !== undefined;
    fs.rmSync(path.join(root(), "blobs/9e26dfeeb6e641a33dae4961196235bdb965b21b"));
    expect(await failing()).toMatch(/tokenizer_config\.json: expected git sha1 9e26dfe/);
  });
});

describe("refusals", () => {
  it("says what to do for a gated model, with and without a token", async () => {
    server.offer(NAME, FILES, { gated: true });
    server.token = TOKEN;
    const without = await failing();
    expect(without).toContain(`Accept its licence on ${server.endpoint}/${NAME}`);
    expect(without).toContain("HF_TOKEN");
    const wrong = await failing("main", { token: "hf_WrongWrong" });
    expect(wrong).toMatch(/no access \(403\).*Accept the model's licence/);
    expect(wrong).not.toContain("hf_WrongWrong");
    await downloadModel(NAME, "main", { ...settings, token: TOKEN });
  });

  it("names the repository, the revision or the file that is not there", async () => {
    expect(await failing()).toMatch(/google\/gemma-2-2b-it: there is no such repository.*private \(401\)/);
    expect(await failing("main", { token: TOKEN })).toMatch(/no such repository.*\(404\).*token is valid/);
    const commit = server.offer(NAME, FILES);
    expect(await failing("v9")).toContain('there is no revision "v9" (404)');
    server.intercept = ({ path: asked }, response) =>
      asked.endsWith("/config.json") &&
      response.writeHead(404, { "x-error-code": "EntryNotFound" }).end() !== undefined;
    expect(await failing()).toContain(`there is no file "config.json" at revision ${commit}`);
    server.intercept = () => false;
    server.offer(NAME, { "config.json": "{}", "model.gguf": "" });
    expect(await failing()).toMatch(/expected config\.json and weights.*found config\.json, model\.gguf/);
  });

  it("sends the token to the endpoint only and says it nowhere", async () => {
    server.offer(NAME, FILES);
    await downloadModel(NAME, "main", { ...settings, token: TOKEN });
    const sent = (host: string) =>
      new Set(server.requests.filter((r) => r.host === host).map((r) => r.headers.authorization));
    expect(sent("hub")).toEqual(new Set([`Bearer ${TOKEN}`]));
    expect(sent("storage")).toEqual(new Set([undefined]));
    for (const bad of [`${TOKEN}\nX: y`, `${TOKEN} ${TOKEN}`]) {
      expect(() => hubSettings({ HF_TOKEN: bad })).toThrow(/^(?!.*Secret).*HF_TOKEN/);
    }
    expect(() => hubSettings({ HF_ENDPOINT: "https://me:Secret@hub" })).toThrow(/^(?!.*Secret).*HF_ENDPOINT/);
  });

  it("refuses names that lead out of the cache", async () => {
    for (const name of ["../x", "a/../b", "/etc/passwd", "a", "a/b/c", "a/b--c", "a/..", "https://hub/a/b"]) {
      await expect(downloadModel(name, "main", settings)).rejects.toThrow(HubError);
    }
    expect(await failing("../../x")).toContain("refused");
    for (const name of ["../config.json", "/etc/config.json", "a/../../config.json", "a\\..\\config.json"]) {
      server.offer(NAME, { ...FILES, [name]: "{}" });
      expect(await failing()).toContain("would lead out of the cache");
    }
    expect(fs.existsSync(root())).toBe(false);
  });

  it("refuses redirects to other protocols, and without end", async () => {
    server.offer(NAME, FILES);
    for (const location of ["file:///etc/passwd", "ftp://host/file", "http://me:word@host/x"]) {
      atWeights(1, (_, response) => response.writeHead(302, { location }).end() !== undefined);
      expect(await failing()).toContain("redirects to an address that is refused");
    }
    atWeights(100, ({ path: asked }, response) =>
      Boolean(response.writeHead(307, { location: asked }).end()),
    );
    expect(await failing()).toContain("more than 5 redirects");
  });

  it("notices another commit or content than the list named, and no hub at all", async () => {
    server.offer(NAME, FILES);
    const at = (header: string, value: string): Interception => {
      return ({ path: asked }, response) => {
        if (asked.endsWith("/model.safetensors") && asked.includes("/resolve/")) {
          const setHeader = response.setHeader.bind(response);
          response.setHeader = (name, given) => setHeader(name, name === header ? value : given);
        }
        return false;
      };
    };
    server.intercept = at("x-repo-commit", "f".repeat(40));
    expect(await failing()).toContain(`the hub answers with ${"f".repeat(40)}`);
    server.intercept = at("x-linked-etag", `"${"e".repeat(64)}"`);
    expect(await failing()).toContain("the hub's list names sha256");
    server.intercept = (_, response) => Boolean(response.writeHead(200).end("<html>"));
    expect(await failing()).toContain("does not answer as a hub does");
  });

  it("takes hashes from the files' headers where the list has none", async () => {
    server.offer(NAME, FILES);
    server.listsHashes = false;
    const { folder } = await downloadModel(NAME, "main", settings);
    expect(fs.readFileSync(path.join(folder, "model.safetensors"))).toEqual(WEIGHTS);
    expect(server.requests.filter((r) => r.method === "HEAD" && r.host === "storage")).toEqual([]);
  });

  it("does not begin a download that the disk cannot hold", async () => {
    server.offer(NAME, FILES);
    server.intercept = ({ path: asked }, response) => {
      if (!asked.startsWith("/api/")) return false;
      const huge = { sha256: "a".repeat(64), size: 2 ** 52 };
      const siblings = [
        { rfilename: "config.json", size: 2, blobId: "b".repeat(40) },
        { rfilename: "model.safetensors", size: 2 ** 52, lfs: huge },
      ];
      return Boolean(response.end(JSON.stringify({ sha: "c".repeat(40), siblings })));
    };
    expect(await failing()).toMatch(/4503599\.6 GB are to be downloaded.*are free.*HF_HOME/);
    expect(server.requests.length).toBe(1);
  });
});

describe("hubSettings", () => {
  it("reads huggingface_hub's variables", () => {
    fs.writeFileSync(path.join(home, "token"), "hf_FromFile\n");
    expect(hubSettings({ HF_HOME: home })).toMatchObject({
      endpoint: "https://huggingface.co",
      cache: path.join(home, "hub"),
      offline: false,
      token: "hf_FromFile",
    });
    const more = { HF_HUB_CACHE: "/c", HF_HUB_OFFLINE: "yes", HF_TOKEN: "hf_x", HF_ENDPOINT: "http://h/" };
    expect(hubSettings({ HF_HOME: home, ...more })).toMatchObject({
      endpoint: "http://h",
      cache: "/c",
      offline: true,
      token: "hf_x",
    });
    const { cache } = hubSettings({ HF_HOME: "~/models", HF_TOKEN_PATH: "/none" });
    expect(cache).toBe(path.join(os.homedir(), "models/hub"));
    expect(hubSettings({ XDG_CACHE_HOME: "/xdg" }).cache).toBe("/xdg/huggingface/hub");
  });
});
