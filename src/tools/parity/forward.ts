// Parity of a decoder's forward pass, loss and gradients with `forward.json` and `forward.safetensors`.
import { valueAndGradients } from "../../engine/gradient";
import { type Tensor, tf, type Variable } from "../../engine/tf";
import { readDecoderConfig } from "../../models/config";
import { loadDecoder } from "../../models/load";
import type { WeightFiles } from "../../models/safetensors";
import { attempt, type Case, exact, failed, largestDifference, measured } from "./case";
import {
  type BatchOutput,
  batchLoss,
  nextTokenLogProbabilities,
  type ReferenceBatch,
  runBatch,
  scored,
} from "./decoder-batch";
import type { ReferenceFolder } from "./reference-folder";

/** Largest difference divided by the largest value expected, as gradients differ in size from tensor to tensor. */
export function relativeDifference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < expected.length; i++) largest = Math.max(largest, Math.abs(expected[i] as number));
  return largestDifference(found, expected) / largest;
}

/** Whether each entry of a [batch, time, width] tensor stands at a real token. */
export function realTokens(mask: readonly (readonly number[])[], width: number): (index: number) => boolean {
  const flat = mask.flat();
  return (index) => flat[Math.floor(index / width)] === 1;
}

/** Marks the files of a model folder as used and compares the two styles of its configuration. */
export function configCases(set: ReferenceFolder, model: string): Case[] {
  for (const file of ["config.json", "generation_config.json"]) if (set.has(model, file)) set.at(model, file);
  if (!set.has(model, "config.alt.json")) return [];
  set.at(model, "config.alt.json");
  return [
    attempt(`${model}: config.alt.json`, () => {
      const one = JSON.stringify(readDecoderConfig(set.at(model)));
      const other = JSON.stringify(readDecoderConfig(set.at(model), "config.alt.json"));
      return exact(`${model}: config.alt.json`, one === other, `means ${other}, config.json means ${one}`);
    }),
  ];
}

function batchTensor(
  set: ReferenceFolder,
  model: string,
  name: string,
  batch: ReferenceBatch,
  output: BatchOutput,
  files: WeightFiles,
): Case {
  const [, what, layer] = /^[^.]+\.(logits|logprobs|hidden)(?:\.(\d+))?$/.exec(name) ?? [];
  if (!what) return failed(`${model}: ${name}`, "not understood");
  const expected = files.float32(name);
  const tolerance = set.tolerance("forward", model, what);
  if (what === "logprobs") {
    const mask = batch.attention_mask.map((row) => row.slice(1).map((real, t) => real * (row[t] as number)));
    const found = nextTokenLogProbabilities(output.logits, batch.input_ids);
    return measured(`${model}: ${name}`, largestDifference(found, expected, realTokens(mask, 1)), tolerance);
  }
  const found = what === "logits" ? output.logits : output.hidden[Number(layer)];
  if (!found) return failed(`${model}: ${name}`, `the model has ${output.hidden.length - 1} layers`);
  const width = files.info(name).shape[2] as number;
  return measured(
    `${model}: ${name}`,
    largestDifference(found, expected, realTokens(batch.attention_mask, width)),
    tolerance,
  );
}

/** Compares gradients of `loss` with the tensors `grad.<name>` of `files`. */
export function gradientCases(
  label: string,
  tolerance: number,
  loss: () => Tensor,
  parameters: ReadonlyMap<string, Variable>,
  files: WeightFiles,
): Case[] {
  const names = [...parameters.keys()];
  const gradients = tf.tidy(() =>
    valueAndGradients(loss, [...parameters.values()]).gradients.map(
      (gradient) => gradient.dataSync() as Float32Array,
    ),
  );
  const wanted = files.names().filter((name) => name.startsWith("grad."));
  return wanted.map((name) =>
    attempt(`${label}: ${name}`, () => {
      const gradient = gradients[names.indexOf(name.slice("grad.".length))];
      if (!gradient) return failed(`${label}: ${name}`, "no such parameter");
      return measured(`${label}: ${name}`, relativeDifference(gradient, files.float32(name)), tolerance);
    }),
  );
}

interface ForwardBatch extends ReferenceBatch {
  position_ids: number[][];
  loss: number;
  loss_tokens: number;
}

/** Whether a batch follows the conventions that the decoder runs by: positions count real tokens from 0. */
function inputCases(label: string, batch: ForwardBatch): Case[] {
  const positions = batch.attention_mask.map((row) => {
    let next = 0;
    return row.map((real) => (real === 1 ? next++ : 0));
  });
  const { targets } = scored(batch.labels);
  return [
    exact(
      `${label}.position_ids`,
      JSON.stringify(batch.position_ids) === JSON.stringify(positions),
      "do not count the real tokens from 0",
    ),
    exact(
      `${label}.loss_tokens`,
      batch.loss_tokens === targets.length,
      `expected ${batch.loss_tokens}, the labels score ${targets.length}`,
    ),
  ];
}

/** Logits, hidden states layer by layer, log-probabilities and losses of each batch, and the gradients. */
export function checkForward(set: ReferenceFolder, model: string): Case[] {
  const cases = configCases(set, model);
  const forward = set.json(model, "forward.json");
  const files = set.tensors(model, "forward.safetensors");
  set.tensors(model).close();
  const decoder = loadDecoder(set.at(model), { trainable: true });
  try {
    const batches = Object.entries(forward.batches) as [string, ForwardBatch][];
    for (const [name, batch] of batches) {
      const output = runBatch(decoder, batch);
      const tensors = files.names().filter((tensor) => tensor.startsWith(`${name}.`));
      for (const what of ["logits", "logprobs"]) {
        if (!tensors.includes(`${name}.${what}`))
          cases.push(failed(`${model}: ${name}.${what}`, "is missing"));
      }
      cases.push(...inputCases(`${model}: ${name}`, batch));
      for (const tensor of tensors) {
        cases.push(
          attempt(`${model}: ${tensor}`, () => batchTensor(set, model, tensor, batch, output, files)),
        );
      }
      const label = `${model}: ${name}.loss`;
      cases.push(
        attempt(label, () => {
          const [loss] = tf.tidy(() => batchLoss(decoder, batch).dataSync());
          return measured(
            label,
            largestDifference([loss as number], [batch.loss]),
            set.tolerance("forward", model, "loss"),
          );
        }),
      );
    }
    for (const name of files.names()) {
      const known = name.startsWith("grad.") || batches.some(([batch]) => name.startsWith(`${batch}.`));
      if (!known) cases.push(failed(`${model}: ${name}`, "not understood"));
    }
    const of = /^batches\.(\w+)\.loss$/.exec(forward.gradients?.of ?? "")?.[1];
    const batch = batches.find(([name]) => name === of)?.[1];
    if (batch) {
      const tolerance = set.tolerance("forward", model, "grad_rel_to_tensor_max");
      const parameters = decoder.weights as ReadonlyMap<string, Variable>;
      cases.push(...gradientCases(model, tolerance, () => batchLoss(decoder, batch), parameters, files));
    } else if (files.names().some((name) => name.startsWith("grad."))) {
      cases.push(failed(`${model}: gradients`, `of "${forward.gradients?.of}": not understood`));
    }
    return cases;
  } finally {
    files.close();
    decoder.dispose();
  }
}
