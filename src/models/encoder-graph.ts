// An encoder's forward pass as one TensorFlow graph: recorded from the eager pass, then run with batch and weights as inputs.
import { GraphCache } from "../engine/graph/cache";
import { type Named, type Trace, trace } from "../engine/graph/trace";
import { onGpu } from "../engine/load-engine";
import { type Tensor, tf } from "../engine/tf";
import type { EncoderConfig } from "./encoder-config";
import { type EncoderInputs, encoderLayers } from "./encoder-forward";

/** States of a batch, [batch * time, hidden], of any size. */
export type EncoderGraph = (inputs: EncoderInputs) => Tensor;

/** One graph serves all encoders of a structure. */
const graphs = new GraphCache(4);

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
  // Two sizes of which none is the same multiple of another in both, so that each number has one origin.
  const record = (): [Trace, Trace] => [
    recordPass(config, weights, layer, 2, 5),
    recordPass(config, weights, layer, 3, 11),
  ];
  return (inputs) =>
    graphs.get(structure, record).run({ ...inputs, ...parametersOf(weights) }).states as Tensor;
}

/** Takes the eager pass once; its values mean nothing. */
function recordPass(
  config: EncoderConfig,
  weights: ReadonlyMap<string, Tensor>,
  layer: number,
  batch: number,
  time: number,
): Trace {
  let recorded: Trace;
  tf.tidy(() => {
    const zeros = () => tf.zeros([batch * time], "int32");
    const inputs = { ids: zeros(), positions: zeros(), types: zeros(), mask: tf.ones([batch, time]) };
    recorded = trace({
      inputs: { ...inputs, ...parametersOf(weights) },
      state: () => ({}),
      run: () => ({
        states: encoderLayers(config, (name) => weights.get(name) as Tensor, inputs, layer)[layer] as Tensor,
      }),
    });
  });
  return recorded!;
}

function parametersOf(weights: ReadonlyMap<string, Tensor>): Named {
  const all: Named = {};
  for (const [name, weight] of weights) all[`weight.${name}`] = weight;
  return all;
}
