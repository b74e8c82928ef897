// A graph under way in TensorFlow: its variables hold the state, a run takes the inputs and gives the outputs.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { writeFileAtomic } from "../../base/atomic-write";
import type { Tensor } from "../tf";
import { backend, binding, idOf } from "./binding";
import { type GraphNames, graphNodes } from "./nodes";
import type { Dimension, Plan } from "./plan";
import { encodeSavedModel, TAG } from "./saved-model";
import type { Named } from "./trace";

export class GraphSession {
  private readonly session: number;
  private readonly names: GraphNames;
  private readonly state: string[];
  private disposed = false;

  /**
   * Loads the graph of a plan; its state is empty until `restore`. Free it with `dispose`.
   * @param strandOf the strand that an output belongs to: ops of one strand that could run at once run one after the other,
   * on one thread, which is sooner where each is short
   */
  constructor(
    private readonly plan: Plan,
    strandOf?: (output: string) => string,
  ) {
    const { nodes, names } = graphNodes(plan, strandOf);
    this.names = names;
    this.state = Object.keys(plan.state);
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), "graph-"));
    try {
      writeFileAtomic(path.join(directory, "saved_model.pb"), encodeSavedModel(nodes));
      this.session = binding.loadSavedModel(directory, TAG);
    } finally {
      fs.rmSync(directory, { recursive: true });
    }
  }

  /** Whether the graph is right for inputs of these shapes: what sizes had in common in both traces may be built in. */
  fits(inputs: Named): boolean {
    const expected = Object.entries(this.plan.inputs);
    const size = ({ input, axis, factor }: Dimension) => inputs[input]!.shape[axis]! * factor;
    return this.haveShapes(expected, inputs) && this.plan.alike.every(([a, b]) => size(a) === size(b));
  }

  private haveShapes(expected: [string, { shape: number[] }][], inputs: Named): boolean {
    return (
      expected.length === Object.keys(inputs).length &&
      expected.every(([name, { shape }]) => {
        const found = inputs[name]?.shape;
        return (
          found?.length === shape.length && shape.every((size, axis) => size === -1 || size === found[axis])
        );
      })
    );
  }

  /** Puts tensors into the state; all of it, by name. */
  restore(state: Named): void {
    const given = this.state.map((name) => state[name]!);
    const [done] = this.execute(given, this.state.map(this.names.restore), [this.names.restored]);
    done!.dispose();
  }

  /** The state as tensors of the caller's own. */
  read(): Named {
    const tensors = this.execute([], [], this.state.map(this.names.read));
    return Object.fromEntries(this.state.map((name, i) => [name, tensors[i]!]));
  }

  /** Runs the graph once, which changes its state; returns the outputs. Throws when the inputs do not fit. */
  run(inputs: Named): Named {
    if (!this.fits(inputs)) {
      const shapes = Object.entries(inputs).map(([name, { shape }]) => `${name} [${shape}]`);
      throw new Error(`The graph is not for inputs of these shapes: ${shapes.join(", ")}.`);
    }
    const given = Object.keys(this.plan.inputs);
    const wanted = Object.keys(this.plan.outputs);
    const results = this.execute(
      given.map((name) => inputs[name]!),
      given.map(this.names.input),
      [...wanted.map(this.names.output), this.names.done],
    );
    results.pop()!.dispose();
    return Object.fromEntries(wanted.map((name, i) => [name, results[i]!]));
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    binding.deleteSavedModel(this.session);
  }

  private execute(given: Tensor[], names: string[], wanted: string[]): Tensor[] {
    const handles = binding.runSavedModel(this.session, given.map(idOf), names.join(","), wanted.join(","));
    return handles.map((handle) => backend.createOutputTensor(handle));
  }
}
