// Every custom gradient against finite differences of a naive float64 function.
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { Random } from "../../src/base/random";
import { recomputed, valueAndGradients } from "../../src/engine/gradient";
import { type Tensor, tf } from "../../src/engine/tf";
import { attention } from "../../src/models/attention";
import type { DecoderConfig } from "../../src/models/config";
import { embed, takeRows } from "../../src/models/embedding";
import { gatedActivation } from "../../src/models/gated-activation";
import { linear, lowRankLinear } from "../../src/models/linear";
import { attentionMask } from "../../src/models/mask";
import { rmsNorm } from "../../src/models/rms-norm";
import { ropeFrequencies, ropeTables } from "../../src/models/rope";
import { crossEntropyRows, headLoss } from "../../src/training/head-loss";
import { compare, type Matrix, matrix, product, transposed } from "./finite-differences";

const random = new Random(3);
const scaleRows = (m: Matrix, factor: number) => m.map((row) => row.map((v) => v * factor));
/** A row as a vector; kept, since the custom ops rely on weights living longer than the tape. */
const vector = (row: Tensor) => tf.keep(tf.reshape(row, [-1]));
const plus = (a: Matrix, b: Matrix) => a.map((row, i) => row.map((v, j) => v + b[i]![j]!));

describe("RMSNorm", () => {
  it.each([0, 1] as const)("with offset %i", (offset) => {
    compare(
      [matrix(random, 3, 6), matrix(random, 1, 6, 0.5)],
      (x, w) => rmsNorm(x, vector(w), { eps: 1e-2, offset, trainable: true }),
      (x, w) =>
        x.map((row) => {
          const rms = Math.sqrt(row.reduce((sum, v) => sum + v * v, 0) / row.length + 1e-2);
          return row.map((v, j) => (v / rms) * (offset + w[0]![j]!));
        }),
    );
  });
});

describe("gated activation", () => {
  const geluTanh = (x: number) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
  const silu = (x: number) => x / (1 + Math.exp(-x));
  it.each([
    ["gelu_tanh", geluTanh],
    ["silu", silu],
  ] as const)("%s", (name, f) => {
    compare(
      [matrix(random, 4, 5, 2), matrix(random, 4, 5)],
      (gate, up) => gatedActivation(gate, up, name),
      (gate, up) => gate.map((row, i) => row.map((v, j) => f(v) * up[i]![j]!)),
    );
  });
});

describe("linear layers", () => {
  it("plain", () => {
    compare(
      [matrix(random, 3, 4), matrix(random, 5, 4)],
      (x, w) => linear(x, w, true),
      (x, w) => product(x, transposed(w)),
    );
  });

  const weight = matrix(random, 5, 4);
  const frozen = tf.tensor2d(weight);
  const update = (b: Matrix, a: Matrix) => scaleRows(product(b, a), 1.5);

  it("low-rank", () => {
    compare(
      [matrix(random, 3, 4), matrix(random, 2, 4), matrix(random, 5, 2)],
      (x, a, b) => lowRankLinear(x, frozen, { a, b, scale: 1.5 }),
      (x, a, b) => product(x, transposed(plus(weight, update(b, a)))),
    );
  });

  it("DoRA, its norm a constant to the gradient", () => {
    const a0 = matrix(random, 2, 4);
    const b0 = matrix(random, 5, 2);
    const norms = plus(weight, update(b0, a0)).map((row) => Math.hypot(...row));
    compare(
      [matrix(random, 3, 4), a0, b0, matrix(random, 1, 5)],
      (x, a, b, m) => lowRankLinear(x, frozen, { a, b, scale: 1.5, magnitude: vector(m) }),
      (x, a, b, m) =>
        product(x, transposed(plus(weight, update(b, a)))).map((row) =>
          row.map((v, j) => (v * m[0]![j]!) / norms[j]!),
        ),
    );
  });
});

describe("row lookups", () => {
  it("of an embedding, with repeated ids", () => {
    const ids = [2, 0, 2, 3];
    compare(
      [matrix(random, 5, 3)],
      (w) => embed(w, tf.tensor1d(ids, "int32"), 1.7, true),
      (w) => ids.map((id) => w[id]!.map((v) => v * 1.7)),
    );
  });

  it("of scored positions", () => {
    const rows = [1, 3, 1];
    compare(
      [matrix(random, 4, 3)],
      (x) => takeRows(x, tf.tensor1d(rows, "int32")),
      (x) => rows.map((row) => x[row]!),
    );
  });
});

