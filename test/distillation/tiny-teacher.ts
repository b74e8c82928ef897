// A small decoder and examples for it, from the model oracles.
import * as path from "node:path";
import { Random } from "../../src/base/random";
import type { Decoder } from "../../src/models/decoder";
import { loadDecoder } from "../../src/models/load";
import type { Example } from "../../src/prompts/example";
import { referenceModel } from "../models/reference-models";

export const ORACLES = path.join(__dirname, "../fixtures/oracles/models");
export const VOCAB = 256;
export const PAD = 0;

/** A teacher whose layers differ in window and RoPE. */
export const gemma3 = (): Decoder => loadDecoder(referenceModel("gemma3"));

export const gemma = (trainable = false): Decoder => loadDecoder(path.join(ORACLES, "gemma2"), { trainable });

/** Examples of random ids with prompts and targets of several lengths. */
export function examples(count: number, seed = 1): Example[] {
  const random = new Random(seed);
  const ids = (length: number) => Array.from({ length }, () => random.integer(3, VOCAB - 1));
  return Array.from({ length: count }, (_, i) => ({
    id: `item-${i}`,
    promptIds: [2, ...ids(random.integer(3, 12))],
    targetIds: [...ids(random.integer(2, 9)), 1],
  }));
}
