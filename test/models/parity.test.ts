// All model references run through the project's code, and parity notices when a weight, a value or a field is altered.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tf } from "../../src/engine/tf";
import { WeightFiles, writeSafetensors } from "../../src/models/safetensors";
import { type Case, largestDifference, measured } from "../../src/tools/parity/case";
import { checkFolder } from "../../src/tools/parity/folders";
import { checkModels } from "../../src/tools/parity/models";

const ORACLES = path.join(__dirname, "../fixtures/oracles/models");
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "parity-"));
afterAll(() => fs.rmSync(scratch, { recursive: true }));

const failures = (cases: Case[]) => cases.filter(({ ok }) => !ok);

describe("the reference models", () => {
  let cases: Case[];
  let leaked: number;
  beforeAll(async () => {
    const before = tf.memory().numTensors;
    cases = await checkModels(ORACLES);
    leaked = tf.memory().numTensors - before;
  });

  it("agree in every case", () => {
    expect(failures(cases)).toEqual([]);
    expect(cases.length).toBeGreaterThan(600);
  });

  it("are compared in all their parts", () => {
    for (const model of ["gemma2", "qwen3", "llama32", "solar"]) {
      for (const part of [
        "left.logits",
        "left.logprobs",
        "left.hidden.0",
        "left.loss",
        "right.logits",
        "grad.model.norm.weight",
        "generated tokens",
        "generated logits",
      ]) {
        expect(cases.map(({ name }) => name)).toContain(`${model}: ${part}`);
      }
    }
    for (const folder of [
      "encoders/bert",
      "encoders/xlmr",
      "encoders/roberta",
      "gemma2/adapters/dora",
      "training/gemma2_lora_sft",
      "training/gemma2_lora_kd",
      "training/gemma2_full_kd",
      "kd",
    ]) {
      expect(
        cases.some(({ name }) => name.startsWith(folder)),
        folder,
      ).toBe(true);
    }
  });

  it("leave no tensor behind but the engine's constants", () => {
    // The engine keeps scalars and index vectors for the life of the process; models, caches and optimizers must go.
    expect(leaked).toBeLessThan(300);
  });
});

/** A copy of some folders of the reference set, without the manifest's hashes, so that only arithmetic can notice. */
function copy(...folders: string[]): string {
  const root = fs.mkdtempSync(path.join(scratch, "set-"));
  for (const folder of folders)
    fs.cpSync(path.join(ORACLES, folder), path.join(root, folder), { recursive: true });
  const { recommended_tolerances } = JSON.parse(fs.readFileSync(path.join(ORACLES, "MANIFEST.json"), "utf8"));
  fs.writeFileSync(path.join(root, "MANIFEST.json"), JSON.stringify({ recommended_tolerances }));
  return root;
}

/** Adds `delta` to one value of a tensor in a file. */
function alterTensor(file: string, name: string, index: number, delta: number): void {
  const files = WeightFiles.open(file);
  const tensors = files
    .names()
    .map((tensor) => ({ ...files.info(tensor), name: tensor, data: files.bytes(tensor) }));
  files.close();
  const values = new Float32Array(tensors.find((tensor) => tensor.name === name)!.data.buffer);
  values[index] = (values[index] as number) + delta;
  writeSafetensors(file, tensors);
}

// biome-ignore lint/suspicious/noExplicitAny: any field of a reference file may be altered
function alterJson(file: string, change: (value: any) => void): void {
  const value = JSON.parse(fs.readFileSync(file, "utf8"));
  change(value);
  fs.writeFileSync(file, JSON.stringify(value));
}

