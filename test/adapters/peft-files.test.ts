// Adapters in PEFT's files: what PEFT wrote is read with PEFT's scales, and what is written has PEFT's names.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { checkAdapter, readAdapter, writeAdapter } from "../../src/adapters/peft-files";
import { readDecoderConfig } from "../../src/models/config";
import { WeightFiles, writeSafetensors } from "../../src/models/safetensors";
import { REFERENCE_MODELS, referenceModel } from "../models/reference-models";

const ORACLES = path.join(__dirname, "../fixtures/oracles/models");
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "peft-"));
afterAll(() => fs.rmSync(scratch, { recursive: true }));

const ADAPTERS = REFERENCE_MODELS.flatMap((model) =>
  fs.readdirSync(path.join(referenceModel(model), "adapters")).map((kind) => [model, kind] as const),
);

describe.each(ADAPTERS)("%s/%s", (model, kind) => {
  const folder = path.join(referenceModel(model), "adapters", kind);
  const { config, weights } = readAdapter(folder);

  it("has the ranks and scales that PEFT computed", () => {
    const { modules } = JSON.parse(fs.readFileSync(path.join(folder, "expected.json"), "utf8"));
    expect(weights.map(({ module }) => module).sort()).toEqual(Object.keys(modules).sort());
    for (const lora of weights) {
      expect(lora.rank).toBe(modules[lora.module].r);
      expect(lora.scale).toBeCloseTo(modules[lora.module].scaling, 12);
      expect(lora.magnitude !== undefined).toBe(kind === "dora");
    }
    checkAdapter(config, weights, readDecoderConfig(referenceModel(model)));
  });

  it("is written with the tensors and settings that PEFT wrote", () => {
    const copy = path.join(scratch, `${model}-${kind}`);
    writeAdapter(copy, config, weights);
    const [ours, theirs] = [copy, folder].map((at) =>
      WeightFiles.open(path.join(at, "adapter_model.safetensors")),
    );
    expect(ours?.names()).toEqual(theirs?.names());
    for (const name of ours?.names() ?? []) {
      expect(ours?.info(name)).toEqual(theirs?.info(name));
      expect(ours?.bytes(name)).toEqual(theirs?.bytes(name));
    }
    expect(ours?.metadata).toEqual(theirs?.metadata);
    ours?.close();
    theirs?.close();
    const [written, reference] = [copy, folder].map((at) =>
      JSON.parse(fs.readFileSync(path.join(at, "adapter_config.json"), "utf8")),
    );
    for (const field of Object.keys(written))
      expect([field, written[field]]).toEqual([field, reference[field]]);
  });
});

