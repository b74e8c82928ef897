// Gemma 3 against transformers: all references, each wrong setting noticed, both spellings, and the decoder out of the
// multimodal model.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { tf } from "../../src/engine/tf";
import { copyModelFiles } from "../../src/export/model-files";
import { readDecoderConfig } from "../../src/models/config";
import { loadDecoder, saveDecoder } from "../../src/models/load";
import { WeightFiles, writeSafetensors } from "../../src/models/safetensors";
import { checkModels } from "../../src/tools/parity/models";

const ROOT = path.join(__dirname, "../..");
const ORACLES = path.join(__dirname, "../fixtures/oracles/gemma3");
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "gemma3-"));
afterAll(() => fs.rmSync(scratch, { recursive: true }));

// biome-ignore lint/suspicious/noExplicitAny: any field of a configuration may be altered
type Json = any;
const json = (model: string, file = "config.json"): Json =>
  JSON.parse(fs.readFileSync(path.join(ORACLES, model, file), "utf8"));

/** A copy of a model's folder with another config.json. */
function altered(model: string, change: (config: Json) => void, file = "config.json"): string {
  const folder = fs.mkdtempSync(path.join(scratch, "model-"));
  fs.cpSync(path.join(ORACLES, model), folder, {
    recursive: true,
    filter: (source) => !source.includes("adapters") && !source.endsWith("alt.json"),
  });
  const config = json(model, file);
  change(config);
  fs.writeFileSync(path.join(folder, "config.json"), JSON.stringify(config));
  return folder;
}

const reading = (model: string, change: (config: Json) => void, file?: string) => () =>
  readDecoderConfig(altered(model, change, file));

describe("the references of transformers", () => {
  it("agree in every case: forward, hidden states, gradients, generation, adapters, training", async () => {
    const cases = await checkModels(ORACLES);
    expect(cases.filter(({ ok }) => !ok)).toEqual([]);
    const names = cases.map(({ name }) => name);
    for (const model of ["gemma3", "gemma3_scaled", "gemma3_mm", "gemma3_mm_v5"]) {
      for (const part of ["config.alt.json", "left.logits", "left.hidden.0", "left.loss"])
        expect(names).toContain(`${model}: ${part}`);
    }
    for (const part of [
      "gemma3_scaled: right.logits",
      "gemma3_mm: generated tokens",
      "gemma3: grad.model.layers.5.self_attn.q_norm.weight",
      "gemma3/adapters/plain: logits",
      "gemma3/adapters/dora: merged_logits",
      "training/gemma3_full_kd: final weights",
    ])
      expect(names).toContain(part);
  });

  it.each<[string, string, (config: Json) => void]>([
    ["gemma3", "the base of the full layers", (c) => (c.rope_theta = 10_000)],
    ["gemma3", "the base of the sliding layers", (c) => (c.rope_local_base_freq = 1_000_000)],
    ["gemma3", "a window one longer", (c) => (c.sliding_window = 7)],
    ["gemma3", "a full layer every second", (c) => (c.sliding_window_pattern = 2)],
    ["gemma3", "the scale of the scores", (c) => (c.query_pre_attn_scalar = 16)],
    ["gemma3", "a soft cap", (c) => (c.attn_logit_softcapping = 50)],
    [
      "gemma3_scaled",
      "no scaling",
      (c) => (c.rope_parameters.full_attention = { rope_type: "default", rope_theta: 1e6 }),
    ],
    ["gemma3_mm", "a class default overridden", (c) => (c.text_config.query_pre_attn_scalar = 14)],
  ])("%s notices %s", async (model, _, change) => {
    const set = fs.mkdtempSync(path.join(scratch, "set-"));
    fs.renameSync(altered(model, change), path.join(set, model));
    const failed = (await checkModels(set)).filter(({ ok }) => !ok).map(({ name }) => name);
    expect(failed).toContain(`${model}: left.logits`);
  });

  it("have the embedding times float32(√width), bit for bit, and bfloat16 files upcast alike", () => {
    for (const [model, options] of [
      ["gemma3", {}],
      ["gemma3_scaled", {}],
      ["gemma3_scaled", { frozen: "bfloat16" }],
    ] as const) {
      const folder = path.join(ORACLES, model);
      const files = WeightFiles.open(folder);
      const table = files.float32("model.embed_tokens.weight");
      files.close();
      const decoder = loadDecoder(folder, options);
      const { hiddenSize } = decoder.config;
      const scale = Math.fround(Math.sqrt(hiddenSize));
      tf.tidy(() =>
        decoder.hidden(Int32Array.of(7, 100), 1, {
          onHidden: (layer, state) => {
            if (layer > 0) return;
            const row = (id: number) => [...table.subarray(id * hiddenSize, (id + 1) * hiddenSize)];
            expect([...state.dataSync()]).toEqual(
              [...row(7), ...row(100)].map((x) => Math.fround(x * scale)),
            );
          },
        }),
      );
      decoder.dispose();
    }
  });
});

