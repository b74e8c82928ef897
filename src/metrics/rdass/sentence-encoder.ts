// Texts as one vector each, as sentence encoders make them: an encoder's last states, pooled, behind a prefix where the model wants one.
import { loadEncoder } from "../../models/encoder";
import { loadEncoderTokenizer } from "../../prompts/encoder-tokenizer";
import { encoderPlace } from "../bertscore/load-bert-scorer";

export type Pooling = "mean" | "cls";

export interface SentenceEncoderChoice {
  /** A model folder or a hub model. */
  encoder: string;
  /** Mean of all tokens' states, special ones included, as sentence-transformers takes it, or the first token's. */
  pooling?: Pooling;
  /** Before summaries and references: "query: " for multilingual-e5. */
  prefix?: string;
  /** Before documents; the same where absent. */
  documentPrefix?: string;
}

export interface SentenceEncoder {
  /** Model, pooling, prefixes and hashes: values of another encoder do not compare. */
  signature: string;
  /** Vectors of length 1, and which texts were cut to the encoder's longest length. */
  vectors(
    texts: readonly string[],
    kind: "summary" | "document",
  ): { vectors: Float32Array[]; cut: boolean[] };
}

/** [tokens, hidden] states as one vector of length 1. */
export function pool(states: Float32Array, hidden: number, pooling: Pooling): Float32Array {
  const sum = new Float64Array(hidden);
  const until = pooling === "cls" ? hidden : states.length;
  for (let i = 0; i < until; i++) sum[i % hidden]! += states[i]!;
  const norm = Math.hypot(...sum) || 1;
  return Float32Array.from(sum, (value) => value / norm);
}

/** Loads a sentence encoder; throws where the model is no BERT, RoBERTa or XLM-R, HubError when a download fails. */
export async function loadSentenceEncoder(choice: SentenceEncoderChoice): Promise<SentenceEncoder> {
  const { encoder: wanted, pooling = "mean", prefix = "", documentPrefix = prefix } = choice;
  const { place, name, revision } = await encoderPlace(wanted);
  const encoder = loadEncoder(place);
  const tokenizer = await loadEncoderTokenizer(place, encoder.maxLength);
  const hashes = `model=${encoder.hash.slice(0, 12)}|tokenizer=${tokenizer.hash.slice(0, 12)}`;
  const prefixes = `prefix=${JSON.stringify(prefix)}|documents=${JSON.stringify(documentPrefix)}`;
  return {
    signature: `${name}${revision ? `@${revision}` : ""}|pooling=${pooling}|${prefixes}|${hashes}`,
    vectors(texts, kind) {
      const before = kind === "document" ? documentPrefix : prefix;
      const encoded = texts.map((text) => tokenizer.encode(before + text));
      const states = encoder.hidden(
        encoded.map(({ ids }) => ids),
        encoder.layers,
      );
      return {
        vectors: states.map((one) => pool(one, encoder.hiddenSize, pooling)),
        cut: encoded.map(({ truncated }) => truncated),
      };
    },
  };
}
