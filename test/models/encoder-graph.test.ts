// An encoder's pass as a graph against the same pass op by op, which encoder.test.ts holds to transformers.
import * as path from "node:path";
import { describe, expect, it, vi } from "vitest";
import { GraphSession } from "../../src/engine/graph/session";
import { type Tensor, tf } from "../../src/engine/tf";
import { EAGER_BATCHES, loadEncoder } from "../../src/models/encoder";
import { type EncoderConfig, findEncoderTensors, readEncoderConfig } from "../../src/models/encoder-config";
import { encoderForward, encoderInputs } from "../../src/models/encoder-forward";
import { encoderGraph } from "../../src/models/encoder-graph";
import { WeightFiles } from "../../src/models/safetensors";
import { encoderRoundings, expectRounded } from "../rounding";

const ORACLES = path.join(__dirname, "../fixtures/oracles/models/encoders");

/** Weights of a fixture, each number passed through `change`. */
function weightsOf(folder: string, config: EncoderConfig, change = (value: number) => value) {
  const files = WeightFiles.open(folder);
  const weights = new Map<string, Tensor>();
  for (const [name, stored] of findEncoderTensors(files, config)) {
    weights.set(name, tf.tensor(files.float32(stored).map(change), files.info(stored).shape));
  }
  files.close();
  return weights;
}

/** Batches of real lengths, padded to the longest; the ids are any but the padding. */
function batchOf({ vocabSize, padTokenId, typeVocabSize }: EncoderConfig, lengths: number[]) {
  const time = Math.max(...lengths);
  const fill = (value: (row: number, t: number) => number, rest: number) =>
    lengths.map((length, row) => Array.from({ length: time }, (_, t) => (t < length ? value(row, t) : rest)));
  const id = (row: number, t: number) => padTokenId + 1 + ((7 * row + 11 * t) % (vocabSize - padTokenId - 1));
  return {
    ids: tf.tensor2d(fill(id, padTokenId), undefined, "int32"),
    mask: tf.tensor2d(
      fill(() => 1, 0),
      undefined,
      "float32",
    ),
    tokenTypes: tf.tensor2d(
      fill((_, t) => (t > 3 ? typeVocabSize - 1 : 0), 0),
      undefined,
      "int32",
    ),
  };
}

const BATCHES = [[9, 4, 1], [12], [1], [5, 5], [3, 20, 7, 7, 2, 31, 8], [3, 11, 11]];

/** Holds the graph's states at tokens to the eager ones over all batches; returns them. */
function compare(config: EncoderConfig, weights: Map<string, Tensor>, layer: number): number[] {
  const graph = encoderGraph(config, weights, layer)!;
  const states: number[] = [];
  for (const lengths of BATCHES) {
    tf.tidy(() => {
      const { ids, mask, tokenTypes } = batchOf(config, lengths);
      const eager = encoderForward(config, (name) => weights.get(name)!, ids, mask, {
        layers: layer,
        tokenTypes,
      })[layer]!;
      const compiled = graph(encoderInputs(config, ids, mask, tokenTypes));
      expect(compiled.size).toBe(eager.size);
      const real = mask.dataSync();
      const [expected, found] = [eager, compiled].map((all) =>
        [...all.dataSync()].filter((_, i) => real[Math.floor(i / config.hiddenSize)] === 1),
      );
      expectRounded(found!, expected!, encoderRoundings(config, layer, Math.max(...lengths)));
      states.push(...found!);
    });
  }
  return states;
}

describe.each(["bert", "xlmr", "roberta"])("the graph of %s", (name) => {
  const folder = path.join(ORACLES, name);
  const config = readEncoderConfig(folder);

  it("gives the eager states of every layer, for batches of any size, with padding and token types", () => {
    const weights = weightsOf(folder, config);
    for (let layer = 0; layer <= config.numHiddenLayers; layer++) {
      expect(Math.max(...compare(config, weights, layer))).toBeGreaterThan(0.1);
    }
    tf.dispose([...weights.values()]);
  });

  it("serves a second encoder with that one's weights, and leaves no tensor behind", () => {
    const weights = weightsOf(folder, config);
    const first = compare(config, weights, config.numHiddenLayers);
    const before = tf.memory().numTensors;
    const others = weightsOf(folder, config, (value) => value * 1.5 + 0.01);
    const second = compare(config, others, config.numHiddenLayers);
    expect(second).not.toEqual(first);
    tf.dispose([...others.values()]);
    expect(compare(config, weights, config.numHiddenLayers)).toEqual(first);
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([...weights.values()]);
  });

  it("takes over in a loaded encoder after its first batches, and no tensor stays", () => {
    const before = tf.memory().numTensors;
    const encoder = loadEncoder(folder);
    const loaded = tf.memory().numTensors;
    const texts = [
      [5, 7, 9, 11, 2],
      [8, 3],
    ];
    const run = vi.spyOn(GraphSession.prototype, "run");
    const eager = encoder.hidden(texts, 2);
    // Each text is a batch of its own: one is longer than the other by more than half.
    for (let batches = 4; batches <= EAGER_BATCHES + 4; batches += 2) {
      for (const [row, states] of encoder.hidden(texts, 2).entries()) {
        expectRounded(states, eager[row]!, encoderRoundings(config, 2, texts[row]!.length));
      }
      expect(tf.memory().numTensors).toBe(loaded);
      expect(run).toHaveBeenCalledTimes(Math.max(0, batches - EAGER_BATCHES));
    }
    run.mockRestore();
    encoder.dispose();
    expect(() => encoder.hidden(texts, 2)).toThrow("was the encoder disposed?");
    expect(tf.memory().numTensors).toBe(before);
  });
});
