// HF_TOKEN in a hub download's process: it is sent, and stands in nothing that is printed or written, also when refused.
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { zip } from "../../src/report/stable-zip";
import { ROOT } from "../../src/study/stage";
import { HubServer } from "../../src/tools/rehearsal/hub-server";
import { places, TOKEN } from "./token-places";

const NAME = "google/gemma-2-2b-it";
const FILES = {
  "config.json": '{"model_type": "gemma2"}',
  "tokenizer.json": "{}",
  "tokenizer_config.json": "{}",
  "model.safetensors": Buffer.alloc(50_000, "weights "),
};
let server: HubServer;
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "token-"));
beforeAll(async () => {
  server = await HubServer.start();
});
afterAll(async () => {
  await server.stop();
  fs.rmSync(scratch, { recursive: true });
});

function download(home: string, token: string): Promise<{ code: number | null; printed: string }> {
  const child = spawn(
    process.execPath,
    ["--require", "tsx/cjs", path.join(__dirname, "child.ts"), "download", NAME],
    {
      cwd: ROOT,
      env: {
        ...process.env,
        ...{
          HF_ENDPOINT: server.endpoint,
          HF_HOME: home,
          HF_TOKEN: token,
          STUDY_RUNS: path.join(home, "runs"),
        },
      },
    },
  );
  let printed = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (text) => {
      printed += text;
    });
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, printed })));
}

it("finds a token where there is one", () => {
  const home = path.join(scratch, "seeded");
  fs.mkdirSync(home);
  fs.writeFileSync(path.join(home, "a.json"), Buffer.from(`user:${TOKEN}`).toString("base64"));
  fs.writeFileSync(path.join(home, "b.log"), `Bearer ${TOKEN}`);
  fs.writeFileSync(path.join(home, "c.docx"), zip(new Map([["word/document.xml", Buffer.from(TOKEN)]])));
  fs.writeFileSync(path.join(home, "d.json"), "nothing");
  expect(places(home, `${TOKEN}\n`)).toHaveLength(4);
});

it("downloads a gated model with the token and leaves it nowhere", async () => {
  server.offer(NAME, FILES, { gated: true });
  server.token = TOKEN;
  const home = path.join(scratch, "granted");
  const { code, printed } = await download(home, TOKEN);
  expect(printed).toContain("done");
  expect(code).toBe(0);
  expect(server.requests.some(({ headers }) => headers.authorization === `Bearer ${TOKEN}`)).toBe(true);
  expect(fs.readFileSync(path.join(home, "runs/paper/revisions.json"), "utf8")).toContain(NAME);
  expect(places(home, printed)).toEqual([]);
});

it("is refused with the token and says it nowhere", async () => {
  server.offer(NAME, FILES, { gated: true });
  server.token = "hf_Another";
  const home = path.join(scratch, "refused");
  fs.mkdirSync(path.join(home, "runs"), { recursive: true });
  fs.writeFileSync(path.join(home, "runs/own"), "");
  const { code, printed } = await download(home, TOKEN);
  expect(code).toBe(1);
  expect(printed).toMatch(/HubError: .*no access \(403\)/);
  expect(places(home, printed)).toEqual([]);
});
