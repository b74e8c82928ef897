// Writes a model of a published model's true size with random weights. Run: npm run cli -- make-model --like gemma-2-2b --out DIR
import { type Command, Option } from "commander";
import { Random } from "../../base/random";
import { type DecoderConfig, tensorShapes, writeDecoderConfig } from "../../models/config";
import { toBfloat16 } from "../../models/safetensors-dtypes";
import { writeShardedSafetensors } from "../../models/sharded-write";

/** The sizes of google/gemma-2-2b-it as its config.json states them. */
const GEMMA_2_2B: DecoderConfig = {
  modelType: "gemma2",
  vocabSize: 256_000,
  hiddenSize: 2304,
  intermediateSize: 9216,
  numHiddenLayers: 26,
  numAttentionHeads: 8,
  numKeyValueHeads: 4,
  headDim: 256,
  maxPositionEmbeddings: 8192,
  rmsNormEps: 1e-6,
  ropeTheta: 10_000,
  tieWordEmbeddings: true,
  attentionScale: 256 ** -0.5,
  attentionSoftcap: 50,
  finalSoftcap: 30,
  slidingWindow: 4096,
  slidingLayers: Array.from({ length: 26 }, (_, i) => i % 2 === 0),
  embeddingScale: Math.sqrt(2304),
  normOffset: 1,
  postNorms: true,
  queryKeyNorm: false,
  activation: "gelu_tanh",
  bosTokenId: 2,
  eosTokenIds: [1, 107],
  padTokenId: 0,
};
/** The sizes of google/gemma-2-9b-it as its config.json states them. */
const GEMMA_2_9B: DecoderConfig = {
  ...GEMMA_2_2B,
  hiddenSize: 3584,
  intermediateSize: 14_336,
  numHiddenLayers: 42,
  numAttentionHeads: 16,
  numKeyValueHeads: 8,
  slidingLayers: Array.from({ length: 42 }, (_, i) => i % 2 === 0),
  embeddingScale: Math.sqrt(3584),
};
const SIZES: Record<string, DecoderConfig> = { "gemma-2-2b": GEMMA_2_2B, "gemma-2-9b": GEMMA_2_9B };

/** Stored bytes of `count` draws of N(0, deviation²): from a table of 65,536, as two billion exact draws take an hour. */
function randomBytes(count: number, deviation: number, random: Random): Uint8Array {
  const table = toBfloat16(Float32Array.from({ length: 65_536 }, () => random.normal() * deviation));
  const values = new Uint16Array(count);
  let state = random.integer(1, 2 ** 32 - 1) | 0;
  for (let i = 0; i < count; i += 2) {
    // xorshift32 (Marsaglia 2003): one step gives two draws.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    values[i] = table[state & 0xffff]!;
    values[i + 1] = table[state >>> 16]!;
  }
  return new Uint8Array(values.buffer);
}

function makeModel(config: DecoderConfig, folder: string, seed: number): void {
  const random = new Random(seed);
  const tensors = [...tensorShapes(config)].map(([name, shape]) => ({
    name,
    dtype: "BF16" as const,
    shape,
    data: () =>
      shape.length === 1
        ? new Float32Array(shape[0]!).fill(1 - config.normOffset)
        : randomBytes(shape[0]! * shape[1]!, shape[1]! ** -0.5, random),
  }));
  writeShardedSafetensors(folder, tensors);
  writeDecoderConfig(folder, config, "bfloat16");
}

export const define = (command: Command): Command =>
  command
    .addOption(
      new Option("--like <name>", "published model").choices(Object.keys(SIZES)).makeOptionMandatory(),
    )
    .requiredOption("--out <folder>", "where to; must hold no weights yet")
    .option("--seed <n>", "seed of the weights", Number, 1)
    .action(({ like, out, seed }: { like: string; out: string; seed: number }) => {
      const start = Date.now();
      makeModel(SIZES[like]!, out, seed);
      console.log(
        `${out}: ${like} with random weights, written in ${((Date.now() - start) / 1000).toFixed(0)} s`,
      );
    });
