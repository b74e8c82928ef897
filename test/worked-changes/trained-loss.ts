// Runs in a changed copy of the tree: trains the distilled student of a study file, and takes the divergence of two distributions.
import { divergence } from "../../src/distillation/divergences/registry";
import { tf } from "../../src/engine/tf";
import { trainSystem } from "../../src/study/stages/train";
import { openStudy } from "../../src/study/study";

const [file, teacher, student] = process.argv.slice(2) as [string, string, string];
const study = openStudy(file, 0);
const { loss: options } = study.recipes.distilled!;

/** The loss of rows of probabilities, and by finite differences how far its gradient is from the slope. */
function taken(p: number[], q: number[]) {
  const row = (values: number[]) => tf.tensor2d(values.map(Math.log), [1, values.length]);
  const at = (logits: number[]) => {
    const { loss, gradient } = divergence(row(p), tf.logSoftmax(tf.tensor2d([logits])) as never, options!);
    return { loss: loss.dataSync()[0]!, gradient: [...gradient.dataSync()] };
  };
  const logits = q.map(Math.log);
  const { loss, gradient } = at(logits);
  const total = gradient.reduce((sum, value) => sum + value, 0);
  const step = 1e-2;
  const worst = logits.map((_, i) => {
    const moved = (by: number) => at(logits.map((value, j) => (i === j ? value + by : value))).loss;
    return Math.abs((moved(step) - moved(-step)) / (2 * step) - (gradient[i]! - q[i]! * total));
  });
  return { loss, worst: Math.max(...worst) };
}

trainSystem(study, "distilled").then(({ value }) => {
  const losses = value.curve.map(({ loss }) => loss);
  console.log(JSON.stringify({ losses, ...taken(JSON.parse(teacher), JSON.parse(student)) }));
});
