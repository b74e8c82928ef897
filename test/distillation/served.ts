// What an OpenAI-compatible endpoint answers, as vLLM or as llama.cpp do, out of a decoder in this process.
import { logSoftmax } from "../../src/engine/raw";
import { tf } from "../../src/engine/tf";
import { generate } from "../../src/generation/generate";
import type { Decoder } from "../../src/models/decoder";

/** The log-probabilities after each token, by descending likelihood. */
function distributions(decoder: Decoder, ids: readonly number[]): { id: number; value: number }[][] {
  const values = tf.tidy(
    () => logSoftmax(decoder.logits(decoder.hidden(Int32Array.from(ids), 1))).dataSync() as never,
  ) as Float32Array;
  const vocab = values.length / ids.length;
  return ids.map((_, t) =>
    [...values.subarray(t * vocab, (t + 1) * vocab)]
      .map((value, id) => ({ id, value }))
      .sort((a, b) => b.value - a.value),
  );
}

/** What a made server holds. */
export interface Held {
  decoder: Decoder;
  model: string;
  /** The token that ends a turn. */
  stop: number;
}

export interface Request {
  prompt: number[];
  max_tokens: number;
  logprobs: number;
  prompt_logprobs?: number;
}
export type Kind = "vllm" | "llama.cpp" | "texts";

/** What the endpoint answers to a completion, in the form of one server or the other. */
export function completion(
  { decoder, model, stop }: Held,
  kind: Kind,
  { prompt, max_tokens: most, logprobs: k, prompt_logprobs: told }: Request,
) {
  const text = generate(decoder, [prompt], { maxNewTokens: most, stopIds: [stop], padId: 0 })[0]!;
  const ended = text.length < most;
  const written = ended ? [...text, stop] : text;
  const all = distributions(decoder, [...prompt, ...written]);
  const after = written.map((id, i) => ({ id, row: all[prompt.length - 1 + i]! }));
  const own = (row: { id: number; value: number }[], id: number) => row.find((each) => each.id === id)!.value;
  const named = (id: number) => (kind === "texts" ? `t${id}` : `token_id:${id}`);
  const logprobs =
    kind === "llama.cpp"
      ? {
          content: after.map(({ id, row }) => ({
            id,
            logprob: own(row, id),
            top_logprobs: row.slice(0, k).map((each) => ({ id: each.id, logprob: each.value })),
          })),
        }
      : {
          tokens: after.map(({ id }) => named(id)),
          token_logprobs: after.map(({ id, row }) => own(row, id)),
          top_logprobs: after.map(({ row }) =>
            Object.fromEntries(row.slice(0, k).map(({ id, value }) => [named(id), value])),
          ),
        };
  const ofPrompt = () => [
    null,
    ...prompt.slice(1).map((id, i) => {
      const row = all[i]!;
      const listed = [...row.slice(0, told), row.find((each) => each.id === id)!];
      return Object.fromEntries(listed.map((each) => [each.id, { logprob: each.value }]));
    }),
  ];
  const prompted = kind === "vllm" && told !== undefined ? { prompt_logprobs: ofPrompt() } : {};
  return { model, choices: [{ logprobs, finish_reason: ended ? "stop" : "length", ...prompted }] };
}
