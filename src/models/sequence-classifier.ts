// An encoder with a classification head (BertForSequenceClassification, RobertaFor…, XLMRobertaFor…): label scores of texts or pairs.
import * as path from "node:path";
import { type Encoder, loadEncoder } from "./encoder";
import { encoderFamily } from "./encoder-config";
import { ConfigError, readJsonObject } from "./json-files";
import { WeightFiles } from "./safetensors";

export interface SequenceClassifier {
  encoder: Encoder;
  /** config.json's names of the scores, in their order. */
  labels: readonly string[];
  /** Scores before the softmax, one list a text in the labels' order; `tokenTypes` as `Encoder.hidden` takes them. */
  logits(ids: number[][], tokenTypes?: number[][]): Float64Array[];
  dispose(): void;
}

interface Dense {
  /** [out, in], row-major. */
  weight: Float32Array;
  bias: Float32Array;
}

/** W x + b. */
function dense({ weight, bias }: Dense, x: Float64Array | Float32Array): Float64Array {
  return Float64Array.from(bias, (start, row) => {
    let sum = start;
    for (let i = 0; i < x.length; i++) sum += weight[row * x.length + i]! * x[i]!;
    return sum;
  });
}

/** The labels of config.json's id2label; throws ConfigError where they do not count from 0. */
function readLabels(folder: string): string[] {
  const file = path.join(folder, "config.json");
  const { id2label } = readJsonObject(file);
  const labels = Object.entries((id2label ?? {}) as Record<string, unknown>)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([id, label], i) => (Number(id) === i && typeof label === "string" ? label : undefined));
  if (labels.length >= 2 && !labels.includes(undefined)) return labels as string[];
  throw new ConfigError(
    `${file}: field "id2label": expected the names of the classes from "0" on, found ${JSON.stringify(id2label) ?? "nothing"}`,
  );
}

/** Loads a folder with encoder and head. Throws ConfigError that names a part of the head that is missing or of another shape. */
export function loadSequenceClassifier(folder: string): SequenceClassifier {
  const labels = readLabels(folder);
  const encoder = loadEncoder(folder);
  const files = WeightFiles.open(folder);
  const part = (name: string, rows: number): Dense => {
    const read = (kind: string, shape: number[]): Float32Array => {
      const stored = `${name}.${kind}`;
      const found = files.names().includes(stored) ? files.info(stored).shape : undefined;
      if (found?.join() !== shape.join())
        throw new ConfigError(
          `${files.source}: expected ${stored} [${shape.join(", ")}] of a classification head, found ${found ? `[${found.join(", ")}]` : "none"}`,
        );
      return files.float32(stored);
    };
    return { weight: read("weight", [rows, encoder.hiddenSize]), bias: read("bias", [rows]) };
  };
  try {
    const { head } = encoderFamily(encoder.config);
    const [inner, outer] = [part(head.dense, encoder.hiddenSize), part(head.out, labels.length)];
    return {
      encoder,
      labels,
      logits: (ids, tokenTypes) =>
        encoder
          .hidden(ids, encoder.layers, tokenTypes)
          .map((states) => dense(outer, dense(inner, states.subarray(0, encoder.hiddenSize)).map(Math.tanh))),
      dispose: () => encoder.dispose(),
    };
  } finally {
    files.close();
  }
}