describe("parity fails, and says where,", () => {
  const model = "gemma2";
  const altered: [string, (root: string) => void, RegExp][] = [
    [
      "a weight",
      (root) =>
        alterTensor(
          path.join(root, model, "model.safetensors"),
          "model.layers.2.self_attn.k_proj.weight",
          5,
          0.05,
        ),
      /gemma2: left\.hidden\.3/,
    ],
    [
      "a weight of a norm",
      (root) => alterTensor(path.join(root, model, "model.safetensors"), "model.norm.weight", 0, 0.01),
      /gemma2: left\.logits/,
    ],
    [
      "an expected logit",
      (root) => alterTensor(path.join(root, model, "forward.safetensors"), "right.logits", 0, 3e-4),
      /gemma2: right\.logits/,
    ],
    [
      "an expected gradient",
      (root) => alterTensor(path.join(root, model, "forward.safetensors"), "grad.model.norm.weight", 3, 1e-3),
      /gemma2: grad\.model\.norm\.weight/,
    ],
    [
      "the expected loss",
      (root) =>
        alterJson(path.join(root, model, "forward.json"), (f) => {
          f.batches.left.loss += 1e-4;
        }),
      /gemma2: left\.loss/,
    ],
    [
      "an expected token",
      (root) =>
        alterJson(path.join(root, model, "generate.json"), (f) => {
          f.new_tokens[1][2] += 1;
        }),
      /gemma2: generated tokens/,
    ],
    [
      "an expected step's logits",
      (root) => alterTensor(path.join(root, model, "generate.safetensors"), "logits", 256, 1e-3),
      /gemma2: generated logits/,
    ],
    [
      "the window",
      (root) =>
        alterJson(path.join(root, model, "config.json"), (c) => {
          c.sliding_window = 5;
        }),
      /gemma2: left\.hidden\.1/,
    ],
    [
      "the attention scale",
      (root) =>
        alterJson(path.join(root, model, "config.json"), (c) => {
          c.query_pre_attn_scalar = 16;
        }),
      /gemma2: left\.logits/,
    ],
    [
      "the final softcap",
      (root) =>
        alterJson(path.join(root, model, "config.json"), (c) => {
          c.final_logit_softcapping = null;
        }),
      /gemma2: left\.logits/,
    ],
    [
      "the other style of the config",
      (root) =>
        alterJson(path.join(root, model, "config.alt.json"), (c) => {
          c.rms_norm_eps = 1e-5;
        }),
      /gemma2: config\.alt\.json/,
    ],
    [
      "an unknown field",
      (root) =>
        alterJson(path.join(root, model, "config.json"), (c) => {
          c.attention_multiplier = 1;
        }),
      /gemma2\/forward\.json/,
    ],
    [
      "an adapter's weight",
      (root) =>
        alterTensor(
          path.join(root, model, "adapters/plain/adapter_model.safetensors"),
          "base_model.model.model.layers.1.mlp.up_proj.lora_B.weight",
          0,
          0.05,
        ),
      /gemma2\/adapters\/plain: logits/,
    ],
    [
      "an adapter's alpha",
      (root) =>
        alterJson(path.join(root, model, "adapters/plain/adapter_config.json"), (c) => {
          c.lora_alpha = 9;
        }),
      /gemma2\/adapters\/plain: scales/,
    ],
    [
      "a DoRA magnitude",
      (root) =>
        alterTensor(
          path.join(root, model, "adapters/dora/adapter_model.safetensors"),
          "base_model.model.model.layers.0.mlp.up_proj.lora_magnitude_vector",
          0,
          0.05,
        ),
      /gemma2\/adapters\/dora: logits/,
    ],
    [
      "a file that nobody knows",
      (root) => fs.writeFileSync(path.join(root, model, "beam.json"), "{}"),
      /gemma2\/beam\.json/,
    ],
    [
      "a missing expectation",
      (root) => fs.rmSync(path.join(root, model, "generate.safetensors")),
      /gemma2\/generate\.json/,
    ],
    [
      "an expectation that is not a number",
      (root) =>
        alterTensor(path.join(root, model, "forward.safetensors"), "left.logits", 26 * 256 - 1, Number.NaN),
      /gemma2: left\.logits/,
    ],
  ];

  it.each(altered)("for %s", async (_, alter, name) => {
    const root = copy(model);
    alter(root);
    const wrong = failures(await checkModels(root));
    expect(wrong.map((one) => one.name).join("\n")).toMatch(name);
  });

  it.each([
    [
      "an encoder's weight",
      (root: string) =>
        alterTensor(
          path.join(root, "encoders/xlmr/model.safetensors"),
          "roberta.embeddings.position_embeddings.weight",
          2 * 40,
          0.01,
        ),
      "hidden.0",
    ],
    [
      "an encoder's state",
      (root: string) =>
        alterTensor(path.join(root, "encoders/xlmr/forward.safetensors"), "hidden.2", 0, 1e-4),
      "hidden.2",
    ],
    [
      "a BERTScore",
      (root: string) =>
        alterJson(path.join(root, "encoders/xlmr/forward.json"), (f) => {
          f.bertscore.values["layer.1"].idf.F[0] += 1e-4;
        }),
      "BERTScore layer.1 idf",
    ],
    [
      "an encoder's epsilon",
      (root: string) =>
        alterJson(path.join(root, "encoders/xlmr/config.json"), (c) => {
          c.layer_norm_eps = 1e-3;
        }),
      "hidden.0",
    ],
  ])("for %s", async (_, alter, name) => {
    const root = copy("encoders/xlmr");
    expect(failures(await checkModels(root))).toEqual([]);
    alter(root);
    expect(failures(await checkModels(root)).map((one) => one.name)).toContain(`encoders/xlmr: ${name}`);
  });

  it.each([
    [
      "a step's loss",
      (t: { log: { loss: number }[] }) => {
        t.log[7]!.loss += 1e-3;
      },
      "loss of each step",
    ],
    [
      "a step's norm",
      (t: { log: { grad_norm: number }[] }) => {
        t.log[3]!.grad_norm *= 1.001;
      },
      "gradient norm of each step",
    ],
    [
      "the weight decay",
      (t: { optimizer: { weight_decay: number } }) => {
        t.optimizer.weight_decay = 0;
      },
      "final weights",
    ],
    [
      "the warm-up",
      (t: { schedule: { warmup_steps: number } }) => {
        t.schedule.warmup_steps = 2;
      },
      "learning rate of each step",
    ],
    [
      "the accumulation",
      (t: { accumulation: string }) => {
        t.accumulation = "mean_of_micro_batch_means";
      },
      "loss of each step",
    ],
  ])("for %s", async (_, change, name) => {
    const folder = "training/gemma2_lora_sft";
    const root = copy("gemma2", folder, "training/batches.json", "training/teacher_logits.safetensors");
    fs.rmSync(path.join(root, "gemma2/adapters"), { recursive: true });
    alterJson(path.join(root, folder, "train.json"), change);
    expect(failures(await checkModels(root)).map((one) => one.name)).toContain(`${folder}: ${name}`);
  });

  it("for files that differ from those of the manifest", async () => {
    const root = copy("qwen3");
    fs.copyFileSync(path.join(ORACLES, "MANIFEST.json"), path.join(root, "MANIFEST.json"));
    fs.appendFileSync(path.join(root, "qwen3/forward.json"), " ");
    const [found] = failures(await checkModels(root));
    expect(found?.note).toContain("qwen3/forward.json was changed");
    expect(found?.note).toContain("solar/model.safetensors is missing");
  });

  it("for a folder that is none, or of no known layout", async () => {
    const empty = fs.mkdtempSync(path.join(scratch, "empty-"));
    for (const folder of [empty, path.join(scratch, "nowhere")]) {
      const [result] = await checkFolder(folder);
      expect(failures(result!.cases).length).toBe(1);
    }
  });
});

describe("a comparison", () => {
  it("never holds for NaN, other lengths or nothing at all", () => {
    expect(measured("a", Number.NaN, 1).ok).toBe(false);
    expect(largestDifference([1, Number.NaN, 3], [1, 2, 3])).toBeNaN();
    expect(largestDifference([1, 2.5, 3], [1, 2, 4], (i) => i < 2)).toBe(0.5);
    expect(() => largestDifference([1], [1, 2])).toThrow("expected 2 values, found 1");
    expect(() => largestDifference([1], [1], () => false)).toThrow("nothing to compare");
  });
});
