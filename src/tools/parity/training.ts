// Parity of training runs, step by step, with `train.json`: loss, gradient norm, learning rate, final weights.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { LoraAdapter } from "../../adapters/lora";
import { readAdapter } from "../../adapters/peft-files";
import type { Variable } from "../../engine/tf";
import type { Decoder } from "../../models/decoder";
import { loadDecoder } from "../../models/load";
import type { Batch } from "../../prompts/batch";
import { AdamW } from "../../training/adamw";
import type { TrainingState } from "../../training/checkpoint";
import { type BatchInputs, batchDimensions, batchInputs, batchLoss } from "../../training/finetune";
import { train } from "../../training/loop";
import type { StepRecord } from "../../training/run-log";
import type { Decay } from "../../training/schedule";
import { type Case, failed, largestDifference, measured } from "./case";
import { type ReferenceBatch, scored } from "./decoder-batch";
import type { ReferenceFolder } from "./reference-folder";
import { LossParts, rowLossOf, type SeenRows, summed, teacherInputs } from "./training-loss";

interface Step {
  micro_batches: number[];
  lr: number;
  loss: number;
  grad_norm: number;
  micro_losses: number[];
  /** Means over the step's tokens, where a teacher takes part. */
  ce_per_token?: number;
  kl_per_token?: number;
}

interface TrainingReference {
  what: string;
  loss: string;
  steps: number;
  max_grad_norm: number;
  optimizer: {
    peak_lr: number;
    betas: [number, number];
    eps: number;
    weight_decay: number;
    no_decay: string;
  };
  schedule: { name: string; warmup_steps: number; total_steps: number };
  accumulation: string;
  log: Step[];
}

/** What is trained, and its tensors by the names of the reference's final weights. */
interface Start {
  decoder: Decoder;
  names: string[];
  parameters: Variable[];
  dispose(): void;
}

function startLora(set: ReferenceFolder, folder: string, model: string): Start {
  for (const file of ["adapter_config.json", "adapter_model.safetensors"])
    set.at(folder, "adapter_init", file);
  const { config, weights } = readAdapter(set.at(folder, "adapter_init"));
  const decoder = loadDecoder(set.at(model));
  const adapter = LoraAdapter.fromWeights(config, weights);
  decoder.adapter = adapter.layers;
  const dispose = () => {
    adapter.dispose();
    decoder.dispose();
  };
  const names = adapter.names.map((name) => `base_model.model.${name}.weight`);
  return { decoder, names, parameters: adapter.parameters, dispose };
}

function startFull(set: ReferenceFolder, model: string): Start {
  const decoder = loadDecoder(set.at(model), { trainable: true });
  const names = [...decoder.weights.keys()];
  const parameters = names.map((name) => decoder.weights.get(name) as Variable);
  return { decoder, names, parameters, dispose: () => decoder.dispose() };
}

/** A reference's micro-batch as the project's trainers take it. */
function toBatch(batch: ReferenceBatch): Batch {
  const { positions, targets } = scored(batch.labels);
  const length = (batch.input_ids[0] as number[]).length;
  return {
    ids: Int32Array.from(batch.input_ids.flat()),
    rows: batch.input_ids.length,
    length,
    positions,
    targets,
    exampleIds: batch.input_ids.map((_, row) => `row ${row}`),
    counts: batch.labels.map((row) => row.slice(1).filter((label) => label !== -100).length),
  };
}

function trainingState(start: Start, { optimizer }: TrainingReference): TrainingState {
  const excluded = /contains '(\w+)'/.exec(optimizer.no_decay)?.[1];
  if (!excluded) throw new Error(`optimizer.no_decay "${optimizer.no_decay}": not understood`);
  const [beta1, beta2] = optimizer.betas;
  const { eps, weight_decay: weightDecay } = optimizer;
  const decays = (name: string) => !name.includes(excluded);
  const { names, parameters } = start;
  return {
    names,
    parameters,
    optimizer: new AdamW(names, parameters, { beta1, beta2, eps, weightDecay, decays }),
  };
}

interface Run {
  records: StepRecord[];
  /** Per step, the loss of each micro-batch. */
  microLosses: number[][];
}

