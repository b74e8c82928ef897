// Does one text follow from another? A sequence classifier of natural language inference (KLUE-NLI, XNLI) says how likely.
import { encoderFamily } from "../../models/encoder-config";
import { loadSequenceClassifier } from "../../models/sequence-classifier";
import { type EncoderTokenizer, loadEncoderTokenizer } from "../../prompts/encoder-tokenizer";
import { encoderPlace } from "../bertscore/load-bert-scorer";

export interface Verdict {
  /** Probabilities; of a model with two classes contradiction is 0. */
  entailment: number;
  contradiction: number;
  /** Whether the premise was cut to fit the encoder. */
  cut: boolean;
}

export interface EntailmentModel {
  /** Model, labels and hashes. */
  signature: string;
  judge(pairs: readonly (readonly [premise: string, hypothesis: string])[]): Verdict[];
}

export interface EncodedPair {
  ids: number[];
  types: number[];
  cut: boolean;
}

/**
 * A pair as transformers' tokenizers write it: `[CLS] a [SEP] b [SEP]` with token type 1 from b on, or `<s> a </s></s> b </s>`. Of a pair
 * that is too long the first text's end is cut. Throws where the second alone is too long.
 */
export function encodePair(
  tokenizer: EncoderTokenizer,
  separators: 1 | 2,
  [a, b]: readonly [string, string],
): EncodedPair {
  const [first, second] = [tokenizer.encode(a), tokenizer.encode(b)];
  const [start, end] = [first.ids[0]!, first.ids[first.ids.length - 1]!];
  const between = new Array<number>(separators).fill(end);
  const tail = second.ids.slice(1);
  const room = tokenizer.maxLength - 1 - between.length - tail.length;
  if (room < 1 || second.truncated)
    throw new Error(
      `Entailment: a sentence of ${second.ids.length} tokens or more does not fit the encoder: “${b.slice(0, 40)}…”`,
    );
  const inner = first.ids.slice(1, -1);
  const head = [start, ...inner.slice(0, room), ...between];
  return {
    ids: [...head, ...tail],
    types: separators === 1 ? [...head.map(() => 0), ...tail.map(() => 1)] : [...head, ...tail].map(() => 0),
    cut: first.truncated || inner.length > room,
  };
}

/** Which label says that the second text follows from the first, and which that it contradicts it, if there is one. */
export function nliLabels(labels: readonly string[]): {
  entailment: number;
  contradiction: number | undefined;
} {
  const entailment = labels.findIndex((label) => /^entail/i.test(label));
  const contradiction = labels.findIndex((label) => /^contradict/i.test(label));
  if (entailment < 0)
    throw new Error(
      `Entailment: expected a label "entailment" in config.json's id2label, found ${labels.join(", ")}. ` +
        "Write the labels' names there in the order that the model was trained with.",
    );
  return { entailment, contradiction: contradiction < 0 ? undefined : contradiction };
}

/** Loads a model folder or hub model with a classification head. Throws where it has none, or no label "entailment". */
export async function loadEntailmentModel(choice: string): Promise<EntailmentModel> {
  const { place, name, revision } = await encoderPlace(choice);
  const classifier = loadSequenceClassifier(place);
  const { encoder, labels } = classifier;
  const { entailment, contradiction } = nliLabels(labels);
  const tokenizer = await loadEncoderTokenizer(place, encoder.maxLength);
  const { separators } = encoderFamily(encoder.config);
  return {
    signature: `${name}${revision ? `@${revision}` : ""}|labels=${labels.join(",")}|model=${encoder.hash.slice(0, 12)}|tokenizer=${tokenizer.hash.slice(0, 12)}`,
    judge(pairs) {
      const encoded = pairs.map((pair) => encodePair(tokenizer, separators, pair));
      const scores = classifier.logits(
        encoded.map(({ ids }) => ids),
        encoded.map(({ types }) => types),
      );
      return scores.map((logits, i) => {
        const largest = Math.max(...logits);
        const powers = logits.map((logit) => Math.exp(logit - largest));
        const total = powers.reduce((sum, power) => sum + power, 0);
        return {
          entailment: powers[entailment]! / total,
          contradiction: contradiction === undefined ? 0 : powers[contradiction]! / total,
          cut: encoded[i]!.cut,
        };
      });
    },
  };
}
