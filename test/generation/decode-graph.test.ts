// Decoding steps as a graph against the same steps op by op: all families, padding, sliding window, adapters, stop tokens.
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { ALL_PROJECTIONS, LoraAdapter } from "../../src/adapters/lora";
import { exp, mul, sum } from "../../src/engine/raw";
import { type Tensor, tf, type Variable } from "../../src/engine/tf";
import { type GenerateOptions, generate } from "../../src/generation/generate";
import { Decoder } from "../../src/models/decoder";
import { loadDecoder } from "../../src/models/load";
import { REFERENCE_MODELS, referenceModel } from "../models/reference-models";
import { decoderRoundings, expectRounded, sizeOf } from "../rounding";

const MODELS = path.resolve(__dirname, "../fixtures/oracles/models");
// Lengths on both sides of Gemma's window of 6, so that rows are padded and some layers look back less far.
const prompts = [
  [154, 102, 147, 79, 117],
  [105, 139],
  [117, 12, 115, 155, 65, 116, 109, 157, 96],
];
const greedy = { maxNewTokens: 14, stopIds: [], padId: 0 };

/** Tokens, and the logits of every step. */
function written(decoder: Decoder, options: Partial<GenerateOptions>, given = prompts) {
  const logits: number[][] = [];
  const tokens = generate(decoder, given, {
    ...greedy,
    ...options,
    onLogits: (step) => logits.push([...step.dataSync()]),
  });
  return { tokens, logits };
}

function expectSame(decoder: Decoder, options: Partial<GenerateOptions> = {}, given = prompts) {
  const compiled = written(decoder, options, given);
  const eager = written(decoder, { ...options, compile: false }, given);
  expect(compiled.tokens).toEqual(eager.tokens);
  expect(compiled.logits.length).toBe(eager.logits.length);
  const keys = Math.max(...given.map((prompt) => prompt.length)) + eager.logits.length;
  for (const [step, values] of eager.logits.entries()) {
    expectRounded(compiled.logits[step]!, values, decoderRoundings(decoder.config, keys));
  }
  return compiled;
}

describe.each(REFERENCE_MODELS)("decoding %s", (family) => {
  const decoder = () => loadDecoder(referenceModel(family));

  it("gives the eager tokens and logits, padded, alone and in batches of two", () => {
    const model = decoder();
    expectSame(model);
    expectSame(model, {}, [prompts[2]!]);
    expectSame(model, { batchSize: 2 });
    model.dispose();
  });

  it("ends rows at a stop token", () => {
    const model = decoder();
    const free = generate(model, prompts, greedy);
    const stopIds = [free[0]![4]!, free[2]![7]!];
    const { tokens } = expectSame(model, { stopIds });
    expect(tokens[0]).toEqual(
      free[0]!.slice(
        0,
        free[0]!.findIndex((id) => stopIds.includes(id)),
      ),
    );
    model.dispose();
  });
});

it("decodes where every layer slides, so that nothing reads what full layers would", () => {
  const whole = loadDecoder(referenceModel("gemma3"));
  const slidingLayers = whole.config.slidingLayers.slice(0, 3);
  expect(slidingLayers).toEqual([true, true, true]);
  const upper = /layers\.(?:[3-9]|\d\d)\./;
  const weights = new Map([...whole.weights].filter(([name]) => !upper.test(name)));
  expectSame(new Decoder({ ...whole.config, numHiddenLayers: 3, slidingLayers }, weights));
  whole.dispose();
});

describe("a decoding graph", () => {
  const folder = path.join(MODELS, "gemma2");

  it("reads weights and adapters as they are at each call", () => {
    const model = loadDecoder(folder, { trainable: true });
    const before = expectSame(model).logits;
    const norm = model.weights.get("model.norm.weight") as Variable;
    norm.assign(norm.add(1) as never);
    const after = expectSame(model).logits;
    expect(after).not.toEqual(before);
    model.dispose();

    const base = loadDecoder(folder);
    const config = {
      rank: 4,
      alpha: 8,
      targetModules: ALL_PROJECTIONS,
      rsLora: false,
      dora: true,
      rankPattern: {},
      alphaPattern: {},
      baseModel: "gemma2",
    };
    const adapter = LoraAdapter.create(base, config, 1);
    base.adapter = adapter.layers;
    const untrained = expectSame(base).logits;
    for (const parameter of adapter.parameters) parameter.assign(parameter.add(0.05) as never);
    expect(expectSame(base).logits).not.toEqual(untrained);
    adapter.dispose();
    base.dispose();
  });

  it("computes beside each step what is computed of its logits op by op", () => {
    const model = loadDecoder(folder);
    const sums = (compile: boolean) => {
      const found: number[][] = [];
      const order: (readonly number[])[] = [];
      const tokens = generate(model, prompts, {
        ...greedy,
        compile,
        sideOutputs: {
          name: "test",
          inputs: (rows) => ({ factors: tf.fill([rows, 1], 2) as Tensor }),
          dimensions: { factors: ["batch", 1] },
          compute: (logits, { factors }) => ({ sums: sum(mul(exp(logits), factors!), 1) }),
          take: (results, rows) => {
            found.push([...results.sums!.dataSync()]);
            order.push(rows);
          },
        },
      });
      expect(order.every((rows) => rows.join() === "1,0,2")).toBe(true);
      return { found, tokens };
    };
    const { logits, tokens } = written(model, { compile: false });
    const vocab = model.config.vocabSize;
    const expected = logits.map((step) =>
      prompts.map((_, row) =>
        step.slice(row * vocab, (row + 1) * vocab).reduce((total, x) => total + 2 * Math.exp(x), 0),
      ),
    );
    for (const compile of [true, false]) {
      const run = sums(compile);
      expect(run.tokens).toEqual(tokens);
      expect(run.found.length).toBe(greedy.maxNewTokens);
      for (const [step, values] of run.found.entries()) {
        // What moves a logit by some amount moves its exponential by that share.
        const size = sizeOf(logits[step]!) * sizeOf(expected[step]!);
        expectRounded(values, expected[step]!, decoderRoundings(model.config, 23) + vocab, size);
      }
    }
    model.dispose();
  });

  it("goes on where the room for keys and values ends", () => {
    const model = loadDecoder(folder);
    expectSame(model, { maxNewTokens: 70 }, [prompts[0]!]);
    model.dispose();
  });

  it("leaves no tensor behind", () => {
    const model = loadDecoder(folder);
    generate(model, prompts, greedy);
    const before = tf.memory().numTensors;
    generate(model, prompts, { ...greedy, maxNewTokens: 3 });
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });

  it("is not made of weights narrower than fp32, which decode op by op", () => {
    const model = loadDecoder(folder, { frozen: "bfloat16" });
    expectSame(model);
    model.dispose();
  });
});
