// A training step as one TensorFlow graph: recorded twice from the eager step, then run with weights and moments inside.
// Same ops in the same order of dependence, without the cost of calling them one by one, and independent ones at once.
import { valueAndGradients } from "../engine/gradient";
import { NotAGraphError, plan } from "../engine/graph/plan";
import { GraphSession } from "../engine/graph/session";
import { type Named, type Trace, trace } from "../engine/graph/trace";
import { type Tensor, tf } from "../engine/tf";
import { AdamW } from "./adamw";
import type { Trainee } from "./checkpoint";
import { type MicroBatch, type StepBatch, sharesOf } from "./step-batch";

/** Batches looked at for one of other sizes than the first, so that the graph fits all sizes that occur. */
const LOOK_AHEAD = 8;

export interface StepResult {
  loss: number;
  norm: number;
  measured: Record<string, number>;
}

export class CompiledStep {
  private session: GraphSession | undefined;
  private readonly optimizer: AdamW;
  /** Whether the session's state is newer than the trainee's. */
  private ahead = false;

  /**
   * @param batch the batch of a step: those of the first steps are recorded, wherever a run goes on, so that a resumed
   * run computes with the same graph
   */
  constructor(
    private readonly trainee: Trainee,
    private readonly batch: (step: number) => StepBatch,
    private readonly steps: number,
    private readonly maxNorm: number,
  ) {
    if (!(trainee.optimizer instanceof AdamW)) {
      throw new Error("Only steps with AdamW can be compiled. Train without `compile`.");
    }
    this.optimizer = trainee.optimizer;
  }

  /** One optimizer step. Throws NotAGraphError when the step cannot be a graph. */
  run(batch: StepBatch, learningRate: number): StepResult {
    const inputs = stepInputs(batch, this.optimizer.next(learningRate));
    try {
      const session = this.sessionFor(batch, inputs);
      const outputs = session.run(inputs);
      this.ahead = true;
      const values = Object.fromEntries(
        Object.entries(outputs).map(([name, tensor]) => [name, tensor.dataSync()[0]!]),
      );
      tf.dispose(outputs);
      return result(batch, values);
    } finally {
      tf.dispose(inputs);
    }
  }

  /** Brings the trainee's parameters and moments up to the session's. */
  sync(): void {
    if (!this.session || !this.ahead) return;
    const state = this.session.read();
    this.assign(state);
    this.ahead = false;
  }

  dispose(): void {
    this.session?.dispose();
    this.session = undefined;
  }

  private sessionFor(batch: StepBatch, inputs: Named): GraphSession {
    if (this.session?.fits(inputs)) return this.session;
    if (!this.session) this.build(this.batch(0), this.mostDifferent());
    // Rarely a batch has sizes that those recorded did not tell apart.
    if (!this.session!.fits(inputs)) this.build(this.batch(0), batch);
    if (this.session!.fits(inputs)) return this.session!;
    throw new NotAGraphError(
      "The steps' batches differ in what they are made of, not only in their sizes; they do not make one graph.",
    );
  }

  private build(first: StepBatch, second: StepBatch): void {
    const record = (batch: StepBatch) => this.withInputs(batch, (inputs) => this.record(batch, inputs));
    const planned = plan(record(first), record(second));
    this.sync();
    this.session?.dispose();
    this.session = new GraphSession(planned);
    this.session.restore(this.state());
  }

  /** Among the first steps' batches the one that differs from step 0's in the most sizes. */
  private mostDifferent(): StepBatch {
    const sizes = (batch: StepBatch) =>
      this.withInputs(batch, (inputs) => Object.values(inputs).flatMap(({ shape }) => shape));
    const first = sizes(this.batch(0));
    // Of equal sizes still another batch, so that what is built in by mistake shows.
    let found = this.batch(Math.min(1, this.steps - 1));
    let most = 0;
    for (let step = 1; step < Math.min(LOOK_AHEAD, this.steps); step++) {
      const candidate = this.batch(step);
      const differences = sizes(candidate).filter((size, i) => size !== first[i]).length;
      if (differences > most) [found, most] = [candidate, differences];
    }
    return found;
  }

  /** Makes the inputs of a batch as if its step came next, and frees them. */
  private withInputs<T>(batch: StepBatch, use: (inputs: Named) => T): T {
    const { step } = this.optimizer;
    const inputs = stepInputs(batch, this.optimizer.next(0));
    try {
      return use(inputs);
    } finally {
      tf.dispose(inputs);
      this.optimizer.step = step;
    }
  }

