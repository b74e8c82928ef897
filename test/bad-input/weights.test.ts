// Bad model files: safetensors, configurations, adapters, checkpoints and logit caches; nothing reaches the engine's C++.
import * as fs from "node:fs";
import * as path from "node:path";
import { readAdapter } from "../../src/adapters/peft-files";
import { LogitCache, LogitCacheWriter } from "../../src/distillation/cache";
import { frameRow } from "../../src/distillation/cache-files";
import { tf, type Variable } from "../../src/engine/tf";
import { readDecoderConfig } from "../../src/models/config";
import { readEncoderConfig } from "../../src/models/encoder-config";
import { loadDecoder } from "../../src/models/load";
import { WeightFiles, writeSafetensors } from "../../src/models/safetensors";
import { AdamW } from "../../src/training/adamw";
import { restoreCheckpoint, saveCheckpoint } from "../../src/training/checkpoint";
import { RunLog } from "../../src/training/run-log";
import { file, type Refusal, refuses } from "./refusal";

const ORACLES = path.join(__dirname, "../fixtures/oracles/models");

/** A safetensors file of this header and data. */
function safetensors(header: unknown, data: number | Uint8Array = 8): Uint8Array {
  const text = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, typeof data === "number" ? Buffer.alloc(data) : data]);
}
const tensor = (changes: object = {}) => ({
  a: { dtype: "F32", shape: [2], data_offsets: [0, 8], ...changes },
});
const weights = (name: string, content: Uint8Array, says: Refusal["says"]): Refusal => ({
  name,
  prepare: file("w.safetensors", content),
  act: (folder) => WeightFiles.open(path.join(folder, "w.safetensors")).close(),
  error: "SafetensorsError",
  says: ["$/w.safetensors", ...says],
});

