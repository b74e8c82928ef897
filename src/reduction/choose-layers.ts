// Which layers a model misses least, measured on texts: how far each turns its input, and the loss when it is left out.
import { type Tensor, tf } from "../engine/tf";
import { scoreText } from "../generation/text-scores";
import type { Decoder } from "../models/decoder";
import { withLayers } from "./reduced";

/**
 * Angular distance between each layer's input and output, arccos(cosine) / pi, averaged over all tokens of the texts (Gromov et al.
 * 2024, arXiv 2403.17887, with blocks of one layer): 0 where a layer only scales what it is given.
 */
export function layerDistances(decoder: Decoder, texts: readonly (readonly number[])[]): number[] {
  const sums = new Array<number>(decoder.config.numHiddenLayers).fill(0);
  let tokens = 0;
  for (const ids of texts) {
    tokens += ids.length;
    tf.tidy(() => {
      let before: Tensor | undefined;
      decoder.hidden(Int32Array.from(ids), 1, {
        onHidden: (layer, hidden) => {
          if (before) sums[layer - 1]! += angles(before, hidden);
          before = hidden;
        },
      });
    });
  }
  return sums.map((sum) => sum / tokens);
}

/** Sum over rows of the angle between two matrices' rows, in half turns. */
function angles(a: Tensor, b: Tensor): number {
  const [x, y] = [a.dataSync(), b.dataSync()];
  const [rows, width] = a.shape as [number, number];
  let total = 0;
  for (let row = 0; row < rows; row++) {
    let [xy, xx, yy] = [0, 0, 0];
    for (let i = row * width; i < (row + 1) * width; i++) {
      xy += x[i]! * y[i]!;
      xx += x[i]! * x[i]!;
      yy += y[i]! * y[i]!;
    }
    total += Math.acos(Math.max(-1, Math.min(1, xy / Math.sqrt(xx * yy)))) / Math.PI;
  }
  return total;
}

/** Mean negative log-probability of all tokens of the texts but the first of each, in nats. */
export function meanLoss(decoder: Decoder, texts: readonly (readonly number[])[]): number {
  const logProbs = texts.flatMap((ids) => scoreText(decoder, ids).logProbs);
  return -logProbs.reduce((sum, value) => sum + value, 0) / logProbs.length;
}

/** One layer left out, and the loss of the texts without it and those before it. */
export interface LeftOut {
  layer: number;
  loss: number;
}

/** Which layers to keep, and why. */
export interface LayerChoice {
  /** Numbers of the layers to keep, ascending. */
  kept: number[];
  /** In the order in which they were left out. */
  leftOut: LeftOut[];
  /** The loss with all layers. */
  loss: number;
  /** Of each layer of the whole model. */
  distances: number[];
}

/**
 * Chooses `keep` layers greedily: again and again the layer is left out whose absence raises the loss of the texts least, all others
 * measured anew after each. `onMeasured` is told how many measurements are done. Throws where `keep` is not from 1 to the number of layers.
 */
export function chooseLayers(
  decoder: Decoder,
  texts: readonly (readonly number[])[],
  keep: number,
  onMeasured: (done: number) => void = () => {},
): LayerChoice {
  const { numHiddenLayers } = decoder.config;
  if (!Number.isInteger(keep) || keep < 1 || keep > numHiddenLayers)
    throw new Error(`Layers to keep: expected a whole number from 1 to ${numHiddenLayers}, found ${keep}.`);
  let kept = Array.from({ length: numHiddenLayers }, (_, layer) => layer);
  const leftOut: LeftOut[] = [];
  let done = 0;
  while (kept.length > keep) {
    const losses = kept.map((layer) => {
      const loss = meanLoss(
        withLayers(
          decoder,
          kept.filter((other) => other !== layer),
        ),
        texts,
      );
      onMeasured(++done);
      return { layer, loss };
    });
    const least = losses.reduce((best, each) => (each.loss < best.loss ? each : best));
    leftOut.push(least);
    kept = kept.filter((layer) => layer !== least.layer);
  }
  return { kept, leftOut, loss: meanLoss(decoder, texts), distances: layerDistances(decoder, texts) };
}

/** Measurements that `chooseLayers` makes. */
export function measurements(layers: number, keep: number): number {
  return ((layers - keep) * (layers + keep + 1)) / 2;
}
