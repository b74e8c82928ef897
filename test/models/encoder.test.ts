// Encoders against transformers' hidden states, layer by layer, and against themselves without padding.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { gatherRows } from "../../src/engine/raw";
import { tf } from "../../src/engine/tf";
import { loadEncoder } from "../../src/models/encoder";
import { encoderTensorShapes } from "../../src/models/encoder-config";
import { encoderForward } from "../../src/models/encoder-forward";
import { WeightFiles, writeSafetensors } from "../../src/models/safetensors";
import { encoderRoundings, expectRounded, roundingBound } from "../rounding";

const ORACLES = path.join(__dirname, "../fixtures/oracles/models/encoders");
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "encoder-"));
afterAll(() => fs.rmSync(scratch, { recursive: true }));

interface Forward {
  input_ids: number[][];
  attention_mask: number[][];
  token_type_ids: number[][];
}

function texts(name: string): { ids: number[][]; types: number[][] } {
  const forward: Forward = JSON.parse(fs.readFileSync(path.join(ORACLES, name, "forward.json"), "utf8"));
  const real = (rows: number[][]) =>
    rows.map((row, i) => row.filter((_, t) => forward.attention_mask[i]?.[t] === 1));
  return { ids: real(forward.input_ids), types: real(forward.token_type_ids) };
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs((a[i] as number) - (b[i] as number));
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

describe.each(["bert", "xlmr", "roberta"])("%s", (name) => {
  const { ids, types } = texts(name);

  it("equals transformers in every layer and leaves no tensor behind", () => {
    // An axis that the gathering of rows keeps for the process's life.
    tf.tidy(() => gatherRows(tf.zeros([1, 1]), tf.zeros([1], "int32")));
    const before = tf.memory().numTensors;
    const encoder = loadEncoder(path.join(ORACLES, name));
    const expected = WeightFiles.open(path.join(ORACLES, name, "forward.safetensors"));
    const loaded = tf.memory().numTensors;
    for (let layer = 0; layer <= encoder.layers; layer++) {
      const values = expected.float32(`hidden.${layer}`);
      const width = expected.info(`hidden.${layer}`).shape[1] as number;
      const found = encoder.hidden(ids, layer, types);
      for (const [row, text] of ids.entries()) {
        const start = row * width * encoder.hiddenSize;
        const reference = values.subarray(start, start + text.length * encoder.hiddenSize);
        expect(largestDifference(found[row] as Float32Array, reference)).toBeLessThan(5e-5);
      }
    }
    expect(tf.memory().numTensors).toBe(loaded);
    encoder.dispose();
    expect(tf.memory().numTensors).toBe(before);
    expected.close();
  });

  it("gives a text the same states in a batch, alone and in another order", () => {
    const encoder = loadEncoder(path.join(ORACLES, name));
    const together = encoder.hidden(ids, encoder.layers);
    const reversed = encoder.hidden([...ids].reverse(), encoder.layers).reverse();
    for (const [row, text] of ids.entries()) {
      const alone = encoder.hidden([text], encoder.layers)[0] as Float32Array;
      const roundings = encoderRoundings(encoder.config, encoder.layers, text.length);
      expectRounded(together[row] as Float32Array, alone, roundings);
      expectRounded(reversed[row] as Float32Array, alone, roundings);
    }
    encoder.dispose();
  });
});

describe("an encoder", () => {
  it("refuses ids, lengths and layers that it does not have", () => {
    const encoder = loadEncoder(path.join(ORACLES, "xlmr"));
    expect(encoder.maxLength).toBe(40);
    expect(() => encoder.hidden([[0, 150]], 1)).toThrow("found 150");
    expect(() => encoder.hidden([new Array(41).fill(5)], 1)).toThrow("at most 40");
    expect(() => encoder.hidden([[0, 2]], 4)).toThrow("from 0 to 3, found 4");
    encoder.dispose();
  });

  it("reads LayerNorm tensors called gamma and beta, and names what is missing or unexpected", () => {
    const source = WeightFiles.open(path.join(ORACLES, "bert"));
    const copy = (rename: (name: string) => string | undefined) => {
      const folder = fs.mkdtempSync(path.join(scratch, "bert-"));
      fs.copyFileSync(path.join(ORACLES, "bert/config.json"), path.join(folder, "config.json"));
      const tensors = source.names().flatMap((name) => {
        const renamed = rename(name);
        return renamed ? [{ ...source.info(name), name: renamed, data: source.bytes(name) }] : [];
      });
      writeSafetensors(path.join(folder, "model.safetensors"), tensors);
      return folder;
    };
    const old = loadEncoder(
      copy((name) =>
        name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"),
      ),
    );
    const modern = loadEncoder(path.join(ORACLES, "bert"));
    const { ids } = texts("bert");
    expect(old.hidden(ids, 3)).toEqual(modern.hidden(ids, 3));
    expect(old.hash).not.toBe(modern.hash);
    expect(() =>
      loadEncoder(copy((name) => (name.includes("layer.1.output.dense.bias") ? undefined : name))),
    ).toThrow("missing encoder.layer.1.output.dense.bias [32]");
    expect(() => loadEncoder(copy((name) => name.replace("cls.predictions.bias", "bert.extra")))).toThrow(
      "unexpected bert.extra",
    );
    source.close();
    old.dispose();
    modern.dispose();
  });

  it("has gradients that agree with finite differences", () => {
    const folder = path.join(ORACLES, "xlmr");
    const encoder = loadEncoder(folder);
    const files = WeightFiles.open(folder);
    const variables = new Map(
      [...encoderTensorShapes(encoder.config)].map(([name, shape]) => [
        name,
        tf.variable(tf.tensor(files.float32(`roberta.${name}`), shape)),
      ]),
    );
    const ids = tf.tensor2d([0, 7, 9, 2, 0, 30, 2, 1], [2, 4], "int32");
    const mask = tf.tensor2d([1, 1, 1, 1, 1, 1, 1, 0], [2, 4]);
    const look = (name: string) => variables.get(name) as never;
    const loss = () =>
      tf.tidy(() => {
        const last = encoderForward(encoder.config, look, ids, mask)[3]!;
        return tf.mean(tf.sin(tf.mul(last, tf.expandDims(mask, 2)))).asScalar();
      });
    const { grads } = tf.variableGrads(loss);
    for (const [name, at] of [
      ["embeddings.word_embeddings.weight", 7 * 40 + 3],
      ["embeddings.position_embeddings.weight", 3 * 40 + 1],
      ["encoder.layer.0.attention.self.query.weight", 11],
      ["encoder.layer.1.intermediate.dense.bias", 5],
      ["encoder.layer.2.output.LayerNorm.weight", 2],
    ] as [string, number][]) {
      const variable = variables.get(name)!;
      const values = variable.dataSync();
      const at_ = (delta: number) => {
        const changed = Float32Array.from(values);
        changed[at] = (changed[at] as number) + delta;
        variable.assign(tf.tensor(changed, variable.shape));
        return loss().dataSync()[0] as number;
      };
      const numeric = (at_(0.02) - at_(-0.02)) / 0.04;
      at_(0);
      const analytic = grads[variable.name]!.dataSync()[at] as number;
      // Two means of sines in fp32, over a step of 0.04, and what the curve does within it.
      const mean =
        roundingBound(encoderRoundings(encoder.config, 3, 4), 1) / Math.sqrt(7 * encoder.hiddenSize);
      expect(Math.abs(numeric - analytic)).toBeLessThan(mean / 0.04 + 0.02 * Math.abs(analytic));
    }
    files.close();
    encoder.dispose();
  });
});