describe("the configuration", () => {
  it("has its full layers from any of three fields, and from the default without them", () => {
    const layers = (change: (config: Json) => void, file?: string) =>
      reading("gemma3", change, file)().slidingLayers.flatMap((slides, layer) => (slides ? [] : [layer]));
    expect(layers(() => {})).toEqual([5]);
    expect(layers((c) => delete c.sliding_window_pattern)).toEqual([5]);
    expect(layers((c) => (c.sliding_window_pattern = 3))).toEqual([2, 5]);
    expect(
      layers((c) => (c.layer_types = c.layer_types.with(0, "full_attention")), "config.alt.json"),
    ).toEqual([0, 5]);
    // What transformers would compute otherwise than the file says.
    expect(() =>
      layers((c) => {
        delete c.sliding_window_pattern;
        c._sliding_window_pattern = 3;
      }),
    ).toThrow('field "_sliding_window_pattern": expected 6, or layer_types beside it, found 3');
  });

  it.each<[string, string | undefined, (config: Json) => void, string]>([
    [
      "gemma3",
      undefined,
      (c) => delete c.rope_local_base_freq,
      'field "rope_local_base_freq": expected a number above 0',
    ],
    [
      "gemma3",
      undefined,
      (c) => (c.use_bidirectional_attention = true),
      'field "use_bidirectional_attention"',
    ],
    [
      "gemma3",
      undefined,
      (c) => (c.rope_scaling = { rope_type: "yarn", factor: 8 }),
      '"rope_scaling.rope_type": expected "default" or "linear", found "yarn"',
    ],
    [
      "gemma3",
      "config.alt.json",
      (c) => (c.rope_local_base_freq = 5),
      'field "rope_local_base_freq": expected 10000 as in rope_parameters',
    ],
    [
      "gemma3",
      "config.alt.json",
      (c) => delete c.rope_parameters.sliding_attention,
      'field "rope_parameters.sliding_attention": expected an object',
    ],
    [
      "gemma3",
      "config.alt.json",
      (c) => (c.rope_parameters.sliding_attention.rope_type = "linear"),
      'field "rope_parameters.sliding_attention.rope_type": expected "default"',
    ],
    [
      "gemma3_mm",
      undefined,
      (c) => delete c.text_config,
      'field "text_config": expected an object, found nothing',
    ],
    [
      "gemma3_mm",
      undefined,
      (c) => (c.text_config.model_type = "gemma2"),
      'field "text_config.model_type": expected "gemma3_text", found "gemma2"',
    ],
    ["gemma3_mm", undefined, (c) => (c.text_config.head_gate = 1), 'unknown field "text_config.head_gate"'],
    ["gemma3_mm", undefined, (c) => (c.audio_config = { width: 1 }), 'unknown field "audio_config"'],
    [
      "gemma3_mm",
      undefined,
      (c) => (c.tie_word_embeddings = false),
      'field "tie_word_embeddings": expected true, found false',
    ],
  ])("%s %s: %s", (model, file, change, message) => {
    expect(reading(model, change, file)).toThrow(message);
  });

  it("ends at the tokens of generation_config.json, else of the whole model, else of its text part", () => {
    const folder = altered("gemma3_mm_v5", () => {});
    fs.writeFileSync(path.join(folder, "generation_config.json"), '{"eos_token_id": [7, 106]}');
    expect(readDecoderConfig(folder).eosTokenIds).toEqual([7, 106]);
    fs.rmSync(path.join(folder, "generation_config.json"));
    const { eosTokenIds, bosTokenId, padTokenId } = readDecoderConfig(folder);
    expect({ eosTokenIds, bosTokenId, padTokenId }).toEqual({
      eosTokenIds: [1, 106],
      bosTokenId: 2,
      padTokenId: 0,
    });
    const bare = altered("gemma3_mm", (c) => delete c.eos_token_id);
    fs.rmSync(path.join(bare, "generation_config.json"));
    expect(readDecoderConfig(bare).eosTokenIds).toEqual([1]);
  });
});

