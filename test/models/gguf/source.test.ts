// A GGUF file wherever a model folder may stand: parts, folders, what is written from it, and metadata or tensors that do not fit.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type NewGgufTensor, type NewValue, writeGguf } from "../../../src/base/gguf/write";
import { copyModelFiles } from "../../../src/export/model-files";
import { readDecoderConfig } from "../../../src/models/config";
import { loadDecoder, saveDecoder } from "../../../src/models/load";
import { modelSource } from "../../../src/models/source";
import { localFolder } from "../../../src/study/stages/model-folder";
import { contentsOf } from "./contents";

const FIXTURES = path.join(__dirname, "../../fixtures/gguf");
const LLAMA = path.join(FIXTURES, "smollm.gguf");
const GEMMA = path.join(FIXTURES, "gemma2.gguf");
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "gguf-"));
afterAll(() => fs.rmSync(scratch, { recursive: true }));

const values = (place: string): Record<string, readonly number[]> => {
  const decoder = loadDecoder(place);
  const read = [...decoder.weights].map(([name, weight]) => [name, [...weight.dataSync()]] as const);
  decoder.dispose();
  return Object.fromEntries(read);
};

describe("a GGUF file", () => {
  it("is a model in several parts, and in a folder of its own", () => {
    const { metadata, tensors } = contentsOf(GEMMA);
    const folder = path.join(scratch, "parts");
    const part = (number: number, rows: NewGgufTensor[], more: Record<string, NewValue>) =>
      writeGguf(
        path.join(folder, `m-0000${number}-of-00002.gguf`),
        {
          ...more,
          "split.no": { uint32: number - 1 },
          "split.count": { uint32: 2 },
          "split.tensors.count": { uint32: tensors.length },
        },
        rows,
      );
    part(1, tensors.slice(0, 5), metadata);
    part(2, tensors.slice(5), {});
    const first = path.join(folder, "m-00001-of-00002.gguf");
    expect(values(first)).toEqual(values(GEMMA));
    expect(readDecoderConfig(folder)).toEqual(readDecoderConfig(GEMMA));
    expect(modelSource(folder)).toMatchObject({ place: first, gguf: true });
    expect(modelSource(folder).files).toEqual([first, path.join(folder, "m-00002-of-00002.gguf")]);
    const before = localFolder(folder);
    expect(before.folder).toBe(first);
    // The hash sees the second part too.
    part(
      2,
      tensors
        .slice(5)
        .map((tensor, i) =>
          i > 0 ? tensor : { ...tensor, data: (tensor.data as Uint8Array).map((b) => b ^ 1) },
        ),
      {},
    );
    expect(localFolder(folder).hash).not.toBe(before.hash);
    fs.copyFileSync(LLAMA, path.join(folder, "other.gguf"));
    expect(() => loadDecoder(folder)).toThrow(
      `${folder}: expected one GGUF model, found m-00001-of-00002.gguf, other.gguf: name the one to open`,
    );
  });

  it("becomes a folder with the same weights, configuration and stops", () => {
    for (const name of ["llama3", "gemma2", "gemma3", "qwen3"]) {
      const file = path.join(FIXTURES, `${name}.gguf`);
      const folder = path.join(scratch, `copy-${name}`);
      const decoder = loadDecoder(file);
      saveDecoder(folder, decoder);
      decoder.dispose();
      expect(values(folder)).toEqual(values(file));
      const own = readDecoderConfig(folder);
      expect(own).toEqual(readDecoderConfig(file));
      copyModelFiles(file, folder);
      expect(readDecoderConfig(folder)).toEqual(own);
    }
  });
});

