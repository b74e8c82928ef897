// Parity of greedy decoding with `generate.json` and `generate.safetensors`.
import { generate } from "../../generation/generate";
import { readDecoderConfig } from "../../models/config";
import { loadDecoder } from "../../models/load";
import { type Case, exact, largestDifference, measured } from "./case";
import type { ReferenceFolder } from "./reference-folder";

interface Expected {
  input_ids: number[][];
  attention_mask: number[][];
  prompts: number[][];
  max_new_tokens: number;
  eos_token_id: number[];
  pad_token_id_effective: number;
  new_tokens: number[][];
  valid_steps_per_row: number[];
}

/** Tokens and step-by-step logits of the padded batch, and the tokens of each prompt alone. */
export function checkGeneration(set: ReferenceFolder, model: string): Case[] {
  const expected: Expected = set.json(model, "generate.json");
  const files = set.tensors(model, "generate.safetensors");
  const config = readDecoderConfig(set.at(model));
  const decoder = loadDecoder(set.at(model));
  try {
    const stops = expected.eos_token_id;
    // The reference repeats the stop token; the project's generation leaves it out.
    const wanted = expected.new_tokens.map((row, i) =>
      row
        .slice(0, expected.valid_steps_per_row[i])
        .filter((id, t, valid) => t + 1 < valid.length || !stops.includes(id)),
    );
    const options = {
      maxNewTokens: expected.max_new_tokens,
      stopIds: config.eosTokenIds,
      padId: expected.pad_token_id_effective,
    };
    const reference = files.float32("logits");
    const [, rows = 0, vocab = 0] = files.info("logits").shape;
    let largest = 0;
    let steps = 0;
    const found = generate(decoder, expected.prompts, {
      ...options,
      onLogits: (logits, prompts, step) => {
        const values = logits.dataSync();
        for (const [at, prompt] of prompts.entries()) {
          if (step >= (expected.valid_steps_per_row[prompt] as number)) continue;
          const start = (step * rows + prompt) * vocab;
          const difference = largestDifference(
            values.slice(at * vocab, (at + 1) * vocab),
            reference.subarray(start, start + vocab),
          );
          if (!(difference <= largest)) largest = difference;
          steps++;
        }
      },
    });
    const alone = expected.prompts.map((prompt) => generate(decoder, [prompt], options)[0]);
    const total = expected.valid_steps_per_row.reduce((a, b) => a + b, 0);
    const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
    const unpadded = expected.input_ids.map((row, i) =>
      row.filter((_, t) => expected.attention_mask[i]?.[t] === 1),
    );
    return [
      exact(`${model}: prompts`, same(unpadded, expected.prompts), "are not input_ids without padding"),
      exact(
        `${model}: stop tokens`,
        same([...config.eosTokenIds].sort(), [...stops].sort()),
        `expected ${stops}, found ${config.eosTokenIds}`,
      ),
      exact(
        `${model}: generated tokens`,
        same(found, wanted),
        `expected ${JSON.stringify(wanted)}, found ${JSON.stringify(found)}`,
      ),
      exact(
        `${model}: generated tokens of each prompt alone`,
        same(alone, wanted),
        `found ${JSON.stringify(alone)}`,
      ),
      exact(`${model}: generated steps`, steps === total, `expected ${total} rows of logits, found ${steps}`),
      measured(`${model}: generated logits`, largest, set.tolerance("forward", model, "generate_logits")),
    ];
  } finally {
    files.close();
    decoder.dispose();
  }
}
