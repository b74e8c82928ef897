// A graph under way in TensorFlow: a run takes the inputs and gives the outputs. It holds no tensor of its own.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { writeFileAtomic } from "../../base/atomic-write";
import { backend, binding, idOf } from "../binding";
import { sizeReader } from "./dimensions";
import { graphNodes } from "./nodes";
import type { Plan } from "./plan";
import { encodeSavedModel, TAG } from "./saved-model";
import type { Named } from "./trace";

export class GraphSession {
  private readonly session: number;
  private readonly given: string[];
  private readonly wanted: string[];
  /** Names in the graph, as the binding takes them. */
  private readonly feeds: string;
  private readonly fetches: string;
  private readonly readSizes: (inputs: Named) => Record<string, number>;
  private disposed = false;

  /**
   * Loads the graph of a plan. Free it with `dispose`.
   * @param strandOf the strand that an output belongs to: ops of one strand that could run at once run one after the other,
   * on one thread, which is sooner where each is short
   */
  constructor(
    private readonly plan: Plan,
    strandOf?: (output: string) => string,
  ) {
    const { nodes, names } = graphNodes(plan, strandOf);
    this.given = Object.keys(plan.inputs);
    this.wanted = Object.keys(plan.outputs);
    this.feeds = this.given.map(names.input).join(",");
    this.fetches = this.wanted.map(names.output).join(",");
    this.readSizes = sizeReader(plan.dimensions);
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), "graph-"));
    try {
      writeFileAtomic(path.join(directory, "saved_model.pb"), encodeSavedModel(nodes));
      this.session = binding.loadSavedModel(directory, TAG);
    } finally {
      fs.rmSync(directory, { recursive: true });
    }
  }

  /** Runs the graph once; the outputs are the caller's. Throws when the inputs are not those that it was compiled for. */
  run(inputs: Named): Named {
    this.check(inputs);
    const ids = this.given.map((name) => idOf(inputs[name]!));
    const handles = binding.runSavedModel(this.session, ids, this.feeds, this.fetches);
    return Object.fromEntries(this.wanted.map((name, i) => [name, backend.createOutputTensor(handles[i]!)]));
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    binding.deleteSavedModel(this.session);
  }

  private check(inputs: Named): void {
    const missing = this.given.find((name) => !inputs[name]);
    const unknown = Object.keys(inputs).find((name) => !this.plan.inputs[name]);
    if (missing !== undefined || unknown !== undefined) {
      throw new Error(
        `The step's inputs: ${missing !== undefined ? `"${missing}" is missing` : `"${unknown}" was not there when it was compiled`}.`,
      );
    }
    this.readSizes(inputs);
    for (const name of this.given) {
      const { shape } = this.plan.inputs[name]!;
      const found = inputs[name]!.shape;
      if (found.length !== shape.length || shape.some((size, axis) => size !== -1 && size !== found[axis])) {
        throw new Error(`The step's input "${name}": expected [${shape}], found [${found}].`);
      }
    }
  }
}
