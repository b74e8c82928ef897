// Every way to distil as a recipe of a study of thumbnails: it trains to its end, learns what it says, and is another result than its control.
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { loadDecoder } from "../../src/models/load";
import { WeightFiles } from "../../src/models/safetensors";
import { loadTokenizer } from "../../src/prompts/tokenizer";
import { dequantize, quantize } from "../../src/quantization/groupwise";
import { loadStudy } from "../../src/study/file/load";
import { ROOT } from "../../src/study/stage";
import { baseModel } from "../../src/study/stages/base-model";
import type { StudyContext } from "../../src/study/stages/context";
import { trainSystem } from "../../src/study/stages/train";
import { completion } from "../distillation/served";

const name = `ways-to-distil-${process.pid}`;
afterAll(() => fs.rmSync(path.join(ROOT, "data/runs", name), { recursive: true, force: true }));

const ways = loadStudy("ablations-tiny", [
  'models.student={"thumbnail": "data/models/gemma2-student", "width": 16}',
  'models.teacher={"thumbnail": "data/models/gemma2-teacher", "width": 24}',
  'models.qwen3={"thumbnail": "data/models/qwen3", "width": 16}',
  'data.counts={"train": 6, "validation": 2, "test-in-domain": 1, "test-other": 1}',
  "training.batchSize=2",
  "training.epochs=1",
  "training.compileFrom=never",
  "decoding.maxNewTokens=8",
  // Thumbnails have two layers.
  "recipes.full-states-mse.states.layers=[[1, 1], [2, 2]]",
]);
// Teachers that need no training of their own, and nothing of a finished run.
const context: StudyContext = {
  ...ways,
  recipes: Object.fromEntries(
    Object.entries(ways.recipes).map(([id, recipe]) => [
      id,
      /^(lora|qwen3)-teacher$/.test(id) ? { ...recipe, tune: "none" as const } : recipe,
    ]),
  ),
  ...{ name, reuse: [], seed: 0, checkpointSeconds: 1000 },
};

describe("trains", () => {
  it.each([
    "full-student",
    "full-cache-skewed-kl",
    "full-own-jsd",
    "full-all-own-reverse-kl",
    "full-all-own-policy",
    "full-contrastive",
    "full-self-reference",
    "full-self-examples",
    "full-born-again",
    "full-two-teachers",
    "full-states-mse",
    "full-states-relation",
    "full-uld",
    "full-merged-likelihood",
    "full-int4",
    "full-int4-taught",
  ])("%s", async (system) => {
    const { value, directory } = await trainSystem(context, system);
    expect(value.curve.length).toBe(3);
    expect(value.curve.every(({ loss }) => Number.isFinite(loss))).toBe(true);
    const log = path.join(directory, "texts.jsonl");
    expect(fs.existsSync(log)).toBe(context.recipes[system]!.texts !== undefined);
    if (context.recipes[system]!.texts?.share === 1) {
      expect(fs.readFileSync(log, "utf8").trimEnd().split("\n")).toHaveLength(6);
    }
  });
});

it("a teacher behind a server fills the cache that a student learns from; none of its weights is read", async () => {
  const { folder } = await baseModel(context, "teacher");
  const decoder = loadDecoder(folder);
  const stop = (await loadTokenizer(folder)).endOfTurnId;
  const server = http.createServer((request, response) => {
    let text = "";
    request.on("data", (part) => {
      text += part;
    });
    request.on("end", () => {
      const held = { decoder, model: "made", stop };
      const answer =
        request.url === "/v1/models"
          ? { data: [{ id: "made" }] }
          : completion(held, "vllm", JSON.parse(text));
      response.end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const taught = (source: "cache" | "texts-and-logits") => ({
    ...context,
    recipes: {
      ...context.recipes,
      served: {
        ...context.recipes.distilled!,
        teacher: { recipe: "lora-teacher", source, topK: 16, server: { url, model: "made" } },
      },
    },
  });
  for (const source of ["cache", "texts-and-logits"] as const) {
    const { value } = await trainSystem(taught(source), "served");
    expect(value.curve.every(({ loss }) => Number.isFinite(loss))).toBe(true);
  }
  server.closeAllConnections();
  server.close();
  decoder.dispose();
});

it("a projector is trained and no part of the student", async () => {
  const { directory } = await trainSystem(context, "full-states-mse");
  const files = WeightFiles.open(path.join(directory, "model"));
  expect(files.names().filter((each) => each.includes("projector"))).toEqual([]);
  files.close();
  const records = fs.readFileSync(path.join(directory, "log.jsonl"), "utf8").trimEnd().split("\n");
  const states = records.map((line) => (JSON.parse(line) as { states: number }).states);
  expect(states).toHaveLength(3);
  for (const value of states) expect(value).toBeGreaterThan(0);
});

it("rounded students leave matrices that 4 bits hold", async () => {
  const { directory } = await trainSystem(context, "full-int4");
  const files = WeightFiles.open(path.join(directory, "model"));
  const matrix = "model.layers.0.mlp.up_proj.weight";
  const values = files.float32(matrix);
  const shape = files.info(matrix).shape as [number, number];
  const stored = dequantize(quantize(values, shape, { bits: 4, groupSize: 32, symmetric: true }));
  for (const [i, value] of stored.entries()) expect(Math.abs(value - values[i]!)).toBeLessThan(1e-7);
  files.close();
});
