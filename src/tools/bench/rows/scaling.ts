// Row "scaling": time of a full training step against sequence length, batch and layers, with a plot.
import * as path from "node:path";
import { writeFileAtomic } from "../../../base/atomic-write";
import { Random } from "../../../base/random";
import { toSvg } from "../../../figures/figure";
import { tensorShapes } from "../../../models/config";
import { Decoder } from "../../../models/decoder";
import { keepWeight, loadDecoder } from "../../../models/load";
import { crossEntropyStep } from "../../../training/finetune";
import { ROOT } from "../results";
import type { Row } from "../row";
import { scalingFigure } from "../scaling-figure";
import { allWeights, examplesOf, randomIds, secondsOf, trainer } from "../steps";

const SWEEPS = {
  length: [64, 128, 256, 512, 1024],
  batch: [1, 2, 4, 8, 16],
  layers: [1, 2, 4, 8],
};
type Sweep = keyof typeof SWEEPS;

interface Spec {
  sweep: Sweep;
  values: number[];
}

/** The tiny student with another number of layers, random weights. */
function withLayers(layers: number): Decoder {
  const student = loadDecoder(path.join(ROOT, "data/models/gemma2-student"));
  const { slidingLayers } = student.config;
  student.dispose();
  const config = {
    ...student.config,
    numHiddenLayers: layers,
    slidingLayers: Array.from({ length: layers }, (_, i) => slidingLayers[i % slidingLayers.length]!),
  };
  const random = new Random(9);
  const weights = [...tensorShapes(config)].map(([name, shape]) => {
    const size = shape.reduce((a, b) => a * b, 1);
    const data = Float32Array.from({ length: size }, () => (shape.length === 1 ? 0 : 0.05 * random.normal()));
    return [name, keepWeight(data, shape, true)] as const;
  });
  return new Decoder(config, new Map(weights), true);
}

export const scaling: Row = {
  name: "scaling",
  title:
    "Time of a full training step of the tiny student against sequence length (batch 4), batch (length 128) and layers (4 x 128), against itself: no worse than linear in tokens but for attention.",
  method:
    "One process a sweep; two untimed steps at each point, then one timed at each, in turn. `growth` is the largest factor by which a doubling lengthens the step, over 2: 1 is linear. For the length attention grows with the square, so there is no bound on it. The plot: docs/scaling.svg.",
  cases: () =>
    (Object.keys(SWEEPS) as Sweep[]).map((sweep) => ({
      name: sweep,
      sides: [{ name: "this project", runtime: "node", spec: { sweep, values: SWEEPS[sweep] } }],
      goals: sweep === "length" ? [] : [{ measure: "growth", atMost: 1.05 }],
      tolerance: 0,
      runs: 5,
    })),
  prepare({ sweep, values }: Spec) {
    const steps = values.map((value) => {
      const decoder = withLayers(sweep === "layers" ? value : 4);
      const [rows, length] = sweep === "length" ? [4, value] : sweep === "batch" ? [value, 128] : [4, 128];
      const examples = examplesOf(randomIds(rows, length, decoder.config.vocabSize));
      const step = trainer(allWeights(decoder), 1e-4, () => crossEntropyStep(decoder, examples, 0));
      step();
      step();
      return step;
    });
    return {
      check: { sizes: values },
      run: () => {
        const seconds = steps.map((step) => secondsOf(step));
        const points = values.map((value, i) => [`at ${value}, seconds`, seconds[i]!] as const);
        const growth = seconds.slice(1).map((time, i) => time / seconds[i]! / (values[i + 1]! / values[i]!));
        return { ...Object.fromEntries(points), growth: Math.max(...growth) };
      },
    };
  },
  figure: async (cases) => {
    writeFileAtomic(path.join(ROOT, "docs/scaling.svg"), await toSvg(scalingFigure(cases)));
  },
};