describe("refuses", () => {
  const open = (
    from: string,
    metadata: Record<string, NewValue | undefined>,
    change = (all: NewGgufTensor[]) => all,
  ) => {
    const sound = contentsOf(from);
    const entries = Object.entries({ ...sound.metadata, ...metadata }).filter(
      ([, value]) => value !== undefined,
    );
    const file = path.join(scratch, "wrong.gguf");
    writeGguf(file, Object.fromEntries(entries) as Record<string, NewValue>, change(sound.tensors));
    loadDecoder(file).dispose();
  };

  it("nothing of a sound file", () => {
    open(LLAMA, {});
    open(GEMMA, {});
  });

  it.each<[string, string, Record<string, NewValue | undefined>, string]>([
    [
      "an architecture that is not read",
      LLAMA,
      { "general.architecture": { string: "mamba" } },
      'metadata "general.architecture": expected llama, qwen3, gemma2, gemma3, found "mamba"',
    ],
    [
      "no architecture",
      LLAMA,
      { "general.architecture": undefined },
      'metadata "general.architecture": expected a text, found nothing',
    ],
    [
      "no width",
      LLAMA,
      { "llama.embedding_length": undefined },
      'metadata "llama.embedding_length": expected a number, found nothing',
    ],
    [
      "a width that is a text",
      LLAMA,
      { "llama.embedding_length": { string: "64" } },
      'expected a number, found "64"',
    ],
    [
      "a number of layers a thousand times too large",
      LLAMA,
      { "llama.block_count": { uint32: 2 ** 31 } },
      'wrong.gguf (metadata as config.json): field "num_hidden_layers": expected a whole number of at most 1000',
    ],
    [
      "heads that do not divide the width",
      LLAMA,
      { "llama.attention.head_count": { uint32: 5 } },
      '"llama.attention.head_count": expected a divisor of the width 64, found 5',
    ],
    ["experts", LLAMA, { "llama.expert_count": { uint32: 8 } }, '"llama.expert_count": expected 0, found 8'],
    [
      "a rotation of a part of each head",
      LLAMA,
      { "llama.rope.dimension_count": { uint32: 8 } },
      '"llama.rope.dimension_count": expected 16, found 8',
    ],
    [
      "scaling that is not known",
      LLAMA,
      { "llama.rope.scaling.type": { string: "yarn" }, "llama.rope.scaling.factor": { float32: 4 } },
      'field "rope_scaling.rope_type": expected "default" or "llama3" or "longrope", found "yarn"',
    ],
    [
      "a key that may mean anything",
      LLAMA,
      { "llama.logit_scale": { float32: 0.5 } },
      '"llama.logit_scale": expected no such key: it may change what the model computes, found 0.5',
    ],
    [
      "heads of two sizes",
      GEMMA,
      { "gemma2.attention.value_length": { uint32: 8 } },
      '"gemma2.attention.value_length": expected 24, found 8',
    ],
    [
      "a window in no known pattern",
      GEMMA,
      { "gemma2.attention.sliding_window_pattern": { uint32: 0 } },
      "a whole number above 0, or 2 times true or false, found 0",
    ],
    [
      "attention in both directions",
      GEMMA,
      { "gemma2.attention.causal": { bool: false } },
      '"gemma2.attention.causal": expected true, found false',
    ],
  ])("%s", (_, from, metadata, message) => {
    expect(() => open(from, metadata)).toThrow(message);
    expect(() => open(from, metadata)).toThrow(path.join(scratch, "wrong.gguf"));
  });

  it.each<[string, (all: NewGgufTensor[]) => NewGgufTensor[], string]>([
    [
      "a missing tensor",
      (all) => all.filter(({ name }) => name !== "blk.1.ffn_up.weight"),
      "missing model.layers.1.mlp.up_proj.weight [96, 64]",
    ],
    [
      "a bias",
      (all) => [...all, { name: "blk.0.attn_q.bias", type: "F32", shape: [64], data: new Uint8Array(256) }],
      "unexpected blk.0.attn_q.bias",
    ],
    [
      "a tensor of another size",
      (all) =>
        all.map((one) =>
          one.name === "output_norm.weight" ? { ...one, shape: [32], data: new Uint8Array(128) } : one,
        ),
      "model.norm.weight: expected shape [64], found [32]",
    ],
    [
      "no embedding",
      (all) => all.filter(({ name }) => name !== "token_embd.weight"),
      '"tokenizer.ggml.tokens": expected at most 0 tokens',
    ],
    [
      "factors of too few planes",
      (all) => [
        ...all,
        { name: "rope_freqs.weight", type: "F32", shape: [3], data: new Uint8Array(12).fill(63) },
      ],
      'field "rope_scaling.short_factor": expected 8 numbers above 0',
    ],
    [
      "factors of zero",
      (all) => [...all, { name: "rope_freqs.weight", type: "F32", shape: [8], data: new Uint8Array(32) }],
      'field "rope_scaling.short_factor": expected 8 numbers above 0',
    ],
  ])("%s", (_, change, message) => {
    expect(() => open(LLAMA, {}, change)).toThrow(message);
    expect(() => open(LLAMA, {}, change)).toThrow(path.join(scratch, "wrong.gguf"));
  });
});
