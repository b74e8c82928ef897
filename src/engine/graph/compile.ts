// A step as one TensorFlow graph: what falls away is the cost of calling its ops one by one, and independent ones run at once.
import { type Tensor, tf } from "../tf";
import { type Dimensions, evaluated, parseSize, probeSizes } from "./dimensions";
import { plan } from "./plan";
import { GraphSession } from "./session";
import { type Named, type Step, type Trace, trace } from "./trace";

export interface CompileOptions {
  /** The same step as another caller makes it: what differs between the two was not declared, and is refused. */
  again?: Step;
  /** The strand that an output belongs to (session.ts). */
  strandOf?: (output: string) => string;
}

/**
 * The graph of a step for inputs like those given: of any size where `dimensions` name an axis, and of their shapes else. The
 * step is run twice on zeros of the engine's own sizes, which tell each name from the others. Nothing that is given is held:
 * weights are inputs as all else. Throws NotAGraphError where the step does not do the same on all sizes.
 */
export function compile(
  step: Step,
  given: Named,
  dimensions: Dimensions,
  { again = step, strandOf }: CompileOptions = {},
): GraphSession {
  const named = Object.fromEntries(Object.entries(dimensions).filter(([input]) => given[input]));
  const sizes = Object.entries(probeSizes(named));
  const record = (which: 0 | 1, run: Step): Trace => {
    let recorded: Trace;
    tf.tidy(() => {
      const own = Object.fromEntries(sizes.map(([name, pair]) => [name, pair[which]]));
      const inputs = Object.entries(given).map(([name, tensor]): [string, Tensor] => {
        const shape = named[name]?.map((axis) => evaluated(parseSize(axis), own));
        return [name, shape ? tf.zeros(shape, tensor.dtype) : tensor];
      });
      recorded = trace(Object.fromEntries(inputs), run);
    });
    return recorded!;
  };
  return new GraphSession(plan(record(0, step), record(1, again), named), strandOf);
}