  /** Runs a step eagerly to see its ops, and puts everything back. */
  private record({ micro }: StepBatch, inputs: Named): Trace {
    const saved = Object.fromEntries(
      Object.entries(this.state()).map(([name, t]) => [name, tf.keep(t.clone())]),
    );
    const kept: Tensor[] = [];
    try {
      return trace({
        inputs,
        state: () => this.state(),
        run: () => this.step(micro, inputs, kept),
      });
    } finally {
      tf.dispose(kept);
      this.assign(saved);
    }
  }

  /** The step itself: gradients of all micro-batches, weighted by their tokens, then the update. */
  private step(micro: MicroBatch[], inputs: Named, kept: Tensor[]): Named {
    const outputs: Named = {};
    const keep = (tensor: Tensor) => {
      kept.push(tf.keep(tensor));
      return tensor;
    };
    tf.tidy(() => {
      const observed: Named = {};
      const observe = (sums: Named) => {
        for (const [name, sum] of Object.entries(sums)) {
          observed[name] = keep(observed[name] ? tf.add(observed[name], sum) : sum);
        }
      };
      let total: Tensor[] | undefined;
      for (const [i, { loss }] of micro.entries()) {
        const { value, gradients } = valueAndGradients(
          () => loss(part(inputs, `${i}.`), observe),
          this.trainee.parameters,
        );
        outputs[`loss.${i}`] = keep(value);
        const share = inputs[`share.${i}`];
        const weighted = share ? gradients.map((g) => tf.mul(g, share)) : gradients;
        total = total ? total.map((sum, k) => tf.add(sum, weighted[k]!)) : weighted;
      }
      const factors = part(inputs, "adamw.") as ReturnType<AdamW["next"]>;
      outputs.norm = keep(this.optimizer.update(total!, factors, this.maxNorm));
      for (const [name, sum] of Object.entries(observed)) outputs[`observed.${name}`] = sum;
    });
    return outputs;
  }

  private state(): Named {
    const { names, parameters } = this.trainee;
    const { first, second } = this.optimizer.moments();
    return {
      ...Object.fromEntries(names.map((name, i) => [`parameter.${name}`, parameters[i]!])),
      first,
      second,
    };
  }

  private assign({ first, second, ...parameters }: Named): void {
    for (const [i, name] of this.trainee.names.entries()) {
      const value = parameters[`parameter.${name}`]!;
      this.trainee.parameters[i]!.assign(value as never);
      value.dispose();
    }
    this.optimizer.adopt({ first: first!, second: second! });
  }
}

/** All that a step reads besides its state: "0.ids" of the first micro-batch, "share.0", "adamw.rate". */
function stepInputs({ micro, items }: StepBatch, factors: Named): Named {
  const shares = sharesOf(micro);
  const all: Named = {};
  const put = (prefix: string, tensors: Named) => {
    for (const [name, tensor] of Object.entries(tensors)) all[prefix + name] = tensor;
  };
  put("adamw.", factors);
  for (const [i, { inputs }] of micro.entries()) {
    if (!inputs) {
      tf.dispose(all);
      throw new NotAGraphError(
        `The step of ${items.join(", ")} does not say what it reads of its batch (\`inputs\`), as with a teacher in memory. Train without \`compile\`.`,
      );
    }
    put(`${i}.`, inputs());
    if (micro.length > 1) all[`share.${i}`] = tf.scalar(shares[i]!);
  }
  return all;
}

const part = (all: Named, prefix: string): Named =>
  Object.fromEntries(
    Object.entries(all)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, tensor]) => [name.slice(prefix.length), tensor]),
  );

function result({ micro }: StepBatch, values: Record<string, number>): StepResult {
  const tokens = micro.reduce((sum, m) => sum + m.tokens, 0);
  const measured: Record<string, number> = {};
  for (const [name, sum] of Object.entries(values)) {
    if (name.startsWith("observed.")) measured[name.slice("observed.".length)] = sum / tokens;
  }
  return {
    loss: sharesOf(micro).reduce((sum, share, i) => sum + values[`loss.${i}`]! * share, 0),
    norm: values.norm!,
    measured,
  };
}
