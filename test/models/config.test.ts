// Configurations of the families: both styles read alike, and every wrong field is an error that names it.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { checkTensors, readDecoderConfig, tensorShapes, writeDecoderConfig } from "../../src/models/config";
import { readEncoderConfig } from "../../src/models/encoder-config";
import { writeEncoder } from "../../src/models/encoder-write";
import { WeightFiles, writeSafetensors } from "../../src/models/safetensors";
import { REFERENCE_MODELS, referenceModel } from "./reference-models";

const ORACLES = path.join(__dirname, "../fixtures/oracles/models");
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "config-"));
afterAll(() => fs.rmSync(scratch, { recursive: true }));

const json = (model: string, file = "config.json") =>
  JSON.parse(fs.readFileSync(path.join(referenceModel(model), file), "utf8"));

function folderWith(config: unknown, generation?: unknown): string {
  const folder = fs.mkdtempSync(path.join(scratch, "model-"));
  fs.writeFileSync(path.join(folder, "config.json"), JSON.stringify(config));
  if (generation) fs.writeFileSync(path.join(folder, "generation_config.json"), JSON.stringify(generation));
  return folder;
}

describe.each(REFERENCE_MODELS)("%s", (model) => {
  const folder = referenceModel(model);
  const config = readDecoderConfig(folder);

  it("means the same in both config styles and after being written", () => {
    expect(readDecoderConfig(folder, "config.alt.json")).toEqual(config);
    const copy = path.join(scratch, model);
    writeDecoderConfig(copy, config);
    expect(readDecoderConfig(copy)).toEqual(config);
  });

  it("is written with floats where transformers wants floats", () => {
    const copy = path.join(scratch, `${model}-floats`);
    writeDecoderConfig(copy, config);
    const [ours, theirs] = [path.join(copy, "config.json"), path.join(folder, "config.json")].map((file) =>
      fs.readFileSync(file, "utf8"),
    );
    // transformers 5 refuses 8 where a float is declared: a number must have a point where the reference file has one.
    for (const [, field] of theirs!.matchAll(/"(\w+)": \d+\.\d/g)) {
      if (ours!.includes(`"${field}"`)) expect(ours).toMatch(new RegExp(`"${field}": (\\d+\\.\\d|\\d+e-)`));
    }
    expect(ours).toMatch(/"rope_theta": \d+\.0/);
    expect(ours).toMatch(/"hidden_size": \d+,/);
  });

  it("implies exactly the tensors of its files", () => {
    const files = WeightFiles.open(folder);
    expect([...tensorShapes(config).keys()].sort()).toEqual(files.names());
    checkTensors(files, config);
    files.close();
  });

  it.each([
    "vocab_size",
    "hidden_size",
    "intermediate_size",
    "num_hidden_layers",
    "num_attention_heads",
    "rms_norm_eps",
    "max_position_embeddings",
    "hidden_act",
    "hidden_activation",
    "query_pre_attn_scalar",
    "sliding_window",
    "attn_logit_softcapping",
    "final_logit_softcapping",
    "rope_theta",
    "model_type",
    "rope_parameters",
  ])("needs %s where it changes the arithmetic", (field) => {
    for (const style of ["config.json", "config.alt.json"]) {
      const { [field]: value, ...rest } = json(model, style);
      if (value === undefined || value === null) continue;
      // Gemma-2 has the activation under two names.
      if (field.startsWith("hidden_act") && (rest.hidden_act || rest.hidden_activation)) continue;
      const named = field === "rope_parameters" ? "rope_theta" : field;
      const place = folderWith(rest);
      expect(() => readDecoderConfig(place)).toThrow(`field "${named}": expected`);
      expect(() => readDecoderConfig(place)).toThrow("found nothing");
    }
  });
});

