// One optimizer step: gradients of all micro-batches, weighted by their tokens, then the update. Op by op, or with AdamW as one
// TensorFlow graph of the same ops in the same order of dependence.
import { valueAndGradients } from "../engine/gradient";
import { GraphCache } from "../engine/graph/cache";
import { compile } from "../engine/graph/compile";
import { type Dimensions, prefixedDimensions } from "../engine/graph/dimensions";
import { type Named, NotAGraphError } from "../engine/graph/trace";
import { type Tensor, tf } from "../engine/tf";
import { AdamW } from "./adamw";
import type { TrainingState } from "./checkpoint";
import { type MicroBatch, type StepBatch, sharesOf } from "./step-batch";

/** Graphs of a run: one for each number of rows that its batches have. */
const MOST_GRAPHS = 4;

export type StepResult = {
  loss: number;
  norm: number;
  measured: Record<string, number>;
};

export class OptimizerStep {
  private readonly graphs = new GraphCache(MOST_GRAPHS);

  /**
   * @param compiled where given steps run as graphs: any two batches of the run, so that what a loss reads of its batch without
   * saying so shows. Throws for another optimizer than AdamW.
   */
  constructor(
    private readonly trainingState: TrainingState,
    private readonly maxNorm: number,
    private readonly compiled?: () => [StepBatch, StepBatch],
  ) {
    if (compiled && !(trainingState.optimizer instanceof AdamW)) {
      throw new Error("Only steps with AdamW can be compiled. Train without `compile`.");
    }
  }

  /** Takes the step; `check` is given its loss before anything is updated. Throws NotAGraphError when it cannot be a graph. */
  run(batch: StepBatch, learningRate: number, check: (loss: number) => void = () => {}): StepResult {
    return tf.tidy(() => (this.compiled ? this.asGraph : this.opByOp).call(this, batch, learningRate, check));
  }

  dispose(): void {
    this.graphs.dispose();
  }

  private opByOp(batch: StepBatch, learningRate: number, check: (loss: number) => void): StepResult {
    const { trainingState, maxNorm } = this;
    const { micro, measures } = batch;
    let total: Tensor[] | undefined;
    let loss = 0;
    for (const [i, share] of sharesOf(micro).entries()) {
      const { value, gradients } = valueAndGradients(() => micro[i]!.loss(), trainingState.parameters);
      loss += value.dataSync()[0]! * share;
      const weighted = share === 1 ? gradients : gradients.map((g) => g.mul(share));
      total = total ? total.map((sum, k) => sum.add(weighted[k]!)) : weighted;
    }
    check(loss);
    return {
      loss,
      norm: trainingState.optimizer.apply(total!, learningRate, maxNorm),
      measured: measures?.() ?? {},
    };
  }

  private asGraph(batch: StepBatch, learningRate: number, check: (loss: number) => void): StepResult {
    const { names, parameters } = this.trainingState;
    const optimizer = this.trainingState.optimizer as AdamW;
    const dimensions = dimensionsOf(batch);
    const given: Named = {
      ...microInputs(batch.micro),
      ...withPrefix("adamw.", optimizer.next(learningRate)),
      ...withPrefix("adamw.", optimizer.tensors()),
      ...Object.fromEntries(names.map((name, i) => [`parameter.${name}`, parameters[i]!])),
      ...this.frozen(batch.weights ?? {}),
    };
    const session = this.graphs.get(JSON.stringify(dimensions), () => {
      const [one, other] = this.compiled!().map(
        ({ micro }) =>
          (all: Named) =>
            this.updated(micro, all),
      );
      return compile(one!, given, dimensions, { again: other });
    });
    const outputs = session.run(given);
    const { loss, measured } = read(batch, outputs);
    check(loss);
    optimizer.adopt(outputs as { first: Tensor; second: Tensor } & Named);
    for (const [i, name] of names.entries()) parameters[i]!.assign(outputs[`parameter.${name}`] as never);
    return { loss, measured, norm: outputs.norm!.dataSync()[0]! };
  }