describe("an adapter that does not fit", () => {
  const source = path.join(ORACLES, "gemma2/adapters/pattern");

  function altered(
    change: (config: Record<string, unknown>) => void,
    rename = (name: string): string | undefined => name,
  ) {
    const folder = fs.mkdtempSync(path.join(scratch, "altered-"));
    const config = JSON.parse(fs.readFileSync(path.join(source, "adapter_config.json"), "utf8"));
    change(config);
    fs.writeFileSync(path.join(folder, "adapter_config.json"), JSON.stringify(config));
    const files = WeightFiles.open(path.join(source, "adapter_model.safetensors"));
    const tensors = files.names().flatMap((name) => {
      const renamed = rename(name);
      return renamed === undefined ? [] : [{ ...files.info(name), name: renamed, data: files.bytes(name) }];
    });
    files.close();
    writeSafetensors(path.join(folder, "adapter_model.safetensors"), tensors);
    return folder;
  }

  it.each([
    ["peft_type", "IA3", '"peft_type": expected "LORA", found "IA3"'],
    ["modules_to_save", ["lm_head"], '"modules_to_save"'],
    ["bias", "all", '"bias"'],
    ["fan_in_fan_out", true, '"fan_in_fan_out"'],
    ["init_lora_weights", "pissa", '"init_lora_weights"'],
    ["use_something_new", true, 'unknown field "use_something_new"'],
    ["r", 0, '"r": expected a whole number above 0, found 0'],
    ["target_modules", "all-linear", '"target_modules"'],
    ["target_modules", ["q_proj", "k_proj"], "is not one of the target_modules"],
    ["rank_pattern", { "layers.0.mlp.down_proj": 7, q_proj: 3 }, "rank: expected 3, found 2"],
    ["rank_pattern", { "(": 3 }, '"rank_pattern.("'],
    ["use_dora", true, "magnitude vector: expected 48, found 0"],
    ["layers_to_transform", [1], '"layers_to_transform": expected null, found [1]'],
    ["trainable_token_indices", { embed_tokens: [3] }, '"trainable_token_indices"'],
    ["use_qalora", true, '"use_qalora"'],
    ["bias", null, '"bias": expected "none", found null'],
    ["something_new", { rank: 2 }, 'unknown field "something_new"'],
    ["something_new", [0], 'unknown field "something_new"'],
    ["something_new", 0, 'unknown field "something_new"'],
  ])("is refused: %s = %j", (field, value, message) => {
    const folder = altered((config) => {
      config[field] = value;
    });
    expect(() => readAdapter(folder)).toThrow(message);
  });

  // PEFT 0.21 asks each of these by its truth or length, so that an empty one is as good as none.
  it.each([
    ["modules_to_save", []],
    ["exclude_modules", []],
    ["layers_to_transform", []],
    ["layers_pattern", []],
    ["layer_replication", []],
    ["target_parameters", []],
    ["trainable_token_indices", {}],
    ["loftq_config", {}],
    ["megatron_config", {}],
    ["use_qalora", null],
    ["something_new", null],
    ["something_new", false],
    ["something_new", {}],
    ["something_new", []],
  ])("means nothing and is accepted: %s = %j", (field, value) => {
    const folder = altered((config) => {
      config[field] = value;
    });
    expect(readAdapter(folder).config).toEqual(readAdapter(source).config);
  });

  it("has no patterns where rank_pattern and alpha_pattern are empty in any way", () => {
    const plain = path.join(ORACLES, "gemma2/adapters/plain");
    const { config } = readAdapter(plain);
    for (const empty of [{}, [], null]) {
      const folder = fs.mkdtempSync(path.join(scratch, "patterns-"));
      fs.cpSync(plain, folder, { recursive: true });
      const file = path.join(folder, "adapter_config.json");
      const written = JSON.parse(fs.readFileSync(file, "utf8"));
      fs.writeFileSync(file, JSON.stringify({ ...written, rank_pattern: empty, alpha_pattern: empty }));
      expect(readAdapter(folder).config).toEqual(config);
    }
  });

  it("is refused for missing or unexpected tensors, by name", () => {
    const drop = (gone: string) =>
      altered(
        () => {},
        (name) => (name.includes(gone) ? undefined : name),
      );
    expect(() => readAdapter(drop("layers.1.self_attn.q_proj.lora_B"))).toThrow(
      "model.layers.1.self_attn.q_proj has no lora_B",
    );
    expect(() => readAdapter(drop("v_proj"))).toThrow('no tensors of the target module "v_proj"');
    const extra = altered(
      () => {},
      (name) => name.replace("base_model.model.model.layers.0.self_attn.q", "model.q"),
    );
    expect(() => readAdapter(extra)).toThrow('unexpected tensor "model.q_proj');
    const { config, weights } = readAdapter(drop("layers.2"));
    const decoder = readDecoderConfig(path.join(ORACLES, "gemma2"));
    expect(() => checkAdapter(config, weights, decoder)).toThrow("missing model.layers.2.self_attn.q_proj");
    const other = readDecoderConfig(path.join(ORACLES, "qwen3"));
    const whole = readAdapter(source);
    expect(() => checkAdapter(whole.config, whole.weights, other)).toThrow(
      "expected [40, 72], found [48, 80]",
    );
  });
});
