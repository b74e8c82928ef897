// A decoder with fewer tokens or layers: its configuration, a view on the same weights, and its files.
import * as path from "node:path";
import type { Weight } from "../engine/frozen";
import type { DecoderConfig } from "../models/config";
import { openWeights, readDecoderConfig, tensorShapes, writeDecoderConfig } from "../models/config";
import { Decoder } from "../models/decoder";
import { writeSafetensors } from "../models/safetensors";
import { modelSource } from "../models/source";

/** What stays of a decoder, by old numbers in ascending order; absent: all. */
export interface Kept {
  /** Rows of embedding and head: token ids. */
  tokens?: readonly number[];
  layers?: readonly number[];
}

/** The configuration of what is kept, token ids renumbered. Throws where a token that begins, ends or pads texts is left out. */
export function reducedConfig(config: DecoderConfig, { tokens, layers }: Kept): DecoderConfig {
  const news = tokens && new Map(tokens.map((old, id) => [old, id]));
  const renumbered = (id: number): number => {
    const found = news ? news.get(id) : id;
    if (found === undefined)
      throw new Error(`Token ${id}, which begins, ends or pads texts, is not among those kept.`);
    return found;
  };
  const optional = (id: number | undefined) => (id === undefined ? undefined : renumbered(id));
  return {
    ...config,
    vocabSize: tokens?.length ?? config.vocabSize,
    bosTokenId: optional(config.bosTokenId),
    eosTokenIds: config.eosTokenIds.map(renumbered),
    padTokenId: optional(config.padTokenId),
    numHiddenLayers: layers?.length ?? config.numHiddenLayers,
    slidingLayers: layers?.map((layer) => config.slidingLayers[layer]!) ?? config.slidingLayers,
  };
}

const LAYER = /^model\.layers\.(\d+)\./;

/** The name that a tensor of the reduced model has in the whole one. */
const nameBefore = (name: string, layers: Kept["layers"]): string =>
  layers ? name.replace(LAYER, (_, layer) => `model.layers.${layers[Number(layer)]}.`) : name;

/** A decoder of some of another's layers, on the same weights: dispose only one of the two. */
export function withLayers(decoder: Decoder, layers: readonly number[]): Decoder {
  const config = reducedConfig(decoder.config, { layers });
  const weights = new Map<string, Weight>(
    [...tensorShapes(config).keys()].map((name) => [name, decoder.weights.get(nameBefore(name, layers))!]),
  );
  return new Decoder(config, weights);
}

function rowsOf(values: Float32Array, width: number, rows: readonly number[]): Float32Array {
  const chosen = new Float32Array(rows.length * width);
  for (const [i, row] of rows.entries())
    chosen.set(values.subarray(row * width, (row + 1) * width), i * width);
  return chosen;
}

/**
 * Writes config.json, generation_config.json and model.safetensors of what is kept of the model at a place (a folder or a GGUF file),
 * bit for bit: BF16 where the folder's tensors are, else F32. The tokenizer is not written. Throws as `loadDecoder` does.
 */
export function writeReduced(place: string, to: string, kept: Kept): DecoderConfig {
  const config = readDecoderConfig(place);
  const reduced = reducedConfig(config, kept);
  const whole = tensorShapes(config);
  const files = openWeights(place, config);
  // Those of a GGUF file can be read as bfloat16 too, but rounded.
  const stored = modelSource(place).gguf ? () => undefined : (name: string) => files.bfloat16(name);
  try {
    const tensors = [...tensorShapes(reduced)].map(([name, shape]) => {
      const before = nameBefore(name, kept.layers);
      const [rows, width] = whole.get(before) as [number, number];
      const cut = kept.tokens && rows !== shape[0];
      return {
        name,
        dtype: stored(before) ? ("BF16" as const) : ("F32" as const),
        shape,
        data: () => (cut ? rowsOf(files.float32(before), width, kept.tokens!) : files.float32(before)),
      };
    });
    const narrow = tensors.some(({ dtype }) => dtype === "BF16");
    writeDecoderConfig(to, reduced, narrow ? "bfloat16" : "float32");
    writeSafetensors(path.join(to, "model.safetensors"), tensors, { format: "pt" });
    return reduced;
  } finally {
    files.close();
  }
}