describe("a decoder out of the multimodal model", () => {
  it.each(["gemma3_mm", "gemma3_mm_v5"])("%s is saved as a text model of the same logits", (model) => {
    const ids = Int32Array.of(2, 9, 30, 44, 51, 60, 17, 99, 120, 6);
    const logits = (folder: string) => {
      const decoder = loadDecoder(folder);
      const values = tf.tidy(() => [...decoder.logits(decoder.hidden(ids, 1)).dataSync()]);
      return { decoder, values };
    };
    const first = logits(path.join(ORACLES, model));
    const folder = path.join(scratch, model);
    saveDecoder(folder, first.decoder, "BF16");
    expect(JSON.parse(fs.readFileSync(path.join(folder, "config.json"), "utf8")).model_type).toBe(
      "gemma3_text",
    );
    const second = logits(folder);
    expect(second.values).toEqual(first.values);
    expect(second.decoder.config).toEqual(first.decoder.config);
    first.decoder.dispose();
    second.decoder.dispose();
  });

  it("is exported with the configuration of a text model", () => {
    const out = path.join(scratch, "exported");
    const folder = altered("gemma3_mm", () => {});
    for (const file of ["tokenizer.json", "tokenizer_config.json"])
      fs.copyFileSync(path.join(ROOT, "data/models/gemma2-student", file), path.join(folder, file));
    copyModelFiles(folder, out, { "model.onnx": 1 });
    const written = JSON.parse(fs.readFileSync(path.join(out, "config.json"), "utf8"));
    expect(written.model_type).toBe("gemma3_text");
    expect(written["transformers.js_config"]).toEqual({ use_external_data_format: { "model.onnx": 1 } });
    delete written["transformers.js_config"];
    fs.writeFileSync(path.join(out, "config.json"), JSON.stringify(written));
    expect(readDecoderConfig(out)).toEqual(readDecoderConfig(folder));
  });

  it("is refused where a tensor of its own is missing, unknown or there twice", () => {
    const rewritten = (rename: (name: string) => string[]) => {
      const folder = altered("gemma3_mm", () => {});
      const files = WeightFiles.open(path.join(ORACLES, "gemma3_mm"));
      const tensors = files
        .names()
        .flatMap((stored) =>
          rename(stored).map((name) => ({ ...files.info(stored), name, data: files.bytes(stored) })),
        );
      files.close();
      writeSafetensors(path.join(folder, "model.safetensors"), tensors);
      return () => loadDecoder(folder);
    };
    const norm = "language_model.model.norm.weight";
    expect(rewritten((name) => (name === norm ? [] : [name]))).toThrow("missing model.norm.weight");
    expect(rewritten((name) => (name === norm ? [name, "audio.weight"] : [name]))).toThrow(
      "unexpected audio.weight",
    );
    expect(rewritten((name) => (name === norm ? [name, "model.norm.weight"] : [name]))).toThrow(
      'the tensor "model.norm.weight" stands there under two names',
    );
  });
});