refuses("safetensors", [
  weights("empty", new Uint8Array(0), ["expected a safetensors file", "0 bytes"]),
  weights("seven bytes", new Uint8Array(7), ["expected a safetensors file", "7 bytes"]),
  weights("a header past the end", Buffer.from([255, 0, 0, 0, 0, 0, 0, 0, 123]), [
    "claims 255 bytes",
    "the file has 9",
  ]),
  weights("a header of 2^63 bytes", Buffer.from([0, 0, 0, 0, 0, 0, 0, 128]), ["claims 9223372036854775808"]),
  weights("no object", safetensors("[1]"), ['starts with "{"']),
  weights("broken JSON", safetensors('{"a": '), ["(header)", "expected JSON"]),
  weights("bytes that are no text", Buffer.from([2, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0xff]), ["UTF-8"]),
  weights("a name twice", safetensors('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{}}'), [
    '"a" stands twice',
  ]),
  weights("a tensor that is a number", safetensors({ a: 1 }), ['tensor "a"', "expected dtype, shape"]),
  weights("a tensor that is null", safetensors({ a: null }), ['tensor "a"', "expected dtype, shape"]),
  weights("an unknown field", safetensors(tensor({ more: 1 })), ['tensor "a"', 'field "more"']),
  weights("an unknown dtype", safetensors(tensor({ dtype: "F7" })), [
    'tensor "a"',
    "expected a dtype of",
    "F7",
  ]),
  weights("a dtype named like a method", safetensors(tensor({ dtype: "toString" })), ["expected a dtype of"]),
  weights("no shape", safetensors(tensor({ shape: undefined })), ["expected a shape"]),
  weights("a negative size", safetensors(tensor({ shape: [-2] })), ["expected a shape", "[-2]"]),
  weights("a size that is no whole number", safetensors(tensor({ shape: [1.5] })), [
    "expected a shape",
    "[1.5]",
  ]),
  weights("17 dimensions", safetensors(tensor({ shape: Array(17).fill(1) })), ["at most 16 sizes"]),
  weights("a size beyond 2^53", safetensors(tensor({ shape: [2 ** 40, 2 ** 40] })), ["too large"]),
  weights("a shape that does not fit", safetensors(tensor({ shape: [3] })), [
    "F32 [3] takes 12 bytes",
    "gives it 8",
  ]),
  weights("offsets turned round", safetensors(tensor({ data_offsets: [8, 0] })), [
    "bytes 8 to 0 lie outside",
  ]),
  weights("offsets past the end", safetensors(tensor({ data_offsets: [0, 80], shape: [20] })), [
    "lie outside the 8 bytes",
  ]),
  weights("three offsets", safetensors(tensor({ data_offsets: [0, 4, 8] })), ["data_offsets [begin, end]"]),
  weights("a gap", safetensors(tensor({ data_offsets: [8, 16] }), 16), ['tensor "a"', "gap", "expected"]),
  weights("an overlap", safetensors({ ...tensor(), b: tensor().a }, 8), ['tensor "b"', "overlaps"]),
  weights("bytes at the end", safetensors(tensor(), 12), ["4 bytes after the last tensor"]),
  weights("cut off", safetensors(tensor(), 4), ["lie outside the 4 bytes"]),
  weights("metadata that is a list", safetensors({ __metadata__: [], ...tensor() }), [
    "__metadata__",
    "object",
  ]),
  weights("metadata with a number", safetensors({ __metadata__: { a: 1 }, ...tensor() }), [
    '__metadata__ "a"',
    "text",
  ]),
  weights("a pickle", Buffer.from("\x80\x02}q\x00(X\x05\x00\x00\x00modelq\x01", "latin1"), ["claims"]),
  {
    name: "a folder without weights",
    act: (folder) => WeightFiles.open(folder),
    error: "SafetensorsError",
    says: ["$", "expected model.safetensors or", "found neither"],
  },
  {
    name: "no file",
    act: (folder) => WeightFiles.open(path.join(folder, "none")),
    error: "SafetensorsError",
    says: ["$/none", "no such file"],
  },
  ...(
    [
      ["an index that is a list", "[]", ["weight_map"]],
      ["an index without a map", "{}", ["weight_map"]],
      [
        "a shard outside the folder",
        '{"weight_map": {"a": "../x.safetensors"}}',
        ['"a"', "beside the index", "../x"],
      ],
      ["an absolute shard", '{"weight_map": {"a": "/etc/passwd"}}', ['"a"', "beside the index"]],
      ["a shard that is a number", '{"weight_map": {"a": 1}}', ['"a"', "beside the index"]],
      ["a shard that is not there", '{"weight_map": {"a": "m.safetensors"}}', ["not there: m.safetensors"]],
    ] as const
  ).map(
    ([name, index, says]): Refusal => ({
      name,
      prepare: file("model.safetensors.index.json", index),
      act: (folder) => WeightFiles.open(folder),
      error: "SafetensorsError",
      says: ["$/model.safetensors.index.json", ...says],
    }),
  ),
]);

const config = (model: string, name: string, changes: object | string, says: Refusal["says"]): Refusal => ({
  name: `${model}: ${name}`,
  prepare(folder) {
    const read = JSON.parse(fs.readFileSync(path.join(ORACLES, model, "config.json"), "utf8"));
    file(
      "config.json",
      typeof changes === "string" ? changes : JSON.stringify({ ...read, ...changes }),
    )(folder);
  },
  act: (folder) => (model.startsWith("encoders") ? readEncoderConfig(folder) : readDecoderConfig(folder)),
  error: "ConfigError",
  says: ["$/config.json", ...says],
});
const sizes = ["vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads"];

