// A new family with arithmetic that is there takes its file and its line in the list: then its models open and agree with transformers.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readDecoderConfig } from "../../src/models/config";
import { type ChangedTree, changedTree } from "./changed-tree";

/** What MistralForCausalLM of transformers gives for the weights of the reference set's solar: make_mistral.py. */
const expected = JSON.parse(readFileSync(join(__dirname, "mistral.json"), "utf8")) as {
  ids: number[];
  moved_by_window: number;
  logits: number[];
};
const WEIGHTS = "test/fixtures/oracles/models/solar";

let tree: ChangedTree;
let model: string;
beforeAll(() => {
  tree = changedTree("family.patch");
  model = join(tree.folder, "mistral");
  mkdirSync(model);
  cpSync(join(WEIGHTS, "model.safetensors"), join(model, "model.safetensors"));
  // What Llama's files say besides, and Mistral's do not.
  const { pretraining_tp, attention_bias, ...fields } = JSON.parse(
    readFileSync(join(WEIGHTS, "config.json"), "utf8"),
  );
  const config = {
    ...fields,
    model_type: "mistral",
    architectures: ["MistralForCausalLM"],
    sliding_window: 6,
  };
  writeFileSync(join(model, "config.json"), JSON.stringify(config));
});
afterAll(() => tree.remove());

it("touches two files", () => {
  expect(tree.touched).toEqual(["src/models/families/families.ts", "src/models/families/mistral.ts"]);
});

it("opens a model that nobody knew before, with the logits of transformers", () => {
  expect(() => readDecoderConfig(model)).toThrow(/mistral/);
  const args = [model, JSON.stringify(expected.ids)];
  const logits = JSON.parse(tree.run("test/worked-changes/last-logits.ts", ...args)) as number[];
  expect(logits).toHaveLength(expected.logits.length);
  const worst = Math.max(...logits.map((value, i) => Math.abs(value - expected.logits[i]!)));
  // The tolerance of the reference set; without the window the logits are further away.
  expect(worst).toBeLessThan(2e-4);
  expect(expected.moved_by_window).toBeGreaterThan(1e-2);
});
