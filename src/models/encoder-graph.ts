// An encoder's forward pass as one TensorFlow graph, with batch and weights as inputs.
import { GraphCache } from "../engine/graph/cache";
import { compile } from "../engine/graph/compile";
import type { Named } from "../engine/graph/trace";
import { onGpu } from "../engine/load-engine";
import type { Tensor } from "../engine/tf";
import type { EncoderConfig } from "./encoder-config";
import { type EncoderInputs, encoderLayers } from "./encoder-forward";

/** States of a batch, [batch * time, hidden], of any size. */
export type EncoderGraph = (inputs: EncoderInputs) => Tensor;

/** One graph serves all encoders of a structure. */
const graphs = new GraphCache(4);

const ROWS = ["batch*time"];
const DIMENSIONS = { ids: ROWS, positions: ROWS, types: ROWS, mask: ["batch", "time"] };

/**
 * The output of `layer` of `encoderLayers` as a function of its inputs. Undefined on a GPU, where weights that lie in its
 * memory would travel at every run. Weights are read at every call, so none are held; their names are those of `weights`.
 */
export function encoderGraph(
  config: EncoderConfig,
  weights: ReadonlyMap<string, Tensor>,
  layer: number,
): EncoderGraph | undefined {
  if (onGpu()) return;
  // The configuration gives every weight's shape.
  const structure = JSON.stringify([config, layer]);
  return (inputs) => {
    const given = { ...inputs, ...Object.fromEntries(weights) };
    const step = (all: Named): Named => ({
      states: encoderLayers(config, (name) => all[name] as Tensor, all as EncoderInputs, layer)[
        layer
      ] as Tensor,
    });
    return graphs.get(structure, () => compile(step, given, DIMENSIONS)).run(given).states as Tensor;
  };
}
