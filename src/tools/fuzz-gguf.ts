// A small GGUF model for the fuzz test, and the same with values changed in a container that is sound.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { TENSOR_TYPES, type TensorTypeName, typeOfName } from "../base/gguf/tensor-types";
import { type NewGgufTensor, type NewValue, writeGguf } from "../base/gguf/write";
import type { Random } from "../base/random";

interface Model {
  metadata: Record<string, NewValue>;
  tensors: NewGgufTensor[];
}

const PIECES = ["<unk>", "<s>", "</s>", "▁", "가", "나", "다", "가나", "나다", "가나다", "a", "b", "ab"];

/** A llama of one layer with a vocabulary of pieces. */
export function smallGguf(): Model {
  const float = (name: string, shape: number[]): NewGgufTensor => {
    const size = shape.reduce((a, b) => a * b, 1);
    return { name, type: "F32", shape, data: new Uint8Array(new Float32Array(size).fill(0.5).buffer) };
  };
  const layer = { attn_q: 8, attn_k: 4, attn_v: 4, attn_output: 8, ffn_gate: 16, ffn_up: 16 };
  return {
    metadata: {
      "general.architecture": { string: "llama" },
      "llama.context_length": { uint32: 64 },
      "llama.embedding_length": { uint32: 8 },
      "llama.block_count": { uint32: 1 },
      "llama.feed_forward_length": { uint32: 16 },
      "llama.attention.head_count": { uint32: 2 },
      "llama.attention.head_count_kv": { uint32: 1 },
      "llama.attention.layer_norm_rms_epsilon": { float32: 1e-5 },
      "tokenizer.ggml.model": { string: "llama" },
      "tokenizer.ggml.tokens": { list: PIECES.map((string) => ({ string })) },
      "tokenizer.ggml.scores": { list: PIECES.map((_, i) => ({ float32: -i })) },
      "tokenizer.ggml.token_type": { list: PIECES.map((_, i) => ({ int32: i === 0 ? 2 : i < 3 ? 3 : 1 })) },
      "tokenizer.ggml.bos_token_id": { uint32: 1 },
      "tokenizer.ggml.eos_token_id": { uint32: 2 },
      "tokenizer.chat_template": {
        string: "{{ bos_token }}{% for m in messages %}{{ m.content }}{% endfor %}",
      },
    },
    tensors: [
      float("token_embd.weight", [PIECES.length, 8]),
      float("output_norm.weight", [8]),
      float("blk.0.attn_norm.weight", [8]),
      float("blk.0.ffn_norm.weight", [8]),
      float("blk.0.ffn_down.weight", [8, 16]),
      ...Object.entries(layer).map(([name, rows]) => float(`blk.0.${name}.weight`, [rows, 8])),
    ],
  };
}

export const writeGgufModel = (file: string, { metadata, tensors }: Model): void =>
  writeGguf(file, metadata, tensors);

/** Keys that the reader knows and the small model has not. */
const FURTHER_KEYS = [
  ...["add_bos_token", "add_space_prefix", "merges", "pre", "padding_token_id", "eot_token_id"].map(
    (name) => `tokenizer.ggml.${name}`,
  ),
  ...["rope.freq_base", "rope.scaling.type", "rope.scaling.factor", "rope.dimension_count", "vocab_size"].map(
    (name) => `llama.${name}`,
  ),
  ...["attention.key_length", "attention.value_length", "expert_count"].map((name) => `llama.${name}`),
  ...["general.alignment", "split.count", "split.no", "tokenizer.chat_templates"],
];
const TEXTS = [
  "",
  "▁",
  "gpt2",
  "llama",
  "gemma3",
  "qwen2",
  "a b",
  "__proto__",
  "\ud800",
  "(",
  "{% for %}",
  "글",
  "<0x41>",
];
const WHOLE = [0, 1, 2, 3, 7, 8, 255, 2 ** 31 - 1];
const FRACTIONS = [0, -0, 0.5, -1, 1e-38, 3e38, Number.NaN, Number.POSITIVE_INFINITY];

function value(random: Random, depth = 0): NewValue {
  switch (random.integer(0, depth < 2 ? 5 : 4)) {
    case 0:
      return { uint32: random.choice([...WHOLE, 2 ** 32 - 1]) };
    case 1:
      return { int32: random.choice([...WHOLE, -1, -(2 ** 31)]) };
    case 2:
      return { float32: random.choice(FRACTIONS) };
    case 3:
      return { bool: random.next() < 0.5 };
    case 4:
      return { string: random.choice([...TEXTS, ...PIECES, "x".repeat(1000)]) };
    default: {
      const one = value(random, depth + 1);
      return { list: Array.from({ length: random.choice([0, 1, 2, PIECES.length]) }, () => one) };
    }
  }
}

/** Another value of the same type, so that what comes after the check of types is reached. */
function alike(given: NewValue, random: Random): NewValue {
  if ("uint32" in given) return { uint32: random.choice(WHOLE) };
  if ("int32" in given) return { int32: random.choice([...WHOLE, -1]) };
  if ("float32" in given) return { float32: random.choice(FRACTIONS) };
  if ("bool" in given) return { bool: !given.bool };
  if ("string" in given) return { string: random.choice([...TEXTS, ...PIECES]) };
  const list = [...given.list];
  if (list.length === 0) return { list: [value(random, 1)] };
  const at = random.integer(0, list.length - 1);
  const how = random.integer(0, 3);
  if (how === 0) list.splice(at, 1);
  else if (how === 1) list.splice(at, 0, list[random.integer(0, list.length - 1)]!);
  else list[at] = alike(list[at]!, random);
  return { list };
}

/** Another tensor of the same name: of other sizes or another format, its bytes as many as they take. */
function reshaped({ name, shape }: NewGgufTensor, random: Random): NewGgufTensor {
  const type: TensorTypeName = random.choice(TENSOR_TYPES).name;
  const { values, bytes } = typeOfName(type);
  const sizes = shape.map((size) => random.choice([size, 1, 2 * size]));
  sizes[sizes.length - 1] = random.choice([1, 2]) * values;
  const length = (sizes.reduce((a, b) => a * b, 1) / values) * bytes;
  return { name, type, shape: sizes, data: new Uint8Array(length).fill(random.integer(0, 255)) };
}

/** The small model's file with one to four values, keys or tensors changed. */
export function mutatedGguf(random: Random): Buffer {
  const { metadata, tensors } = smallGguf();
  for (let changes = random.integer(1, 4); changes > 0; changes--) {
    const key = random.choice(Object.keys(metadata));
    const at = random.integer(0, tensors.length - 1);
    switch (random.integer(0, 6)) {
      case 0:
        if (Object.keys(metadata).length > 1) delete metadata[key];
        break;
      case 1:
        metadata[key] = value(random);
        break;
      case 2:
        metadata[random.choice(FURTHER_KEYS)] = value(random);
        break;
      case 3:
        tensors[at] = reshaped(tensors[at]!, random);
        break;
      case 4:
        if (tensors.length > 1) tensors.splice(at, 1);
        break;
      default:
        metadata[key] = alike(metadata[key]!, random);
    }
  }
  const file = path.join(os.tmpdir(), `fuzz-${process.pid}.gguf`);
  writeGguf(file, metadata, tensors);
  try {
    return fs.readFileSync(file);
  } finally {
    fs.rmSync(file);
  }
}