refuses("configurations", [
  config("gemma2", "not JSON", "{", ["expected JSON"]),
  config("gemma2", "a list", "[]", ["a JSON object"]),
  config("gemma2", "null", "null", ["a JSON object"]),
  config("gemma2", "no model_type", { model_type: undefined }, [
    "model_type",
    "gemma2, gemma3_text, gemma3, qwen3, llama",
  ]),
  config("gemma2", "another family", { model_type: "mamba" }, [
    "model_type",
    "gemma2, gemma3_text, gemma3, qwen3, llama",
    "mamba",
  ]),
  ...sizes.map((field) =>
    config("gemma2", `${field} is 0`, { [field]: 0 }, [`"${field}"`, "above 0", "found 0"]),
  ),
  ...sizes.map((field) =>
    config("qwen3", `${field} is a text`, { [field]: "8" }, [`"${field}"`, "above 0", '"8"']),
  ),
  ...sizes.map((field) =>
    config("solar", `${field} is enormous`, { [field]: 9e15 }, [
      `"${field}"`,
      "a whole number of at most",
      "9000000000000000",
    ]),
  ),
  config("llama32", "a size that is no whole number", { hidden_size: 12.5 }, ["hidden_size", "whole number"]),
  config("llama32", "heads that do not divide", { num_key_value_heads: 3 }, [
    "num_key_value_heads",
    "a divisor of",
  ]),
  config("qwen3", "an odd head_dim", { head_dim: 7 }, ["head_dim", "even"]),
  config("qwen3", "another activation", { hidden_act: "relu" }, ["hidden_act", '"silu"', "relu"]),
  config("qwen3", "a bias", { attention_bias: true }, ["attention_bias", "false", "true"]),
  config("qwen3", "a quantised file", { quantization_config: { bits: 4 } }, ["quantization_config", "null"]),
  config("gemma2", "an unknown field", { rope_trick: 2 }, [
    '"rope_trick"',
    "may change what the model computes",
  ]),
  config("gemma2", "epsilon 0", { rms_norm_eps: 0 }, ["rms_norm_eps", "above 0"]),
  config("gemma2", "a soft cap below 0", { attn_logit_softcapping: -1 }, [
    "attn_logit_softcapping",
    "above 0",
  ]),
  config("gemma2", "an end of turn beyond the vocabulary", { eos_token_id: 9e9 }, [
    "eos_token_id",
    "below vocab_size",
  ]),
  config("gemma2", "layer types too few", { layer_types: ["full_attention"] }, ["layer_types", "times"]),
  config("llama32", "an unknown rope", { rope_scaling: { rope_type: "yarn" } }, [
    "rope_type",
    "llama3",
    "yarn",
  ]),
  config("encoders/bert", "no model_type", { model_type: 3 }, ["model_type", "bert"]),
  config("encoders/bert", "heads that do not divide", { num_attention_heads: 5 }, [
    "num_attention_heads",
    "a divisor of",
  ]),
  config("encoders/bert", "another activation", { hidden_act: "relu" }, ["hidden_act", '"gelu"']),
  config("encoders/xlmr", "enormous", { num_hidden_layers: 1e9 }, ["num_hidden_layers", "at most 1000"]),
  config("encoders/xlmr", "no padding", { pad_token_id: null }, ["pad_token_id", "a token id"]),
  config("gemma2", "a name twice", '{\n"model_type": "gemma2",\n"model_type": "qwen3"}', [
    'line 3: the name "model_type" stands twice',
  ]),
  {
    name: "no config.json",
    act: (folder) => readDecoderConfig(folder),
    error: "ConfigError",
    says: ["$/config.json", "not there"],
  },
  {
    name: "weights of another model",
    prepare(folder) {
      fs.copyFileSync(path.join(ORACLES, "qwen3/config.json"), path.join(folder, "config.json"));
      fs.copyFileSync(path.join(ORACLES, "gemma2/model.safetensors"), path.join(folder, "model.safetensors"));
    },
    act: (folder) => loadDecoder(folder),
    error: "ConfigError",
    says: ["$", "the tensors do not fit config.json (qwen3)", "expected shape"],
  },
  {
    name: "weights that are whole numbers",
    prepare(folder) {
      fs.copyFileSync(path.join(ORACLES, "gemma2/config.json"), path.join(folder, "config.json"));
      file(
        "model.safetensors",
        safetensors({ "model.norm.weight": { dtype: "I64", shape: [1], data_offsets: [0, 8] } }),
      )(folder);
    },
    act: (folder) => loadDecoder(folder),
    error: "ConfigError",
    says: ["$", "do not fit config.json", "missing model.embed_tokens.weight"],
  },
]);

const ADAPTER = path.join(ORACLES, "gemma2/adapters/plain");
const adapter = (
  name: string,
  changes: object | string,
  error: string,
  says: Refusal["says"],
  bytes?: Uint8Array,
): Refusal => ({
  name,
  prepare(folder) {
    const read = JSON.parse(fs.readFileSync(path.join(ADAPTER, "adapter_config.json"), "utf8"));
    file(
      "adapter_config.json",
      typeof changes === "string" ? changes : JSON.stringify({ ...read, ...changes }),
    )(folder);
    file(
      "adapter_model.safetensors",
      bytes ?? fs.readFileSync(path.join(ADAPTER, "adapter_model.safetensors")),
    )(folder);
  },
  act: (folder) => readAdapter(folder),
  error,
  says,
});
const inConfig = (name: string, changes: object | string, says: Refusal["says"]) =>
  adapter(name, changes, "ConfigError", ["$/adapter_config.json", ...says]);
