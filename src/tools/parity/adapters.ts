// Parity of LoRA adapters with PEFT's `expected.json` and `expected.safetensors`: logits, merged weights, gradients.
import { LoraAdapter, merged } from "../../adapters/lora";
import { checkAdapter as checkFit, readAdapter, scaleOf } from "../../adapters/peft-files";
import { tf, type Variable } from "../../engine/tf";
import type { Decoder } from "../../models/decoder";
import { loadDecoder } from "../../models/load";
import { attempt, type Case, exact, failed, largestDifference, measured } from "./case";
import { batchLoss, type ReferenceBatch, runBatch } from "./decoder-batch";
import { gradientCases, realTokens } from "./forward";
import type { ReferenceFolder } from "./reference-folder";

/** A merged weight differs by the rounding of one product of rank terms. */
const MERGED_WEIGHTS = 1e-5;

/** Logits with the adapter beside the base and merged into it, the loss, gradients, ranks and scales. */
export function checkAdapter(set: ReferenceFolder, folder: string): Case[] {
  const model = folder.split("/")[0] as string;
  for (const file of ["adapter_config.json", "adapter_model.safetensors"]) set.at(folder, file);
  const expected = set.json(folder, "expected.json");
  const files = set.tensors(folder, "expected.safetensors");
  const batch: ReferenceBatch = set.json(model, "forward.json").batches.left;
  const { config, weights } = readAdapter(set.at(folder));
  const decoder = loadDecoder(set.at(model));
  const adapter = LoraAdapter.fromWeights(config, weights);
  let mergedDecoder: Decoder | undefined;
  try {
    checkFit(config, weights, decoder.config);
    const modules = Object.entries(expected.modules as Record<string, { r: number; scaling: number }>);
    const whole = merged(decoder, adapter);
    mergedDecoder = whole;
    decoder.adapter = adapter.layers;
    const tolerance = set.tolerance("adapters", folder, "logits");
    const logits = (label: string, of: Decoder) =>
      attempt(`${folder}: ${label}`, () => {
        const real = realTokens(batch.attention_mask, of.config.vocabSize);
        const found = runBatch(of, batch).logits;
        return measured(
          `${folder}: ${label}`,
          largestDifference(found, files.float32(label), real),
          tolerance,
        );
      });
    const cases = [
      exact(
        `${folder}: modules`,
        modules.length === weights.length &&
          modules.every(([module, { r }]) =>
            weights.some((lora) => lora.module === module && lora.rank === r),
          ),
        `expected ${modules.map(([module, { r }]) => `${module} of rank ${r}`).join(", ")}`,
      ),
      measured(
        `${folder}: scales`,
        Math.max(...modules.map(([module, { scaling }]) => Math.abs(scaleOf(config, module) - scaling))),
        1e-12,
      ),
      logits("logits", decoder),
      logits("merged_logits", whole),
      attempt(`${folder}: loss`, () => {
        const [loss] = tf.tidy(() => batchLoss(decoder, batch).dataSync());
        const difference = largestDifference([loss as number], [expected.loss]);
        return measured(`${folder}: loss`, difference, set.tolerance("forward", model, "loss"));
      }),
    ];
    for (const name of files.names()) {
      if (/^(merged_)?logits$/.test(name) || name.startsWith("grad.")) continue;
      const weight = name.startsWith("merged.") ? whole.weights.get(name.slice("merged.".length)) : undefined;
      cases.push(
        attempt(`${folder}: ${name}`, () =>
          weight
            ? measured(
                `${folder}: ${name}`,
                largestDifference(weight.dataSync(), files.float32(name)),
                MERGED_WEIGHTS,
              )
            : failed(`${folder}: ${name}`, "not understood"),
        ),
      );
    }
    const parameters = new Map<string, Variable>(
      adapter.names.map((name, i) => [storedName(name), adapter.parameters[i] as Variable]),
    );
    const relative = set.tolerance("adapters", folder, "grad_rel_to_tensor_max");
    return [...cases, ...gradientCases(folder, relative, () => batchLoss(decoder, batch), parameters, files)];
  } finally {
    mergedDecoder?.dispose();
    adapter.dispose();
    decoder.dispose();
    files.close();
  }
}

/** PEFT's name of one of the adapter's tensors. */
function storedName(name: string): string {
  return `base_model.model.${name}${name.endsWith("magnitude_vector") ? "" : ".weight"}`;
}
