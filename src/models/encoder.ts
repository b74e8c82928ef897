// Encoders for BERTScore and embeddings: hidden states of any layer for texts of any length, without padding's traces.
import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { type Tensor, tf } from "../engine/tf";
import { type EncoderConfig, findEncoderTensors, longestText, readEncoderConfig } from "./encoder-config";
import { encoderInputs, encoderLayers } from "./encoder-forward";
import { type EncoderGraph, encoderGraph } from "./encoder-graph";
import { WeightFiles } from "./safetensors";

export interface Encoder {
  name: string;
  layers: number;
  hiddenSize: number;
  /** Tokens of the longest text that `hidden` takes. */
  maxLength: number;
  config: EncoderConfig;
  /**
   * Hidden states after `layer` layers (0 = normed embedding) of each text, row-major [tokens, hiddenSize].
   * `tokenTypes` are 0 where absent. Throws on an id outside the vocabulary, a text that is too long and an unknown layer.
   */
  hidden(ids: number[][], layer: number, tokenTypes?: number[][]): Float32Array[];
  /** SHA-256 of config.json and the weights. */
  readonly hash: string;
  /** Frees the weights. */
  dispose(): void;
}

/** Tokens of a batch at most, padding included. */
const BATCH_TOKENS = 4096;
/**
 * Batches of a layer that go op by op before a graph is built for it. On a busy machine, medians of 10: building and the
 * first run took 90 ms for 2 layers of 64 states (286 for the first graph of a process), 361 for 12; a batch of 8 to 64
 * texts of 32 tokens then took 4 to 15 ms less of 8 to 30, and 50 to 75 less of 94 to 170, so a graph has paid after
 * some 5 to 20 batches. Of BERT-base's size it gains little: 2.1 s for 2.5 (16 x 32, medians of 3), nothing for one text.
 * Counted, not timed, so that equal runs do equal things.
 */
export const EAGER_BATCHES = 12;

/** Cuts texts into batches of like length, longest first; indices into `lengths`. */
function batches(lengths: number[]): number[][] {
  const order = lengths.map((_, i) => i).filter((i) => (lengths[i] as number) > 0);
  order.sort((a, b) => (lengths[b] as number) - (lengths[a] as number));
  const result: number[][] = [];
  let rows = 0;
  for (const i of order) {
    const current = result[result.length - 1];
    const length = lengths[i] as number;
    // A row that is padding by more than a third begins a batch of its own length.
    const longest = current ? (lengths[current[0] as number] as number) : 0;
    if (current && (rows + 1) * longest <= BATCH_TOKENS && length * 1.5 >= longest) {
      current.push(i);
      rows++;
    } else {
      result.push([i]);
      rows = 1;
    }
  }
  return result;
}

function hashFiles(files: string[]): string {
  const hash = crypto.createHash("sha256");
  const chunk = Buffer.alloc(1 << 24);
  for (const file of files) {
    const fd = fs.openSync(file, "r");
    for (let count = fs.readSync(fd, chunk); count > 0; count = fs.readSync(fd, chunk))
      hash.update(chunk.subarray(0, count));
    fs.closeSync(fd);
  }
  return hash.digest("hex");
}

class LoadedEncoder implements Encoder {
  private known: string | undefined;
  /** Batches so far, by layer. */
  private readonly asked: number[] = [];
  private readonly graphs: (EncoderGraph | undefined)[] = [];

  constructor(
    readonly name: string,
    readonly config: EncoderConfig,
    private readonly weights: Map<string, Tensor>,
    private readonly files: string[],
  ) {}

  get layers(): number {
    return this.config.numHiddenLayers;
  }

  get hiddenSize(): number {
    return this.config.hiddenSize;
  }

  get maxLength(): number {
    return longestText(this.config);
  }

  get hash(): string {
    this.known ??= hashFiles(this.files);
    return this.known;
  }

