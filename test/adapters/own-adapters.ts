// The adapters of this project that peft is asked to load: four kinds on the small Gemma-2, every number from a seed.
// Run: node scripts/run.mjs test/adapters/own-adapters.ts    writes test/fixtures/peft/<kind>
import * as path from "node:path";
import { ALL_PROJECTIONS, LoraAdapter } from "../../src/adapters/lora";
import { type AdapterConfig, writeAdapter } from "../../src/adapters/peft-files";
import { Random } from "../../src/base/random";
import { tf } from "../../src/engine/tf";
import { loadDecoder } from "../../src/models/load";

export const PEFT_FIXTURES = path.join(__dirname, "../fixtures/peft");
export const BASE = path.join(__dirname, "../fixtures/oracles/models/gemma2");

const plain: AdapterConfig = {
  rank: 4,
  alpha: 8,
  targetModules: ALL_PROJECTIONS,
  rsLora: false,
  dora: false,
  rankPattern: {},
  alphaPattern: {},
  baseModel: "gemma2",
};

export const OWN_ADAPTERS: Record<string, AdapterConfig> = {
  lora: plain,
  rslora: { ...plain, rsLora: true },
  dora: { ...plain, dora: true },
  patterns: {
    ...plain,
    targetModules: ["q_proj", "v_proj", "down_proj"],
    rankPattern: { "layers.1.self_attn.q_proj": 2, down_proj: 6 },
    alphaPattern: { v_proj: 3 },
  },
};

/** Writes one of them below `folder`: A as every new adapter has it, B and DoRA's magnitudes moved as training would. */
export function writeOwnAdapter(kind: string, folder: string): void {
  const decoder = loadDecoder(BASE);
  const config = OWN_ADAPTERS[kind]!;
  const adapter = LoraAdapter.create(decoder, config, 1);
  const random = new Random(2);
  for (const { b, magnitude } of adapter.layers.values()) {
    const values = Float32Array.from({ length: b.size }, () => 0.3 * random.normal());
    b.assign(tf.tensor(values, b.shape) as never);
    if (!magnitude) continue;
    const scaled = magnitude.dataSync().map((length) => length * (1 + 0.2 * random.normal()));
    magnitude.assign(tf.tensor(scaled, magnitude.shape) as never);
  }
  writeAdapter(folder, config, adapter.toWeights());
  adapter.dispose();
  decoder.dispose();
}

if (require.main === module) {
  for (const kind of Object.keys(OWN_ADAPTERS)) writeOwnAdapter(kind, path.join(PEFT_FIXTURES, kind));
}