const pair = (a: number[], b: number[]) => {
  const size = (shape: number[]) => shape.reduce((n, d) => n * d, 4);
  const name = "base_model.model.model.layers.0.self_attn.q_proj.lora_";
  return safetensors(
    {
      [`${name}A.weight`]: { dtype: "F32", shape: a, data_offsets: [0, size(a)] },
      [`${name}B.weight`]: { dtype: "F32", shape: b, data_offsets: [size(a), size(a) + size(b)] },
    },
    size(a) + size(b),
  );
};

refuses("adapters", [
  inConfig("a name twice", '{"r": 8,\n"r": 16}', ['line 2: the name "r" stands twice']),
  inConfig("rank 0", { r: 0 }, ['"r"', "above 0"]),
  inConfig("a rank that is a text", { r: "8" }, ['"r"', "above 0", '"8"']),
  inConfig("no alpha", { lora_alpha: undefined }, ["lora_alpha", "above 0"]),
  inConfig("no targets", { target_modules: [] }, ["target_modules", "a list of module names"]),
  inConfig("targets as a text", { target_modules: "q_proj" }, ["target_modules", "a list of module names"]),
  inConfig("another method", { peft_type: "IA3" }, ["peft_type", "LORA", "IA3"]),
  inConfig("another task", { task_type: "SEQ_CLS" }, ["task_type", "CAUSAL_LM"]),
  inConfig("a bias", { bias: "all" }, ["bias", "none", "all"]),
  inConfig("more modules", { modules_to_save: ["lm_head"] }, ["modules_to_save", "null"]),
  inConfig("an unknown field", { quantum: 1 }, ['"quantum"', "may change"]),
  inConfig("a pattern that is no expression", { rank_pattern: { "(": 4 } }, [
    "rank_pattern",
    "regular expression",
  ]),
  inConfig("a pattern's rank 0", { rank_pattern: { q_proj: 0 } }, ["rank_pattern.q_proj", "above 0"]),
  inConfig("rsLoRA as a text", { use_rslora: "yes" }, ["use_rslora", "true or false", "yes"]),
  adapter("another rank than stored", { r: 3 }, "ConfigError", [
    "$/adapter_model.safetensors",
    "rank",
    "expected 3",
  ]),
  adapter("a target without tensors", { target_modules: ["q_proj", "x_proj"] }, "ConfigError", [
    "adapter_model.safetensors",
    "target",
  ]),
  adapter("DoRA without magnitudes", { use_dora: true }, "ConfigError", [
    "adapter_model.safetensors",
    "magnitude vector",
  ]),
  adapter(
    "A and B of different ranks",
    {},
    "ConfigError",
    ["$/adapter_model.safetensors", "expected A [rank, in] and B [out, rank]"],
    pair([4, 8], [8, 2]),
  ),
  adapter(
    "A with three dimensions",
    {},
    "ConfigError",
    ["$/adapter_model.safetensors", "expected A [rank, in]"],
    pair([4, 8, 1], [8, 4]),
  ),
  adapter(
    "A of no rows",
    {},
    "ConfigError",
    ["$/adapter_model.safetensors", "expected A [rank, in]"],
    pair([0, 8], [8, 0]),
  ),
  adapter(
    "other tensors",
    {},
    "ConfigError",
    ["$/adapter_model.safetensors", 'unexpected tensor "a"'],
    safetensors(tensor()),
  ),
  adapter("damaged weights", {}, "SafetensorsError", ["$/adapter_model.safetensors"], new Uint8Array(9)),
]);

