// A teacher behind a server that this test starts, which answers as vLLM or as llama.cpp do, out of a small decoder: the cache is the one that
// the decoder itself gives; what fails for a while is tried again, what is wrong is refused.
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { LogitCache, LogitCacheWriter } from "../../src/distillation/cache";
import { captureGold } from "../../src/distillation/capture";
import { distillStep } from "../../src/distillation/distill";
import { captureFromServer } from "../../src/distillation/server/capture";
import { type ServerOptions, TeacherServer } from "../../src/distillation/server/completions";
import { generate } from "../../src/generation/generate";
import { completion, type Kind } from "./served";
import { examples, gemma, PAD, VOCAB } from "./tiny-teacher";

const MODEL = "made/teacher";
const TOP = 12;
const decoder = gemma();
const items = examples(3, 8);
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "served-"));

let kind: Kind = "vllm";
/** Answers that come before the right ones: a status, nothing at all, or a text that breaks off. */
let troubles: (number | "silence" | "cut")[] = [];
let requests = 0;
let change: (answer: Record<string, unknown>) => Record<string, unknown> = (answer) => answer;
const server = http.createServer((request, response) => {
  let text = "";
  request.on("data", (part) => {
    text += part;
  });
  request.on("end", () => {
    requests++;
    const trouble = troubles.shift();
    if (trouble === "silence") return;
    if (typeof trouble === "number") {
      response.writeHead(trouble, { "retry-after": "0" }).end("not now");
      return;
    }
    const answer =
      request.url === "/v1/models"
        ? { data: [{ id: MODEL }] }
        : completion({ decoder, model: MODEL, stop: 1 }, kind, JSON.parse(text));
    const json = JSON.stringify(change(answer));
    response.writeHead(200).end(trouble === "cut" ? json.slice(0, json.length / 2) : json);
  });
});
let url: string;
beforeAll(async () => {
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  [kind, troubles, requests, change] = ["vllm", [], 0, (answer) => answer];
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  fs.rmSync(scratch, { recursive: true });
});

const header = {
  source: "gold" as const,
  vocabSize: VOCAB,
  topK: TOP,
  tokenizerHash: "t",
  templateHash: "c",
  teacherHash: "w",
  dataHash: "d",
  settingsHash: "s",
};
let folders = 0;
const folder = () => path.join(scratch, String(folders++));
const teacher = (options: Partial<ServerOptions> = {}) =>
  new TeacherServer({ url, model: MODEL, topK: TOP, timeout: 20, pause: 0.01, ...options });

async function capture(
  options: Partial<ServerOptions> = {},
  generated?: { maxNewTokens: number; stopIds: number[] },
) {
  const directory = folder();
  const made = { ...header, ...(generated && { source: "generated" as const }) };
  const writer = LogitCacheWriter.open(directory, made);
  const told: number[] = [];
  try {
    await captureFromServer(teacher(options), items, writer, {
      vocabSize: VOCAB,
      parallel: 2,
      generated,
      onProgress: (_, tokensPerSecond) => told.push(tokensPerSecond),
    });
  } finally {
    writer.close();
  }
  expect(told[told.length - 1]).toBeGreaterThan(0);
  return LogitCache.open(directory, made);
}