describe("a field that is wrong or not known is an error that names it", () => {
  it.each([
    [
      "gemma2",
      { model_type: "gemma4" },
      `field "model_type": expected gemma2, gemma3_text, gemma3, qwen3, llama, found "gemma4"`,
    ],
    ["gemma2", { attention_bias: true }, 'field "attention_bias": expected false, found true'],
    [
      "gemma2",
      { hidden_activation: "gelu" },
      'field "hidden_activation": expected "gelu_pytorch_tanh", found "gelu"',
    ],
    [
      "gemma2",
      { num_key_value_heads: 3 },
      'field "num_key_value_heads": expected a divisor of num_attention_heads 4, found 3',
    ],
    ["gemma2", { head_dim: 15 }, 'field "head_dim": expected an even number'],
    ["gemma2", { hidden_size: "48" }, 'field "hidden_size": expected a whole number above 0, found "48"'],
    [
      "gemma2",
      { rope_scaling: { rope_type: "linear", factor: 2 } },
      'field "rope_scaling.rope_type": expected "default", found "linear"',
    ],
    ["gemma2", { layer_types: ["full_attention"] }, 'field "layer_types": expected 4 times'],
    ["gemma2", { attention_multiplier: 2 }, 'unknown field "attention_multiplier"'],
    ["gemma2", { use_something_new: false }, 'unknown field "use_something_new"'],
    ["gemma2", { pruned_heads: { "0": [1] } }, 'unknown field "pruned_heads"'],
    ["gemma2", { token_ids_offset: 3 }, 'unknown field "token_ids_offset"'],
    ["gemma2", { quantization_config: { bits: 4 } }, 'field "quantization_config"'],
    ["gemma2", { use_bidirectional_attention: true }, 'field "use_bidirectional_attention"'],
    ["gemma2", { tie_word_embeddings: 1 }, 'field "tie_word_embeddings": expected true or false, found 1'],
    [
      "qwen3",
      { rope_theta: 10000 },
      'field "rope_theta": expected 1000000 as in rope_parameters, found 10000',
    ],
    [
      "qwen3",
      { use_sliding_window: true },
      'field "sliding_window": expected a whole number above 0, found null',
    ],
    ["qwen3", { hidden_act: "gelu" }, 'field "hidden_act": expected "silu", found "gelu"'],
    ["llama32", { mlp_bias: true }, 'field "mlp_bias"'],
    ["llama32", { pretraining_tp: 2 }, 'field "pretraining_tp": expected 1, found 2'],
    [
      "llama32",
      { rope_scaling: { rope_type: "yarn", factor: 8 } },
      'field "rope_scaling.rope_type": expected "default" or "llama3" or "longrope", found "yarn"',
    ],
    [
      "llama32",
      { rope_scaling: { rope_type: "llama3", factor: 8 } },
      'field "rope_scaling.low_freq_factor": expected',
    ],
    [
      "llama32",
      { eos_token_id: [136, 320] },
      'field "eos_token_id": expected token ids below vocab_size 320, found [136,320]',
    ],
    [
      "solar",
      { num_attention_heads: 7, num_key_value_heads: 7 },
      'field "num_attention_heads": expected a divisor of hidden_size 48, found 7',
    ],
    [
      "solar",
      { rope_scaling: { rope_type: "default", attention_factor: 2 } },
      'unknown field "rope_scaling.attention_factor"',
    ],
  ])("%s %j", (model, change, message) => {
    const folder = folderWith({ ...json(model), ...change });
    expect(() => readDecoderConfig(folder)).toThrow(message);
    expect(() => readDecoderConfig(folder)).toThrow(path.join(folder, "config.json"));
  });

  it("in a file that is no JSON object, or not there", () => {
    expect(() => readDecoderConfig(folderWith([]))).toThrow("expected a JSON object");
    expect(() => readDecoderConfig(scratch)).toThrow("is not there");
  });

  it("in encoders too", () => {
    const bert = json("encoders/bert");
    const change = (values: object) => () => readEncoderConfig(folderWith({ ...bert, ...values }));
    expect(change({ hidden_act: "gelu_new" })).toThrow(
      'field "hidden_act": expected "gelu", found "gelu_new"',
    );
    expect(change({ position_embedding_type: "relative_key" })).toThrow('field "position_embedding_type"');
    expect(change({ model_type: "albert" })).toThrow(
      'field "model_type": expected bert, roberta, xlm-roberta',
    );
    expect(change({ num_attention_heads: 5 })).toThrow("a divisor of hidden_size 32");
    expect(change({ embedding_size: 8 })).toThrow('unknown field "embedding_size"');
    expect(change({ layer_norm_eps: undefined })).toThrow('field "layer_norm_eps"');
  });
});

