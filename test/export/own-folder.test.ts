// Folders that export and demo fill: whole or not at all, replaced when their own, never over other files; and the model card.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { modelCard } from "../../src/export/model-card";
import { replaceFolder } from "../../src/export/own-folder";

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "own-folder-"));
afterAll(() => fs.rmSync(scratch, { recursive: true }));

const write = (text: string) => async (folder: string) => {
  fs.writeFileSync(path.join(folder, "a.txt"), text);
  return { about: text };
};
const read = (out: string) => fs.readFileSync(path.join(out, "a.txt"), "utf8");

describe("replaceFolder", () => {
  it("makes a folder and replaces its own earlier result", async () => {
    const out = path.join(scratch, "own");
    await replaceFolder(out, "model", write("one"));
    expect(JSON.parse(fs.readFileSync(path.join(out, "export.json"), "utf8"))).toEqual({
      kind: "model",
      about: "one",
    });
    await replaceFolder(out, "model", write("two"));
    expect(read(out)).toBe("two");
    expect(fs.readdirSync(scratch)).toEqual(["own"]);
  });

  it("keeps the earlier result and leaves nothing beside it when the work fails", async () => {
    const out = path.join(scratch, "own");
    const failing = async (folder: string) => {
      fs.writeFileSync(path.join(folder, "a.txt"), "half");
      throw new Error("no space left");
    };
    await expect(replaceFolder(out, "model", failing)).rejects.toThrow("no space left");
    expect(read(out)).toBe("two");
    expect(fs.readdirSync(scratch)).toEqual(["own"]);
  });

  it("refuses a folder with other files, another kind's result and a file", async () => {
    await expect(replaceFolder(path.join(scratch, "own"), "demo", write("x"))).rejects.toThrow("other files");
    const other = path.join(scratch, "other");
    fs.mkdirSync(other);
    await replaceFolder(other, "model", write("into an empty one"));
    fs.rmSync(path.join(other, "export.json"));
    await expect(replaceFolder(other, "model", write("x"))).rejects.toThrow("choose another folder");
    expect(read(other)).toBe("into an empty one");
    const file = path.join(other, "a.txt");
    await expect(replaceFolder(file, "model", write("x"))).rejects.toThrow("a file of that name");
  });
});

describe("modelCard", () => {
  const facts = {
    system: "distilled",
    profile: "tiny",
    synthetic: true,
    base: "google/gemma-2-2b-it",
    baseLicence: undefined,
    parameters: 1234567,
    counts: { train: 10, validation: 2 },
    training: undefined,
    scores: undefined,
    files: [{ file: "onnx/model.onnx", bytes: 99, what: "fp32" }],
    notes: ["No PEFT adapter."],
  };

  it("says what it knows, and says so where it knows nothing", () => {
    const card = modelCard(facts);
    expect(card).toContain("license: other\nbase_model: google/gemma-2-2b-it");
    expect(card).toContain("(1,234,567 parameters)");
    expect(card).toContain("10 train, 2 validation");
    expect(card).toContain("Not scored.");
    expect(card).toContain("| onnx/model.onnx | 99 | fp32 |");
    expect(card).toContain("state no licence");
    expect(modelCard({ ...facts, baseLicence: "gemma" })).toContain("licence `gemma`");
  });
});