describe.each(["vllm", "llama.cpp"] as const)("as %s answers", (of) => {
  it("the cache is the decoder's own at temperature 1, and unknown at others", async () => {
    kind = of;
    const served = await capture();
    const ownFolder = folder();
    const writer = LogitCacheWriter.open(ownFolder, header);
    captureGold(decoder, items, writer, { padId: PAD, topK: TOP });
    writer.close();
    const own = LogitCache.open(ownFolder, header);
    for (const { id, targetIds } of items) {
      const [found, expected] = [served.row(id), own.row(id)];
      expect([...found.targetIds]).toEqual(targetIds);
      expect([...found.topIds]).toEqual([...expected.topIds]);
      for (let t = 0; t < targetIds.length; t++) {
        // Logits are stored in 255 steps, tails in steps of 1 / 1024.
        for (let i = t * TOP; i < (t + 1) * TOP; i++) {
          expect(
            Math.abs(found.topLogits[i]! - (expected.topLogits[i]! - expected.logSumExp[t * 3]!)),
          ).toBeLessThan(0.05);
        }
        expect(Math.abs(found.logTail[t * 3]! - expected.logTail[t * 3]!)).toBeLessThan(2e-3);
        expect(found.logSumExp[t * 3]).toBe(0);
        expect(found.logSumExp[t * 3 + 1]).toBeNaN();
      }
    }
    const step = (temperature: number) => () =>
      distillStep(decoder, items, served, { padId: PAD, divergence: "forward-kl", alpha: 0, temperature });
    expect(step(1)).not.toThrow();
    expect(step(2)).toThrow(/behind a server.*temperature 1 alone, found 2/);
  });

  it("what it writes is kept up to its end of turn, or to where it was cut", async () => {
    kind = of;
    const served = await capture({}, { maxNewTokens: 6, stopIds: [1] });
    const written = generate(
      decoder,
      items.map(({ promptIds }) => promptIds),
      { maxNewTokens: 6, stopIds: [1], padId: PAD },
    );
    for (const [i, { id }] of items.entries()) {
      const expected = written[i]!.length < 6 ? [...written[i]!, 1] : written[i]!;
      expect([...served.row(id).targetIds]).toEqual(expected);
    }
  });
});

it("what fails for a while is tried again: overload, an error, silence, an answer that breaks off", async () => {
  troubles = [503, 429, "silence", "cut"];
  const served = await capture({ timeout: 0.5 });
  expect([...served.ids()].sort()).toEqual(items.map(({ id }) => id).sort());
  expect(requests).toBe(4 + 1 + items.length);
});

it("a server that stays silent or broken is given up with what it did", async () => {
  troubles = Array(9).fill(500);
  await expect(capture({ retries: 2 })).rejects.toThrow(/answered 500: not now.*3 tries/);
  troubles = Array(9).fill("silence");
  await expect(capture({ retries: 1, timeout: 0.1 })).rejects.toThrow(/no answer within 0\.1 s.*2 tries/);
  await expect(capture({ url: "http://127.0.0.1:9", retries: 0 })).rejects.toThrow(
    /no answer \(.*\).*1 tries/,
  );
});

describe("what is wrong is refused, with the item and without a second try:", () => {
  it("another model by name", async () => {
    await expect(capture({ model: "other" })).rejects.toThrow(/has no model "other". It has: made\/teacher/);
    change = (answer) => ("choices" in answer ? { ...answer, model: "made/other" } : answer);
    await expect(capture()).rejects.toThrow(
      /Item item-\d: .*asked for "made\/teacher", it answered as "made\/other"/,
    );
  });

  it("another model by its tokens, and tokens by their texts", async () => {
    kind = "llama.cpp";
    change = (answer) => JSON.parse(JSON.stringify(answer).replaceAll(/"id":(\d+)/g, '"id":9$1'));
    await expect(capture({}, { maxNewTokens: 4, stopIds: [1] })).rejects.toThrow(
      /token 9\d+ is none of the tokenizer's 256: the server holds another model/,
    );
    kind = "texts";
    change = (answer) => answer;
    await expect(capture()).rejects.toThrow(/expected top log-probabilities by token id/);
  });

  it("fewer tokens than are to be kept", async () => {
    kind = "llama.cpp";
    change = (answer) =>
      JSON.parse(JSON.stringify(answer), (name, value) =>
        name === "top_logprobs" ? value.slice(0, 5) : value,
      );
    await expect(capture()).rejects.toThrow(/expected 12 different tokens of a mass up to 1, found 5 of/);
  });

  it("a refusal", async () => {
    troubles = [401];
    await expect(capture()).rejects.toThrow(/answered 401: not now/);
    expect(requests).toBe(1);
  });
});