  /** The weights that a graph is given at every run. */
  private frozen(weights: Named): Named {
    const trained = new Set<Tensor>(this.trainingState.parameters);
    return Object.fromEntries(Object.entries(weights).filter(([, weight]) => !trained.has(weight)));
  }

  /** The whole step as a function of its tensors, which it leaves as they are. */
  private updated(micro: readonly MicroBatch[], all: Named): Named {
    const { outputs, gradients } = this.losses(micro, all);
    const factors = part(all, "adamw.") as ReturnType<AdamW["next"]>;
    const { parameters, ...rest } = (this.trainingState.optimizer as AdamW).update(
      gradients,
      factors,
      this.maxNorm,
    );
    const { names } = this.trainingState;
    return {
      ...outputs,
      ...rest,
      ...Object.fromEntries(names.map((name, i) => [`parameter.${name}`, parameters[i]!])),
    };
  }

  /** Each micro-batch's loss and what it told, scalars by name, and the gradients of the whole. */
  private losses(micro: readonly MicroBatch[], all: Named): { outputs: Named; gradients: Tensor[] } {
    const outputs: Named = {};
    let total: Tensor[] | undefined;
    for (const [i, { loss }] of micro.entries()) {
      let told = 0;
      const observe = (sums: Named) => {
        const number = told++;
        // The loss's own scope would free them.
        for (const [name, sum] of Object.entries(sums))
          outputs[`observed.${i}.${number}.${name}`] = tf.keep(sum);
      };
      const { value, gradients } = valueAndGradients(
        () => loss(part(all, `${i}.`), observe),
        this.trainingState.parameters,
      );
      outputs[`loss.${i}`] = value;
      const share = all[`share.${i}`];
      const weighted = share ? gradients.map((g) => tf.mul(g, share)) : gradients;
      total = total ? total.map((sum, k) => tf.add(sum, weighted[k]!)) : weighted;
    }
    return { outputs, gradients: total! };
  }
}

/** All that a step reads of its batches: "0.ids" of the first one, and "share.0" where there are several. */
function microInputs(micro: readonly MicroBatch[]): Named {
  const shares = sharesOf(micro);
  const all: Named = {};
  for (const [i, { inputs }] of micro.entries()) {
    Object.assign(all, withPrefix(`${i}.`, inputs!()));
    if (micro.length > 1) all[`share.${i}`] = tf.scalar(shares[i]!);
  }
  return all;
}

function dimensionsOf({ micro, items }: StepBatch): Dimensions {
  const all = micro.map(({ inputs, dimensions }, i) => {
    if (inputs && dimensions) return prefixedDimensions(`${i}.`, dimensions);
    throw new NotAGraphError(
      `The step of ${items.join(", ")} does not say what it reads of its batch (\`inputs\` and \`dimensions\`), as with a teacher in memory. Train without \`compile\`.`,
    );
  });
  return Object.assign({}, ...all);
}

const withPrefix = (prefix: string, tensors: Named): Named =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [prefix + name, tensor]));

const part = (all: Named, prefix: string): Named =>
  Object.fromEntries(
    Object.entries(all)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, tensor]) => [name.slice(prefix.length), tensor]),
  );

/** The step's loss, and what was observed a token. */
function read({ micro }: StepBatch, outputs: Named): Pick<StepResult, "loss" | "measured"> {
  const shares = sharesOf(micro);
  const tokens = micro.reduce((sum, m) => sum + m.tokens, 0);
  let loss = 0;
  const sums: Record<string, number> = {};
  for (const [name, tensor] of Object.entries(outputs)) {
    const [kind, i, , observed] = name.split(".");
    if (kind === "loss") loss += tensor.dataSync()[0]! * shares[Number(i)]!;
    if (kind !== "observed") continue;
    sums[observed!] = (sums[observed!] ?? 0) + tensor.dataSync()[0]!;
  }
  const means = Object.entries(sums).map(([name, sum]) => [name, sum / tokens]);
  return { loss, measured: Object.fromEntries(means) };
}
