// What gguf-py and llama.cpp said of exported files, kept by `npm run check:gguf`, and that it was said of these bytes.
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { exportModel } from "../../../src/study/export-system";
import { MODELS, readOutcomes, SMALL, TYPES } from "./references";

const outcomes = readOutcomes();

it("covers every form of every family", () => {
  const measured = MODELS.filter((name) => name in SMALL || outcomes.some(({ model }) => model === name));
  expect(outcomes.map(({ model, type }) => `${model} ${type}`)).toEqual(
    measured.flatMap((model) => TYPES.map((type) => `${model} ${type}`)),
  );
});

it("was said of the files that the code writes now (else: npm run check:gguf)", async () => {
  const out = fs.mkdtempSync(path.join(os.tmpdir(), "outcome-gguf-"));
  try {
    for (const { model, type, sha256 } of outcomes.filter(({ model }) => model in SMALL)) {
      const folder = path.join(out, `${model}-${type}`);
      await exportModel(SMALL[model]!, type, folder);
      const file = fs.readdirSync(folder).find((name) => name.endsWith(".gguf"))!;
      const bytes = fs.readFileSync(path.join(folder, file));
      expect(createHash("sha256").update(bytes).digest("hex"), `${model} ${type}`).toBe(sha256);
    }
  } finally {
    fs.rmSync(out, { recursive: true });
  }
});

describe.each(outcomes)("$model $type", (outcome) => {
  it("is gguf-py's own bytes where it makes the format, and near the values where it does not", () => {
    expect(outcome.identical).toBe(outcome.comparable);
    // Of normal values in even steps: 6 bits over 16 values are 0.017 of their size, 4 bits over 32 are 0.079; scales in few bits add to it.
    for (const [name, error] of Object.entries(outcome.relativeError))
      expect(error, name).toBeLessThan(name === "Q6_K" ? 0.022 : 0.095);
  });

  it("has the project's ids in llama.cpp", () => {
    expect(outcome.texts).toBeGreaterThan(400);
    expect(outcome.sameIds).toBe(outcome.texts);
    expect(outcome.sameIdsWithControls).toBe(outcome.texts);
  });

  it("gives the engine's log-probabilities and text in llama.cpp", () => {
    expect(outcome.scored).toBe(94);
    if (outcome.type !== "F32") return;
    // llama.cpp looks Gemma's GELU up in a table of fp16 numbers (ggml-cpu/vec.h); SiLU it computes.
    expect(outcome.logProbability).toBeLessThan(outcome.model.startsWith("gemma") ? 1e-2 : 1e-3);
    expect(outcome.greedy).toBe(outcome.continued);
  });

  it("is the nearer to F32 the more bits it has", () => {
    const bits = { F32: 0, F16: 1e-5, BF16: 1e-3, Q8_0: 1e-2, Q6_K: 2e-2, Q4_K_M: 0.2, Q4_0: 0.4 };
    expect(outcome.kl).toBeLessThanOrEqual(bits[outcome.type]);
  });
});