describe("reading", () => {
  it("takes the end of turn from generation_config.json", () => {
    const folder = folderWith(json("gemma2"), { eos_token_id: [140, 107], pad_token_id: 0 });
    expect(readDecoderConfig(folder).eosTokenIds).toEqual([140, 107]);
    expect(readDecoderConfig(folderWith(json("llama32"))).eosTokenIds).toEqual([136, 267]);
  });

  it("takes the attention scale from query_pre_attn_scalar, not from the head's width", () => {
    expect(readDecoderConfig(path.join(ORACLES, "gemma2")).attentionScale).toBeCloseTo(1 / Math.sqrt(24), 15);
    const folder = folderWith({ ...json("gemma2"), query_pre_attn_scalar: 144 });
    expect(readDecoderConfig(folder).attentionScale).toBeCloseTo(1 / 12, 15);
  });

  it("accepts the fields that the published models carry beyond those of the reference models", () => {
    const published: [string, object][] = [
      ["gemma2", { sliding_window_size: 6 }],
      ["qwen3", { _name_or_path: "somewhere", rope_theta: 1000000 }],
      [
        "llama32",
        { _name_or_path: "somewhere", pad_token_id: 4, unsloth_fixed: true, unsloth_version: "2024.9" },
      ],
      ["solar", { use_cache: false, _name_or_path: "somewhere" }],
    ];
    for (const [model, more] of published) readDecoderConfig(folderWith({ ...json(model), ...more }));
    const encoders: [string, object][] = [
      ["bert", { directionality: "bidi", pooler_fc_size: 768, pooler_type: "first_token_transform" }],
      ["xlmr", { output_past: true, position_embedding_type: "absolute" }],
      ["roberta", { gradient_checkpointing: false, tokenizer_class: "BertTokenizer" }],
    ];
    for (const [model, more] of encoders)
      readEncoderConfig(folderWith({ ...json(`encoders/${model}`), ...more }));
  });

  it.each([
    ["private fields", { _commit_hash: "0123", _some_private_thing: 7 }],
    ["ids of tokens", { mask_token_id: 5, image_token_id: 9, some_token_ids: [1, 2], token_id: 3 }],
    ["what is empty", { pruned_heads: {}, bad_words_ids: null, some_list: [], quantization_config: {} }],
    ["settings of generation", { do_sample: false, num_beams: 1, temperature: 0.7, max_length: 20 }],
  ])("accepts %s, which enter no forward pass", (_, more) => {
    for (const model of REFERENCE_MODELS) {
      const read = readDecoderConfig(folderWith({ ...json(model), ...more }));
      expect(read).toEqual(readDecoderConfig(folderWith(json(model))));
    }
    readEncoderConfig(folderWith({ ...json("encoders/bert"), ...more }));
  });

  it("knows the upper layers of a Qwen3 with a window", () => {
    const { layer_types: _, ...config } = json("qwen3");
    const windowed = { ...config, use_sliding_window: true, sliding_window: 5, max_window_layers: 2 };
    const read = readDecoderConfig(folderWith(windowed));
    expect(read.slidingWindow).toBe(5);
    expect(read.slidingLayers).toEqual([false, false, true]);
    const copy = path.join(scratch, "windowed");
    writeDecoderConfig(copy, read);
    expect(readDecoderConfig(copy)).toEqual(read);
  });

  it("lets an encoder be written and read again", () => {
    const source = path.join(ORACLES, "encoders/roberta");
    const config = readEncoderConfig(source);
    const files = WeightFiles.open(source);
    const copy = path.join(scratch, "roberta");
    writeEncoder(copy, config, (name) => files.float32(name));
    expect(readEncoderConfig(copy)).toEqual(config);
    const again = WeightFiles.open(copy);
    expect(again.names()).toEqual(files.names().filter((name) => !name.startsWith("pooler")));
    for (const name of again.names()) expect(again.bytes(name)).toEqual(files.bytes(name));
    files.close();
    again.close();
  });
});

describe("checkTensors", () => {
  const config = readDecoderConfig(path.join(ORACLES, "gemma2"));
  const source = WeightFiles.open(path.join(ORACLES, "gemma2"));
  afterAll(() => source.close());

  function altered(change: (tensors: { name: string; shape: number[] }[]) => void): WeightFiles {
    const tensors = source.names().map((name) => ({ ...source.info(name), name }));
    change(tensors);
    const file = path.join(fs.mkdtempSync(path.join(scratch, "tensors-")), "model.safetensors");
    const size = (shape: number[]) => shape.reduce((a, b) => a * b, 1);
    writeSafetensors(
      file,
      tensors.map(({ name, dtype, shape }) => ({ name, dtype, shape, data: new Float32Array(size(shape)) })),
    );
    return WeightFiles.open(file);
  }

  it("names what is missing, extra or of another shape", () => {
    const files = altered((tensors) => {
      tensors.splice(
        tensors.findIndex(({ name }) => name === "model.norm.weight"),
        1,
      );
      tensors.push({ ...tensors[0]!, name: "model.layers.4.mlp.up_proj.weight" });
      tensors.find(({ name }) => name === "model.layers.1.mlp.up_proj.weight")!.shape = [48, 80];
    });
    for (const message of [
      "missing model.norm.weight [48]",
      "unexpected model.layers.4.mlp.up_proj.weight",
      "model.layers.1.mlp.up_proj.weight: expected shape [80, 48], found [48, 80]",
    ]) {
      expect(() => checkTensors(files, config)).toThrow(message);
    }
    files.close();
  });

  it("lets a stored copy of the tied head and rotary buffers pass, and nothing else of the kind", () => {
    const head = (tensors: { name: string; shape: number[] }[]) => {
      tensors.push({ ...tensors[0]!, name: "lm_head.weight" });
      tensors.push({ ...tensors[0]!, name: "model.layers.0.self_attn.rotary_emb.inv_freq" });
    };
    const files = altered(head);
    checkTensors(files, config);
    expect(() => checkTensors(files, { ...config, numHiddenLayers: 5 })).toThrow("missing model.layers.4");
    files.close();
    expect(() => checkTensors(source, { ...config, tieWordEmbeddings: false })).toThrow(
      "missing lm_head.weight [256, 48]",
    );
  });
});