  hidden(ids: number[][], layer: number, tokenTypes?: number[][]): Float32Array[] {
    if (!Number.isInteger(layer) || layer < 0 || layer > this.layers) {
      throw new Error(`${this.name}: expected a layer from 0 to ${this.layers}, found ${layer}`);
    }
    this.check(ids, tokenTypes);
    const result: Float32Array[] = ids.map(() => new Float32Array(0));
    for (const rows of batches(ids.map((text) => text.length))) {
      const time = (ids[rows[0] as number] as number[]).length;
      const flat = this.forward(
        rows.map((row) => ids[row] as number[]),
        rows.map((row) => tokenTypes?.[row]),
        time,
        layer,
      );
      for (const [at, row] of rows.entries()) {
        const start = at * time * this.hiddenSize;
        result[row] = flat.slice(start, start + (ids[row] as number[]).length * this.hiddenSize);
      }
    }
    return result;
  }

  dispose(): void {
    for (const weight of this.weights.values()) weight.dispose();
    this.weights.clear();
    this.graphs.length = 0;
  }

  /** Hidden states of one padded batch, [rows, time, hidden] row-major. */
  private forward(
    texts: number[][],
    types: (number[] | undefined)[],
    time: number,
    layer: number,
  ): Float32Array {
    const ids = new Int32Array(texts.length * time).fill(this.config.padTokenId);
    const mask = new Float32Array(ids.length);
    const tokenTypes = new Int32Array(ids.length);
    for (const [row, text] of texts.entries()) {
      ids.set(text, row * time);
      mask.fill(1, row * time, row * time + text.length);
      tokenTypes.set(types[row] ?? [], row * time);
    }
    const shape: [number, number] = [texts.length, time];
    // Read outside of the tidy: it would look for tensors in every element of an array that leaves it.
    const last = tf.tidy(() => {
      const inputs = encoderInputs(
        this.config,
        tf.tensor2d(ids, shape, "int32"),
        tf.tensor2d(mask, shape),
        tf.tensor2d(tokenTypes, shape, "int32"),
      );
      const graph = this.graphOf(layer);
      if (graph) return graph(inputs);
      return encoderLayers(this.config, (name) => this.weight(name), inputs, layer)[layer] as Tensor;
    });
    const values = last.dataSync() as Float32Array;
    last.dispose();
    return values;
  }

  /** The graph of a layer that has been asked for often enough. */
  private graphOf(layer: number): EncoderGraph | undefined {
    this.asked[layer] = (this.asked[layer] ?? 0) + 1;
    if (this.asked[layer] === EAGER_BATCHES + 1) {
      this.graphs[layer] = encoderGraph(this.config, this.weights, layer);
    }
    return this.graphs[layer];
  }

  private weight(name: string): Tensor {
    const weight = this.weights.get(name);
    if (!weight) throw new Error(`${this.name}: no weight "${name}"; was the encoder disposed?`);
    return weight;
  }

  // TensorFlow's gather returns zeros or ends the process for an index out of range, depending on the device.
  private check(ids: number[][], tokenTypes: number[][] | undefined): void {
    const { vocabSize, typeVocabSize } = this.config;
    for (const [row, text] of ids.entries()) {
      if (text.length > this.maxLength) {
        throw new Error(
          `${this.name}: text ${row} has ${text.length} tokens, expected at most ${this.maxLength}; shorten it`,
        );
      }
      const wrong = text.find((id) => !Number.isInteger(id) || id < 0 || id >= vocabSize);
      if (wrong !== undefined) {
        throw new Error(
          `${this.name}: text ${row}: expected token ids from 0 to ${vocabSize - 1}, found ${wrong}`,
        );
      }
      const types = tokenTypes?.[row];
      if (!types) continue;
      if (
        types.length !== text.length ||
        types.some((type) => !Number.isInteger(type) || type < 0 || type >= typeVocabSize)
      ) {
        throw new Error(
          `${this.name}: text ${row}: expected ${text.length} token types below ${typeVocabSize}`,
        );
      }
    }
  }
}

/** Loads a BERT, RoBERTa or XLM-RoBERTa model from a folder of config.json and safetensors, with or without a head. */
export function loadEncoder(folder: string): Encoder {
  const config = readEncoderConfig(folder);
  const files = WeightFiles.open(folder);
  try {
    const weights = new Map<string, Tensor>();
    for (const [name, stored] of findEncoderTensors(files, config)) {
      weights.set(name, tf.keep(tf.tensor(files.float32(stored), files.info(stored).shape)));
    }
    return new LoadedEncoder(path.basename(folder), config, weights, [
      path.join(folder, "config.json"),
      ...files.files,
    ]);
  } finally {
    files.close();
  }
}
