// The one door to TensorFlow, with tfjs's types.
import type * as TensorFlow from "@tensorflow/tfjs-node-gpu";
import { engine } from "./load-engine";

export type Tensor = TensorFlow.Tensor;
export type Variable = TensorFlow.Variable;

/** tfjs-node-gpu on the native backend. */
export const tf = engine as unknown as typeof TensorFlow;