async function run(
  set: ReferenceFolder,
  start: Start,
  reference: TrainingReference,
  compile: boolean,
): Promise<Run> {
  const batches: ReferenceBatch[] = set.json("training", "batches.json").micro_batches;
  const teacher = set.tensors("training", "teacher_logits.safetensors");
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "parity-"));
  const own = trainingState(start, reference);
  const microLosses: number[][] = reference.log.map(() => []);
  if (!["token_weighted", "mean_of_micro_batch_means"].includes(reference.accumulation)) {
    throw new Error(`accumulation "${reference.accumulation}": not understood`);
  }
  if (!["linear", "cosine", "constant"].includes(reference.schedule.name)) {
    throw new Error(`schedule "${reference.schedule.name}": not understood`);
  }
  try {
    const records = await train(own, {
      label: "parity",
      directory,
      settings: "parity",
      schedule: {
        peak: reference.optimizer.peak_lr,
        warmupSteps: reference.schedule.warmup_steps,
        totalSteps: reference.schedule.total_steps,
        decay: reference.schedule.name as Decay,
      },
      maxGradientNorm: reference.max_grad_norm,
      compile,
      batch: (step) => {
        const parts = new LossParts();
        return {
          items: [`step ${step}`],
          measures: () => parts.means(),
          weights: start.decoder.tensors(),
          micro: (reference.log[step] as Step).micro_batches.map((number) => {
            const batch = toBatch(batches[number] as ReferenceBatch);
            const logits = () => teacher.float32(`mb.${number}`);
            return {
              tokens: batch.targets.length,
              // Equal weights make the plain average of the micro-batches' means.
              ...(reference.accumulation !== "token_weighted" && { weight: 1 }),
              inputs: () => ({
                ...batchInputs(start.decoder, batch),
                ...teacherInputs(reference.loss, batch, logits),
              }),
              dimensions: {
                ...batchDimensions(start.decoder, batch),
                teacherLogits: ["scored", start.decoder.config.vocabSize],
              },
              loss: (inputs, observe) => {
                const given = inputs as BatchInputs | undefined;
                const see = observe ? (seen: SeenRows) => observe(summed(seen)) : parts.add;
                const rows = rowLossOf(reference.loss, batch, logits, see, given);
                const loss = batchLoss(start.decoder, batch, rows, given);
                if (!compile) microLosses[step]?.push(loss.dataSync()[0] as number);
                return loss;
              },
            };
          }),
        };
      },
    });
    return { records, microLosses };
  } finally {
    own.optimizer.dispose();
    teacher.close();
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

/** Runs a reference's training from its start, eager or compiled, and compares every step and the final weights. */
export async function checkTraining(set: ReferenceFolder, folder: string, compile = false): Promise<Case[]> {
  const name = path.basename(folder);
  const reference: TrainingReference = set.json(folder, "train.json");
  const model = /\.\.\/\.\.\/(\w+)/.exec(reference.what)?.[1];
  if (!model) return [failed(folder, `"${reference.what}": names no model to start from`)];
  const lora = set.has(folder, "adapter_init");
  const start = lora ? startLora(set, folder, model) : startFull(set, model);
  const final = lora
    ? set.tensors(folder, "adapter_final", "adapter_model.safetensors")
    : set.tensors(folder, "final.safetensors");
  if (lora) set.at(folder, "adapter_final", "adapter_config.json");
  try {
    const { records, microLosses } = await run(set, start, reference, compile);
    if (records.length !== reference.log.length) {
      return [failed(folder, `expected ${reference.log.length} steps, ran ${records.length}`)];
    }
    const column = (read: (record: StepRecord, step: Step) => number) =>
      Math.max(...records.map((record, i) => Math.abs(read(record, reference.log[i] as Step))));
    const tolerance = (what: string) => set.tolerance("training", name, what);
    const norm = column((record, step) => record.gradientNorm / step.grad_norm - 1);
    const missing = final.names().filter((tensor) => !start.names.includes(tensor));
    const weights = start.names.map((tensor, i) =>
      largestDifference((start.parameters[i] as Variable).dataSync(), final.float32(tensor)),
    );
    return [
      measured(
        `${folder}: loss of each step`,
        column((record, step) => record.loss - step.loss),
        tolerance("loss"),
      ),
      // A compiled step gives the loss of its whole batch only.
      ...(compile
        ? []
        : [
            measured(
              `${folder}: loss of each micro-batch`,
              largestDifference(
                microLosses.flat(),
                reference.log.flatMap((step) => step.micro_losses),
              ),
              tolerance("loss"),
            ),
          ]),
      ...(["crossEntropy", "kl"] as const).flatMap((part) => {
        const field = part === "kl" ? "kl_per_token" : "ce_per_token";
        if (reference.log[0]?.[field] === undefined) return [];
        const largest = column((record, step) => (record[part] ?? Number.NaN) - (step[field] ?? Number.NaN));
        return [measured(`${folder}: ${field} of each step`, largest, tolerance("loss"))];
      }),
      measured(`${folder}: gradient norm of each step`, norm, tolerance("grad_norm_rel")),
      measured(
        `${folder}: learning rate of each step`,
        column((record, step) => record.learningRate - step.lr),
        1e-12,
      ),
      measured(`${folder}: final weights`, Math.max(...weights), tolerance("final_weights")),
      ...missing.map((tensor) => failed(`${folder}: ${tensor}`, "is not trained")),
    ];
  } finally {
    final.close();
    start.dispose();
  }
}
