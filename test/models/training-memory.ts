// Peak memory of one training pass of a LoRA on a 12-layer decoder. Run: node --require tsx/cjs training-memory.ts true|false
import { ALL_PROJECTIONS, LoraAdapter } from "../../src/adapters/lora";
import { Random } from "../../src/base/random";
import { peakMemory } from "../../src/engine/facts";
import { valueAndGradients } from "../../src/engine/gradient";
import { tf } from "../../src/engine/tf";
import type { DecoderConfig } from "../../src/models/config";
import { collate } from "../../src/prompts/batch";
import { batchLoss } from "../../src/training/finetune";
import { crossEntropyRows } from "../../src/training/head-loss";
import { randomDecoder } from "../../src/training/pretrain";

const LAYERS = 12;
const config: DecoderConfig = {
  modelType: "gemma2",
  vocabSize: 1000,
  hiddenSize: 256,
  intermediateSize: 512,
  numHiddenLayers: LAYERS,
  numAttentionHeads: 4,
  numKeyValueHeads: 2,
  headDim: 64,
  maxPositionEmbeddings: 1024,
  rmsNormEps: 1e-6,
  ropeTheta: 10_000,
  tieWordEmbeddings: true,
  attentionScale: 64 ** -0.5,
  attentionSoftcap: 50,
  finalSoftcap: 30,
  slidingWindow: 4096,
  slidingLayers: Array.from({ length: LAYERS }, (_, i) => i % 2 === 0),
  embeddingScale: 16,
  normOffset: 1,
  postNorms: true,
  queryKeyNorm: false,
  activation: "gelu_tanh",
  bosTokenId: 2,
  eosTokenIds: [1],
  padTokenId: 0,
};

const decoder = randomDecoder(config, 1);
decoder.trainable = false;
decoder.recompute = process.argv[2] === "true";
const adapter = LoraAdapter.create(
  decoder,
  {
    rank: 8,
    alpha: 16,
    targetModules: ALL_PROJECTIONS,
    rsLora: false,
    dora: false,
    rankPattern: {},
    alphaPattern: {},
    baseModel: "middle",
  },
  1,
);
decoder.adapter = adapter.layers;
const random = new Random(2);
const ids = (length: number) => Array.from({ length }, () => random.integer(3, 999));
const items = Array.from({ length: 4 }, (_, i) => ({ id: `${i}`, promptIds: ids(200), targetIds: ids(40) }));
const batch = collate(items, 0);

const before = peakMemory();
const { value, gradients } = valueAndGradients(
  () => batchLoss(decoder, batch, crossEntropyRows(batch.targets)),
  adapter.parameters,
);
const loss = value.dataSync()[0];
gradients[0]!.dataSync();
console.log(JSON.stringify({ loss, before, peak: peakMemory(), tensors: tf.memory().numTensors }));
