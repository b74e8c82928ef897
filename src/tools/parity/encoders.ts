// Parity of encoders' hidden states, and of BERTScore on them, with `forward.json` and `forward.safetensors`.
import { greedyMatch, type TokenWeight, tokenStates } from "../../metrics/bertscore/bertscore";
import { type Encoder, loadEncoder } from "../../models/encoder";
import type { WeightFiles } from "../../models/safetensors";
import type { PRF } from "../../results/scores";
import { attempt, type Case, exact, failed, largestDifference, measured } from "./case";
import type { ReferenceFolder } from "./reference-folder";

interface Forward {
  input_ids: number[][];
  attention_mask: number[][];
  token_type_ids: number[][];
  position_ids: number[][];
  bertscore?: {
    references: number[];
    candidates: number[];
    idf_weights: Record<string, number>;
    values: Record<string, Record<string, { P: number[]; R: number[]; F: number[] }>>;
  };
}

/** The rows of a padded batch without their padding. */
function unpadded(forward: Forward, rows: number[][]): number[][] {
  return rows.map((row, i) => row.filter((_, t) => forward.attention_mask[i]?.[t] === 1));
}

function hiddenCase(
  encoder: Encoder,
  forward: Forward,
  files: WeightFiles,
  tensor: string,
  layer: number,
  typed: boolean,
) {
  const ids = unpadded(forward, forward.input_ids);
  const found = encoder.hidden(ids, layer, typed ? unpadded(forward, forward.token_type_ids) : undefined);
  const expected = files.float32(tensor);
  const stride = (files.info(tensor).shape[1] as number) * encoder.hiddenSize;
  const differences = found.map((states, row) =>
    largestDifference(states, expected.subarray(row * stride, row * stride + states.length)),
  );
  return Math.max(...differences);
}

function scoreCases(name: string, encoder: Encoder, forward: Forward, tolerance: number): Case[] {
  const { bertscore } = forward;
  if (!bertscore) return [];
  const ids = unpadded(forward, forward.input_ids);
  // Every text is [first special] ... [last special]; without idf these two weigh nothing.
  const special = new Set(ids.flatMap((text) => [text[0], text[text.length - 1]]));
  const weights: Record<string, TokenWeight> = {
    no_idf: (id) => (special.has(id) ? 0 : 1),
    idf: (id) => bertscore.idf_weights[id] ?? Number.NaN,
  };
  return Object.entries(bertscore.values).flatMap(([at, kinds]) => {
    const layer = Number(/^layer\.(\d+)$/.exec(at)?.[1]);
    const states = encoder.hidden(ids, layer).map((text, i) => tokenStates(ids[i] as number[], text));
    return Object.entries(kinds).map(([kind, expected]) =>
      attempt(`${name}: BERTScore ${at} ${kind}`, () => {
        const weight = weights[kind];
        if (!weight) return failed(`${name}: BERTScore ${at} ${kind}`, "not understood");
        const found = bertscore.candidates.map((candidate, i) =>
          greedyMatch(states[candidate]!, states[bertscore.references[i] as number]!, weight),
        );
        const column = (key: keyof PRF) => found.map((score) => score[key]);
        const differences = [
          largestDifference(column("precision"), expected.P),
          largestDifference(column("recall"), expected.R),
          largestDifference(column("f"), expected.F),
        ];
        return measured(`${name}: BERTScore ${at} ${kind}`, Math.max(...differences), tolerance);
      }),
    );
  });
}

/** Hidden states of every layer (with and without token types), and BERTScore where the reference has it. */
export function checkEncoder(set: ReferenceFolder, folder: string): Case[] {
  set.at(folder, "config.json");
  set.tensors(folder).close();
  const forward: Forward = set.json(folder, "forward.json");
  const files = set.tensors(folder, "forward.safetensors");
  const encoder = loadEncoder(set.at(folder));
  try {
    const cases = files.names().map((tensor) =>
      attempt(`${folder}: ${tensor}`, () => {
        const [, kind, layer] = /^(hidden|hidden_type0)\.(\d+)$/.exec(tensor) ?? [];
        if (!kind) return failed(`${folder}: ${tensor}`, "not understood");
        const largest = hiddenCase(encoder, forward, files, tensor, Number(layer), kind === "hidden");
        return measured(`${folder}: ${tensor}`, largest, set.tolerance("encoders", folder, "hidden"));
      }),
    );
    // The convention that the encoder runs by: positions count from 0, or from the padding id on.
    const first = encoder.config.positionsFollowPadding ? encoder.config.padTokenId + 1 : 0;
    const counted = unpadded(forward, forward.position_ids).every((row) =>
      row.every((p, t) => p === first + t),
    );
    cases.push(exact(`${folder}: position_ids`, counted, `do not count from ${first}`));
    for (let layer = 0; layer <= encoder.layers; layer++) {
      if (!files.has(`hidden.${layer}`)) cases.push(failed(`${folder}: hidden.${layer}`, "is missing"));
    }
    return [
      ...cases,
      ...scoreCases(folder, encoder, forward, set.tolerance("encoders", folder, "bertscore")),
    ];
  } finally {
    files.close();
    encoder.dispose();
  }
}