/** A checkpoint of one parameter, changed. */
const checkpoint = (
  name: string,
  change: (file: string) => void,
  error: string,
  says: Refusal["says"],
): Refusal => {
  const trainingState = () => {
    const parameter = tf.variable(tf.tensor2d([[1, 2]])) as Variable;
    const optimizer = new AdamW(["w"], [parameter]);
    return { names: ["w"], parameters: [parameter], optimizer };
  };
  const write = (folder: string) => {
    const one = trainingState();
    saveCheckpoint(path.join(folder, "c.safetensors"), one, 3, "s");
    one.optimizer.dispose();
    one.parameters[0]!.dispose();
    change(path.join(folder, "c.safetensors"));
  };
  return {
    name,
    prepare: write,
    act(folder) {
      const one = trainingState();
      let refusal: unknown;
      try {
        restoreCheckpoint(path.join(folder, "c.safetensors"), one, "s");
      } catch (error) {
        refusal = error;
      }
      const kept = [...one.parameters[0]!.dataSync()].join();
      one.optimizer.dispose();
      one.parameters[0]!.dispose();
      if (kept !== "1,2") throw new Error(`a refused checkpoint changed the parameters to ${kept}`);
      throw refusal;
    },
    error,
    says: ["$/c.safetensors", ...says],
  };
};
const rewritten = (tensors: [string, number[]][], metadata: Record<string, string>) => (at: string) =>
  writeSafetensors(
    at,
    tensors.map(([name, shape]) => ({
      name,
      dtype: "F32",
      shape,
      data: new Float32Array(shape.reduce((n, d) => n * d, 1)).fill(9),
    })),
    metadata,
  );
const STATE: [string, number[]][] = [
  ["parameter.w", [1, 2]],
  ["adamw.first", [2]],
  ["adamw.second", [2]],
];

refuses("checkpoints", [
  checkpoint("of other settings", rewritten(STATE, { step: "3", settings: "t" }), "CheckpointError", [
    "settings t",
    "this run has s",
    "Delete",
  ]),
  checkpoint("without settings", rewritten(STATE, { step: "3" }), "CheckpointError", ["this run has s"]),
  checkpoint("without a step", rewritten(STATE, { settings: "s" }), "CheckpointError", ["steps done", '""']),
  ...["-1", "1.5", "NaN", "1e9", "99999999999999999999", "three"].map((step) =>
    checkpoint(`step ${step}`, rewritten(STATE, { step, settings: "s" }), "CheckpointError", [
      "steps done",
      `"${step}"`,
    ]),
  ),
  checkpoint(
    "without a parameter",
    rewritten(STATE.slice(1), { step: "3", settings: "s" }),
    "CheckpointError",
    ['"parameter.w"', "expected F32 [1, 2], found none"],
  ),
  checkpoint(
    "a parameter of another shape",
    rewritten([["parameter.w", [2, 1]], ...STATE.slice(1)], { step: "3", settings: "s" }),
    "CheckpointError",
    ['"parameter.w"', "expected F32 [1, 2], found F32 [2, 1]"],
  ),
  checkpoint(
    "without the optimizer",
    rewritten(STATE.slice(0, 1), { step: "3", settings: "s" }),
    "CheckpointError",
    ['"adamw.first"', "found none"],
  ),
  checkpoint(
    "an optimizer of another size",
    rewritten([...STATE.slice(0, 2), ["adamw.second", [3]]], { step: "3", settings: "s" }),
    "CheckpointError",
    ['"adamw.second"', "expected F32 [2], found F32 [3]"],
  ),
  checkpoint("cut off", (at) => fs.truncateSync(at, fs.statSync(at).size - 4), "SafetensorsError", [
    "lie outside",
  ]),
  checkpoint("empty", (at) => fs.truncateSync(at, 0), "SafetensorsError", ["0 bytes"]),
  ...["", '{"step":0}\n{"ste', '{"step":0}\n\n'].map(
    (log): Refusal => ({
      name: `a log with ${log.split("\n").length - 1} whole lines where two are needed`,
      prepare: file("log.jsonl", log),
      act: (folder) => new RunLog(folder, 2),
      error: "CheckpointError",
      says: [/log\.jsonl:[12]: expected the record of step [01]/, "Delete"],
    }),
  ),
]);