describe("attention", () => {
  const batch = 2;
  const time = 5;
  const headDim = 4;
  interface Kind {
    heads: number;
    kvHeads: number;
    cap?: number;
    window?: number;
  }

  /** One head at a time, loops only; rotation in the half-split layout. */
  function naive({ heads, kvHeads, cap, window }: Kind, config: DecoderConfig) {
    const frequencies = ropeFrequencies(config);
    const turn = (v: number[], t: number) =>
      v.map((x, i) => {
        const half = headDim / 2;
        const angle = t * frequencies[i % half]!;
        const other = i < half ? -v[i + half]! : v[i - half]!;
        return x * Math.cos(angle) + other * Math.sin(angle);
      });
    return (query: Matrix, key: Matrix, value: Matrix): Matrix =>
      query.map((_, row) => {
        const first = row - (row % time);
        const t = row % time;
        return Array.from({ length: heads }, (_, h) => {
          const group = Math.floor(h / (heads / kvHeads));
          const part = (m: Matrix, r: number, head: number) =>
            m[r]!.slice(head * headDim, (head + 1) * headDim);
          const q = turn(part(query, row, h), t);
          const seen = Array.from({ length: t + 1 }, (_, k) => k).filter((k) => !window || t - k < window);
          const scores = seen.map((k) => {
            const dot = turn(part(key, first + k, group), k).reduce((sum, v, i) => sum + v * q[i]!, 0);
            const scaled = dot * config.attentionScale;
            return cap ? cap * Math.tanh(scaled / cap) : scaled;
          });
          const weights = scores.map((s) => Math.exp(s));
          const total = weights.reduce((a, b) => a + b, 0);
          return Array.from({ length: headDim }, (_, i) =>
            seen.reduce((sum, k, n) => sum + (weights[n]! / total) * part(value, first + k, group)[i]!, 0),
          );
        }).flat();
      });
  }

  it.each<[string, Kind]>([
    ["one key head a query head", { heads: 2, kvHeads: 2 }],
    ["grouped queries", { heads: 4, kvHeads: 2 }],
    ["softcap and window", { heads: 4, kvHeads: 2, cap: 1.5, window: 3 }],
  ])("%s", (_, kind) => {
    const { heads, kvHeads, cap, window } = kind;
    const config = {
      numAttentionHeads: heads,
      numKeyValueHeads: kvHeads,
      headDim,
      attentionScale: 0.6,
      attentionSoftcap: cap,
      ropeTheta: 100,
    } as DecoderConfig;
    compare(
      [heads, kvHeads, kvHeads].map((n) => matrix(random, batch * time, n * headDim)),
      (query, key, value) =>
        attention(config, {
          query,
          key,
          value,
          batch,
          time,
          rope: ropeTables(config, 0, time),
          mask: attentionMask({ queries: time, keys: time, groups: heads / kvHeads, window }),
        }),
      naive(kind, config),
    );
  });
});

describe("loss over the head in chunks", () => {
  const targets = [3, 0, 6, 6, 2, 1, 4];
  const hidden = matrix(random, 7, 4);
  const head = matrix(random, 8, 4);
  const ours = (chunkElements: number | undefined, softcap?: number) => (h: Tensor, w: Tensor) =>
    tf.reshape(
      headLoss(h, w, crossEntropyRows(Int32Array.from(targets)), { softcap, trainable: true, chunkElements }),
      [1, 1],
    );
  const naive = (cap?: number) => (h: Matrix, w: Matrix) => {
    const losses = product(h, transposed(w)).map((row, t) => {
      const z = row.map((v) => (cap ? cap * Math.tanh(v / cap) : v));
      return Math.log(z.reduce((sum, v) => sum + Math.exp(v), 0)) - z[targets[t]!]!;
    });
    return [[losses.reduce((a, b) => a + b, 0) / losses.length]];
  };

  it.each([
    ["whole", undefined, undefined],
    ["whole, softcapped", undefined, 2],
    ["three tokens at once, softcapped", 24, 2],
    ["one token at once", 8, undefined],
  ])("%s", (_, chunk, cap) => {
    compare([hidden, head], ours(chunk, cap), naive(cap));
  });

  it("needs no more memory for more tokens", () => {
    // What lives at once is a chunk of logits, whatever the number of tokens.
    const vocab = 4096;
    const peak = (rows: number) => {
      const h = tf.randomNormal([rows, 2], 0, 1, "float32", 1) as Tensor;
      const w = tf.randomNormal([vocab, 2], 0, 1, "float32", 2) as Tensor;
      const labels = new Int32Array(rows);
      let most = 0;
      const watch = crossEntropyRows(labels);
      valueAndGradients(
        () =>
          headLoss(
            h,
            w,
            (logits, start) => {
              const found = watch(logits, start);
              most = Math.max(most, tf.memory().numBytes);
              return found;
            },
            { trainable: false, chunkElements: 16 * vocab },
          ),
        [h],
      ).gradients[0]!.dispose();
      tf.dispose([h, w]);
      return most;
    };
    const before = tf.memory().numBytes;
    const small = peak(16) - before;
    const large = peak(1024) - before;
    // 1024 tokens' logits would be 16.8 MB; allowed are the hidden states and their gradient.
    expect(large - small).toBeLessThan(4 * 1024 * 2 * 4 * 4);
  });
});

it("has every file with a custom gradient; a new one is to be checked here too", () => {
  const root = path.join(__dirname, "../../src");
  const files = (fs.readdirSync(root, { recursive: true }) as string[])
    .filter((file) => file.endsWith(".ts"))
    .filter((file) => /\b(?:withGradient|customGrad)\(/.test(fs.readFileSync(path.join(root, file), "utf8")))
    .filter((file) => file !== "engine/gradient.ts");
  expect(files.sort()).toEqual([
    "models/attention.ts",
    "models/embedding.ts",
    "models/gated-activation.ts",
    "models/linear.ts",
    "models/rms-norm.ts",
    "quantization/fake-quantized.ts", // straight through a rounding: test/quantization/fake-quantized.test.ts
    "training/head-loss.ts",
  ]);
});

it("a recomputed function has its own gradient", () => {
  const w0 = matrix(random, 5, 4);
  compare(
    [matrix(random, 3, 4), w0],
    (x, w) =>
      recomputed(x, [w], [], (input) =>
        gatedActivation(linear(input, w, true), linear(input, w, true), "silu"),
      ),
    (x, w) => {
      const y = product(x, transposed(w));
      return y.map((row) => row.map((v) => (v / (1 + Math.exp(-v))) * v));
    },
  );
});
