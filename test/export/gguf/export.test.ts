// Small models of every family as GGUF files: read back with the project's own reader, and what cannot be written.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { GgufFile } from "../../../src/base/gguf/file";
import { writtenArchitecture } from "../../../src/export/gguf/architecture";
import { ggufTensors, tensorType } from "../../../src/export/gguf/tensors";
import { vocabularyMetadata } from "../../../src/export/gguf/vocabulary";
import { type DecoderConfig, openWeights, readDecoderConfig, tensorShapes } from "../../../src/models/config";
import { ropeFrequencies } from "../../../src/models/rope";
import { loadTokenizer } from "../../../src/prompts/tokenizer";
import { openTokenizerFolder } from "../../../src/prompts/tokenizer-folder";
import { exportModel } from "../../../src/study/export-system";
import { SMALL } from "./references";

const CORPUS = path.join(__dirname, "../../fixtures/oracles/tokenizers/corpus.txt");
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "export-gguf-"));
afterAll(() => fs.rmSync(scratch, { recursive: true }));

const fileIn = (folder: string): string =>
  path.join(folder, fs.readdirSync(folder).find((name) => name.endsWith(".gguf"))!);

const bits = ({ buffer, byteOffset, byteLength }: Float32Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

const written = new Map<string, string>();
for (const name of Object.keys(SMALL)) written.set(name, path.join(scratch, name));

describe.each(Object.entries(SMALL))("%s", (name, source) => {
  it("is written, and read back with the same configuration and weights", async () => {
    const out = written.get(name)!;
    expect(await exportModel(source, "F32", out)).toEqual([]);
    const file = fileIn(out);
    const config = readDecoderConfig(source);
    const { ropeScaling, ...found } = readDecoderConfig(file);
    const { ropeScaling: theirs, ...given } = config;
    // Which token begins a text is the tokenizer's to say; ends of text are the same set.
    const stops = [...found.eosTokenIds].sort();
    expect({ ...found, eosTokenIds: stops }).toEqual({
      ...given,
      bosTokenId: found.bosTokenId,
      eosTokenIds: [...given.eosTokenIds].sort(),
    });
    const plain = ropeFrequencies({ ...found, ropeScaling: theirs });
    for (const [i, frequency] of ropeFrequencies({ ...found, ropeScaling }).entries())
      expect(Math.abs(frequency / plain[i]! - 1)).toBeLessThan(2 ** -23);
    const [before, after] = [openWeights(source, config), openWeights(file, config)];
    for (const [weight, shape] of tensorShapes(config)) {
      const values = before.float32(weight);
      // 1 is added to such a norm in fp32, and taken away again.
      const offset = config.normOffset === 1 && shape.length === 1;
      const expected = offset ? values.map((one) => Math.fround(one + 1) - 1) : values;
      expect(bits(after.float32(weight)).equals(bits(expected)), weight).toBe(true);
    }
    before.close();
    after.close();
  });

  it("has the same tokenizer: ids of a corpus, texts of ids, stops and prompts", async () => {
    const file = fileIn(written.get(name)!);
    const [theirs, ours] = [await openTokenizerFolder(source), await openTokenizerFolder(file)];
    const texts = fs.readFileSync(CORPUS, "utf8").split("\n");
    for (const text of texts) {
      const ids = theirs.encodePlain(text);
      expect(ours.encodePlain(text)).toEqual(ids);
      expect(ours.decode(ids)).toBe(theirs.decode(ids));
      expect([...ours.full.encode(text)]).toEqual([...theirs.full.encode(text)]);
    }
    if (!theirs.template) return;
    const [given, found] = [await loadTokenizer(source), await loadTokenizer(file)];
    expect(found.prompt(texts[0]!)).toEqual(given.prompt(texts[0]!));
    expect([...found.stopIds].sort()).toEqual([...given.stopIds].sort());
    expect(found.endOfTurnId).toBe(given.endOfTurnId);
  });

  it("has a Modelfile that names it and writes the prompt that its chat template writes", async () => {
    const out = written.get(name)!;
    const text = fs.readFileSync(path.join(out, "Modelfile"), "utf8");
    expect(text).toContain(`FROM ./${path.basename(fileIn(out))}\n`);
    const { template, full } = await openTokenizerFolder(source);
    const [, body] = /TEMPLATE """([\s\S]*?)"""/.exec(text) ?? [];
    expect(body === undefined).toBe(template === undefined);
    if (body === undefined) return;
    // What Go's template language does with a turn that has no system message and no answer yet.
    const [, otherwise] = /\{\{ else \}\}([\s\S]*)\{\{ end \}\}$/.exec(body) ?? [];
    const prompt = (otherwise ?? body)
      .split("{{ .Response }}")[0]!
      .replace("{{ .Prompt }}", "글을 요약하세요.");
    const rendered = full.apply_chat_template([{ role: "user", content: "글을 요약하세요." }], {
      tokenize: false,
      add_generation_prompt: true,
      date_string: "26 Jul 2024",
      enable_thinking: false,
    } as object) as unknown as string;
    expect((full.bos_token && rendered.startsWith(full.bos_token) ? full.bos_token : "") + prompt).toBe(
      rendered,
    );
  });
});

describe("formats", () => {
  const config = (name: string) => readDecoderConfig(SMALL[name]!);

  it("of rows that are no multiple of a block are the next shorter ones, as llama-quantize takes them", () => {
    const base = config("gemma3");
    const type = (form: Parameters<typeof tensorType>[0], name: string, columns: number) =>
      tensorType(form, name, [8, columns], base);
    const up = "model.layers.0.mlp.up_proj.weight";
    expect(["Q4_K_M", "Q6_K", "Q8_0", "Q4_0"].map((form) => type(form as "Q6_K", up, 512))).toEqual([
      "Q4_K",
      "Q6_K",
      "Q8_0",
      "Q4_0",
    ]);
    expect(["Q4_K_M", "Q6_K", "Q8_0", "Q4_0"].map((form) => type(form as "Q6_K", up, 640))).toEqual([
      "Q5_0",
      "Q8_0",
      "Q8_0",
      "Q4_0",
    ]);
    for (const form of ["Q4_K_M", "Q6_K", "Q8_0", "Q4_0"] as const) expect(type(form, up, 72)).toBe("F16");
    expect(type("Q4_K_M", "model.embed_tokens.weight", 640)).toBe("Q8_0");
    expect(tensorType("Q4_0", "model.norm.weight", [640], base)).toBe("F32");
  });

  it("of Gemma 3 270M in Q4_K_M are those of the published file", () => {
    // Counted in gemma-3-270m-q4_k_m.gguf, which llama-quantize made.
    const base: DecoderConfig = {
      ...config("gemma3"),
      vocabSize: 262_144,
      hiddenSize: 640,
      intermediateSize: 2048,
      numHiddenLayers: 18,
      numAttentionHeads: 4,
      numKeyValueHeads: 1,
      headDim: 256,
    };
    const counts: Record<string, number> = {};
    for (const [name, shape] of tensorShapes(base)) {
      const type = tensorType("Q4_K_M", name, shape, base);
      counts[type] = (counts[type] ?? 0) + 1;
    }
    expect(counts).toEqual({ F32: 109, Q5_0: 81, Q4_K: 27, Q8_0: 10, Q6_K: 9 });
  });

  it("name the tensor whose values they cannot hold", () => {
    const llama = config("llama");
    const { architecture } = writtenArchitecture(llama);
    const tensors = ggufTensors(llama, architecture, "F16", (name) =>
      new Float32Array(
        tensorShapes(llama)
          .get(name)!
          .reduce((a, b) => a * b),
      ).fill(7e4),
    );
    const embedding = tensors.find(({ name }) => name === "token_embd.weight")!;
    expect(() => [...(embedding.data as () => Iterable<Uint8Array>)()]).toThrow(
      "model.embed_tokens.weight: 70000 is beyond fp16, whose largest number is 65504. Choose BF16 or F32.",
    );
  });
});

describe("refuses", () => {
  it.each<[string, string, Partial<DecoderConfig>, string]>([
    [
      "another scale of attention",
      "gemma2",
      { attentionScale: 1 / 16 },
      "llama.cpp computes with 24^-0.5, the model with 256^-0.5",
    ],
    ["no soft cap", "gemma2", { attentionSoftcap: undefined }, "that attention has no soft cap"],
    ["a head of its own where there is none", "gemma2", { tieWordEmbeddings: false }, "a head of its own"],
    ["a soft cap of logits", "gemma3", { finalSoftcap: 30 }, "a soft cap of logits"],
    [
      "a window in Qwen3",
      "qwen3",
      { slidingWindow: 8, slidingLayers: [false, false, true, true] },
      "a sliding window",
    ],
    ["layers in no period", "gemma2", { slidingLayers: [false, true, true, false] }, "its order of layers"],
  ])("%s", (_, name, change, message) => {
    const config = { ...readDecoderConfig(SMALL[name]!), ...change };
    expect(() => writtenArchitecture(config)).toThrow(message);
  });

  const tokenizer = (name: string) =>
    JSON.parse(fs.readFileSync(path.join(SMALL[name]!, "tokenizer.json"), "utf8"));

  it.each<[string, string, (json: ReturnType<typeof tokenizer>) => void, string]>([
    [
      "a way to cut that llama.cpp does not know",
      "qwen3",
      (json) => {
        json.pre_tokenizer.pretokenizers[0].pattern.Regex = "\\w+";
      },
      "pre_tokenizer: cannot be written to a GGUF file: expected the patterns that llama.cpp calls llama-bpe,",
    ],
    [
      "a normalizer",
      "llama",
      (json) => {
        json.normalizer = { type: "Lowercase" };
      },
      'normalizer: cannot be written to a GGUF file: expected none, or NFC, found {"type":"Lowercase"}',
    ],
    [
      "spaces that are marked in another way",
      "solar",
      (json) => {
        json.normalizer = null;
        json.pre_tokenizer = { type: "Metaspace", replacement: "▁", prepend_scheme: "first", split: false };
      },
      'normalizer and pre_tokenizer: cannot be written to a GGUF file: expected spaces replaced by "▁", with or without one put before every text',
    ],
    [
      "pieces of words",
      "solar",
      (json) => {
        json.model.type = "WordPiece";
      },
      'model.type: cannot be written to a GGUF file: expected "BPE", found "WordPiece"',
    ],
    [
      "no bytes for characters that are no token",
      "gemma2",
      (json) => {
        json.model.byte_fallback = false;
      },
      "model.byte_fallback: cannot be written to a GGUF file: expected true, found false",
    ],
  ])("%s", (_, name, change, message) => {
    const json = tokenizer(name);
    change(json);
    expect(() => vocabularyMetadata("tokenizer.json", json, 4096, undefined)).toThrow(message);
  });

  it("a vocabulary larger than the embedding, and fills up a smaller one", () => {
    const json = tokenizer("qwen3");
    expect(() => vocabularyMetadata("tokenizer.json", json, 3071, undefined)).toThrow(
      "expected ids below 3071, the rows of the embedding, found 3071",
    );
    const { list } = vocabularyMetadata("tokenizer.json", json, 3080, undefined)["tokenizer.ggml.tokens"] as {
      list: { string: string }[];
    };
    expect(list.slice(3070).map(({ string }) => string)).toEqual([
      "<think>",
      "</think>",
      ...Array.from({ length: 8 }, (_, i) => `[PAD${3072 + i}]`),
    ]);
  });

  it("a folder with other files, and leaves it as it was", async () => {
    const out = path.join(scratch, "taken");
    fs.mkdirSync(out);
    fs.writeFileSync(path.join(out, "mine.txt"), "");
    await expect(exportModel(SMALL.qwen3!, "F16", out)).rejects.toThrow("found other files");
    expect(fs.readdirSync(out)).toEqual(["mine.txt"]);
  });
});

it("an order of layers that is not the usual one is stated, and read back", () => {
  const config = { ...readDecoderConfig(SMALL.gemma2!), slidingLayers: [true, true, false, true] };
  expect(writtenArchitecture(config).metadata["gemma2.attention.sliding_window_pattern"]).toEqual({
    uint32: 3,
  });
  expect(
    writtenArchitecture(readDecoderConfig(SMALL.gemma2!)).metadata["gemma2.attention.sliding_window_pattern"],
  ).toBeUndefined();
});

it("the scaling of Llama 3 stands in a tensor of its own", () => {
  const file = GgufFile.open(fileIn(written.get("llama")!));
  expect(file.tensor("rope_freqs.weight")).toMatchObject({ shape: [8] });
  file.close();
});