const HEADER = {
  source: "gold" as const,
  vocabSize: 100,
  topK: 4,
  tokenizerHash: "t",
  templateHash: "c",
  teacherHash: "w",
  dataHash: "d",
  settingsHash: "s",
};
const cacheFiles = (folder: string, header: object | string, shard?: Uint8Array) => {
  LogitCacheWriter.open(path.join(folder, "cache"), HEADER).close();
  const stored = JSON.parse(fs.readFileSync(path.join(folder, "cache/header.json"), "utf8"));
  file(
    "cache/header.json",
    typeof header === "string" ? header : JSON.stringify({ ...stored, ...header }),
  )(folder);
  if (shard) file("cache/rows-00000.bin", shard)(folder);
};
const header = (name: string, changes: object | string, error: string, says: Refusal["says"]): Refusal => ({
  name,
  prepare: (folder) => cacheFiles(folder, changes),
  act: (folder) => LogitCache.open(path.join(folder, "cache"), HEADER),
  error,
  says: ["$/cache/header.json", ...says],
});
const shard = (name: string, bytes: Uint8Array, says: Refusal["says"]): Refusal => ({
  name,
  prepare: (folder) => cacheFiles(folder, {}, bytes),
  act(folder) {
    const cache = LogitCache.open(path.join(folder, "cache"));
    try {
      for (const id of cache.ids()) cache.row(id);
    } finally {
      cache.close();
    }
  },
  error: "CacheError",
  says: ["$/cache/rows-00000.bin", ...says],
});
/** A row whose checksum is right and whose content is not. */
const forged = (tokens: number, payload: Uint8Array) => frameRow("x", tokens, payload);

refuses("logit caches", [
  header("header: not JSON", "{", "CacheError", ["expected JSON", "Capture"]),
  header("header: a list", "[]", "CacheError", ["a JSON object"]),
  header("header: null", "null", "CacheError", ["a JSON object"]),
  header("header: another format", { formatVersion: 99 }, "CacheMismatchError", [
    "formatVersion",
    "99",
    "reads",
  ]),
  ...["tokenizerHash", "templateHash", "teacherHash", "dataHash", "settingsHash"].flatMap((field) => [
    header(`header: another ${field}`, { [field]: "other" }, "CacheMismatchError", [
      field,
      '"other"',
      "this run needs",
    ]),
    header(`header: ${field} is a number`, { [field]: 5 }, "CacheError", [field, "a text", "found 5"]),
  ]),
  header("header: another source", { source: "dreamt" }, "CacheError", [
    "source",
    '"gold" or "generated"',
    "dreamt",
  ]),
  header("header: topK 0", { topK: 0 }, "CacheError", ["topK", "from 1 to 1023", "found 0"]),
  header("header: topK enormous", { topK: 1e12 }, "CacheError", ["topK", "from 1 to 1023"]),
  header("header: topK a text", { topK: "4" }, "CacheError", ["topK", "from 1 to 1023", '"4"']),
  header("header: vocabSize enormous", { vocabSize: 1e12 }, "CacheError", ["vocabSize", "from 1 to 1048576"]),
  header("header: another vocabSize", { vocabSize: 101 }, "CacheMismatchError", ["vocabSize", "101", "100"]),
  header("header: samples below 0", { samples: -1 }, "CacheError", ["samples", "from 0 to 1023"]),
  {
    name: "no header",
    prepare: file("cache/x", ""),
    act: (folder) => LogitCache.open(path.join(folder, "cache")),
    error: "CacheError",
    says: ["$/cache", "no header.json"],
  },
  shard("shard: other bytes", Buffer.alloc(64, 7), ["byte 0", "checksum"]),
  shard(
    "shard: a changed byte",
    (() => {
      const frame = forged(0, new Uint8Array(4));
      frame[frame.length - 1]! ^= 1;
      return frame;
    })(),
    ["byte 0", "checksum"],
  ),
  shard("shard: more tokens than bytes", forged(4_000_000_000, new Uint8Array(16)), [
    "item x",
    "byte 0",
    "expected at least",
  ]),
  shard("shard: all ones", forged(1, new Uint8Array(200).fill(255)), [
    "item x",
    "byte 0",
    "token ids from 0 to 99",
  ]),
  shard("shard: too short", forged(1, new Uint8Array(40).fill(0xfe)), ["item x", "byte 0"]),
]);
