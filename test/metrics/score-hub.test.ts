// `npm run score --encoder org/name`: BERTScore by a model from the hub, here one on this machine.
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { encoderPlace } from "../../src/metrics/bertscore/load-bert-scorer";
import { HubServer } from "../../src/tools/rehearsal/hub-server";
import { oracle, oracleFolder } from "./oracle";

const NAME = "someone/tiny-bert";
const { pairs, runs } = oracle("bertscore/tiny-bert.scores.json");
let folder: string;
let hub: HubServer;
let commit: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "score-hub-"));
  hub = await HubServer.start();
  const model = join(oracleFolder, "bertscore/models/tiny-bert");
  commit = hub.offer(
    NAME,
    Object.fromEntries(readdirSync(model).map((name) => [name, readFileSync(join(model, name))])),
  );
});
afterAll(async () => {
  await hub.stop();
  rmSync(folder, { recursive: true });
});

// biome-ignore lint/suspicious/noExplicitAny: see oracle.ts
const usable = (pairs as any[])
  .map((_, i) => i)
  .filter((i) => !/[\u1100-\u11ff]/.test(pairs[i].reference + pairs[i].candidate));

function file(name: string, key: "reference" | "candidate"): string {
  const path = join(folder, name);
  writeFileSync(path, usable.map((i) => JSON.stringify({ id: `p${i}`, text: pairs[i][key] })).join("\n"));
  return path;
}

function score(encoder: string, env: Record<string, string> = {}) {
  const command = join(__dirname, "../../src/cli.ts");
  const args = ["--references", file("r.jsonl", "reference"), "--predictions", file("p.jsonl", "candidate")];
  const child = spawn(
    process.execPath,
    [
      "--require",
      "tsx/cjs",
      command,
      "score",
      ...args,
      "--metrics",
      "bertscore",
      "--layer",
      "2",
      "--json",
      "--encoder",
      encoder,
    ],
    { env: { ...process.env, HF_ENDPOINT: hub.endpoint, HF_HOME: join(folder, "home"), ...env } },
  );
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (part) => {
    stdout += part;
  });
  child.stderr.on("data", (part) => {
    stderr += part;
  });
  return new Promise<{ status: number | null; stdout: string; stderr: string }>((done) => {
    child.on("close", (status) => done({ status, stdout, stderr }));
  });
}

it("gives bert_score's numbers and names model, commit and tokenizer", async () => {
  const { status, stdout, stderr } = await score(NAME);
  expect(status, stderr).toBe(0);
  const result = JSON.parse(stdout);
  // biome-ignore lint/suspicious/noExplicitAny: see oracle.ts
  const run = runs.find(({ config: c }: any) => c.num_layers === 2 && !c.idf && c.batch_size === 1);
  usable.forEach((pair, i) => {
    expect(Math.abs(result.perItem.bertscore.f[i] - run.F[pair]), `pair ${pair}`).toBeLessThanOrEqual(1e-5);
  });
  expect(result.signatures.bertscore).toMatch(
    new RegExp(`^${NAME}_L2_no-idf.*_model=[0-9a-f]{12}_tokenizer=[0-9a-f]{12}_revision=${commit}$`),
  );
  // The cache serves it again, at the commit as at the branch.
  const again = await score(`${NAME}@${commit}`, { HF_HUB_OFFLINE: "1" });
  expect(again.status, again.stderr).toBe(0);
  expect(JSON.parse(again.stdout).signatures).toEqual(result.signatures);
  const none = await score("someone/absent");
  expect(none.status).toBe(1);
  expect(none.stderr).toMatch(/^someone\/absent: there is no such repository/);
});

it("refuses what is neither folder nor hub name", async () => {
  await expect(encoderPlace("no-such-folder")).rejects.toThrow(/expected a model folder.* or a hub model/);
  await expect(encoderPlace(folder)).rejects.toThrow(/config\.json/);
  await expect(encoderPlace(join(__dirname, "../fixtures/gguf/gemma2.gguf"))).rejects.toThrow(
    /expected an encoder .* as a folder of Hugging Face files, found the GGUF file .*gemma2\.gguf/,
  );
});
