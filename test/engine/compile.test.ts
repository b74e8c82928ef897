// A step as a graph against the same step op by op, at sizes that it was not recorded with; what it refuses.
import { describe, expect, it } from "vitest";
import { compile } from "../../src/engine/graph/compile";
import { axisOf, probeSizes, sizeThatIs } from "../../src/engine/graph/dimensions";
import { NotAGraphError, type Step } from "../../src/engine/graph/trace";
import { add, matMul, reshape, slice } from "../../src/engine/raw";
import { type Tensor, tf } from "../../src/engine/tf";

const DIMENSIONS = { x: ["batch*time", 6], rows: ["batch"], times: ["time"] };
const inputs = (batch: number, time: number) => ({
  x: tf.tensor2d(
    Float32Array.from({ length: batch * time * 6 }, (_, i) => Math.sin(i)),
    [batch * time, 6],
  ) as Tensor,
  rows: tf.zeros([batch]) as Tensor,
  times: tf.zeros([time]) as Tensor,
  weight: tf.tensor2d([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [6, 2]) as Tensor,
});

/** Its shapes hold sizes, products of them with numbers, and numbers that are such products at the recorded sizes. */
const step: Step = ({ x, rows, times, weight }) => {
  const [batch, time] = [rows!.shape[0]!, times!.shape[0]!];
  const cube = reshape(x!, [batch, 3, 2 * time]);
  const part = slice(cube, [0, 1, 0], [batch, 2, 2 * time]);
  const product = matMul(x!, weight!);
  return { part, product, sum: add(reshape(product, [2 * batch, time]), tf.fill([1, 1], 10)) };
};

describe("a compiled step", () => {
  it("gives the numbers and shapes of the step op by op at every size", () => {
    const graph = compile(step, inputs(4, 4), DIMENSIONS);
    for (const [batch, time] of [
      [4, 4],
      [1, 1],
      [2, 3],
      [10, 6],
      [6, 10],
    ] as const) {
      tf.tidy(() => {
        const given = inputs(batch, time);
        const [found, expected] = [graph.run(given), step(given)];
        expect(Object.keys(found)).toEqual(Object.keys(expected));
        for (const [name, tensor] of Object.entries(expected)) {
          expect(found[name]!.shape).toEqual(tensor.shape);
          expect([...found[name]!.dataSync()]).toEqual([...tensor.dataSync()]);
        }
      });
    }
    graph.dispose();
  });

  it("holds nothing that it was given: the weight of a run is the one of its inputs", () => {
    const sum: Step = ({ a, w }) => ({ y: add(a!, w!) });
    const graph = compile(sum, { a: tf.zeros([2]), w: tf.zeros([1]) }, { a: ["n"] });
    const { y } = graph.run({ a: tf.tensor1d([1, 2]), w: tf.tensor1d([10]) });
    expect([...y!.dataSync()]).toEqual([11, 12]);
    graph.dispose();
  });

  it("leaves no tensor behind", () => {
    const given = inputs(2, 2);
    const before = tf.memory().numTensors;
    const graph = compile(step, given, DIMENSIONS);
    tf.dispose(graph.run(given));
    graph.dispose();
    // Axes and shapes are kept for the process's life; a second graph makes no more of them.
    const kept = tf.memory().numTensors - before;
    const again = compile(step, given, DIMENSIONS);
    tf.dispose(again.run(given));
    again.dispose();
    expect(tf.memory().numTensors - before).toBe(kept);
  });

  it("refuses inputs that are not as declared, and says which", () => {
    const graph = compile(step, inputs(4, 4), DIMENSIONS);
    const given = inputs(2, 3);
    expect(() => graph.run({ ...given, x: tf.zeros([7, 6]) })).toThrow(
      /"x": expected \[batch\*time, 6\] with batch 2, time 3, found \[7, 6\]/,
    );
    expect(() => graph.run({ ...given, weight: tf.zeros([6, 3]) })).toThrow(/"weight": expected \[6,2\]/);
    const { weight: _, ...without } = given;
    expect(() => graph.run(without)).toThrow(/"weight" is missing/);
    expect(() => graph.run({ ...given, more: tf.zeros([1]) })).toThrow(/"more" was not there/);
    graph.dispose();
  });

  it("refuses a step that reads its numbers back, one that is another each time, and a size that is no product", () => {
    const given = { x: tf.zeros([3]) };
    const dimensions = { x: ["n"] };
    const refused = (step: Step, again = step) =>
      expect(() => compile(step, given, dimensions, { again })).toThrow(NotAGraphError);
    refused(({ x }) => ({ y: add(x!, tf.scalar(x!.dataSync()[0]!)) }));
    refused(
      ({ x }) => ({ y: add(x!, tf.scalar(1)) }),
      ({ x }) => ({ y: add(x!, tf.scalar(2)) }),
    );
    refused(({ x }) => ({ y: tf.fill([x!.shape[0]! + 1], 0) }));
  });
});

describe("named sizes", () => {
  const dimensions = { a: ["one*two", "3*three"], b: ["one", "two", "three", "four"] };
  const probes = probeSizes(dimensions);

  it("are told apart from each other, from their products and from numbers", () => {
    const names = Object.keys(probes);
    const product = (parts: readonly string[], which: 0 | 1) =>
      parts.reduce((size, name) => size * probes[name]![which], 1);
    const choices = names.flatMap((a) => [[a], ...names.map((b) => [a, b])]);
    for (const parts of choices) {
      for (const factor of [1, 2, 3, 6, 35, 210]) {
        const found = sizeThatIs(factor * product(parts, 0), factor * product(parts, 1), probes);
        expect(found?.factor).toBe(factor);
        expect([...found!.names].sort()).toEqual([...parts].sort());
      }
    }
    expect(sizeThatIs(probes.one![0] + 1, probes.one![1] + 1, probes)).toBeUndefined();
  });

  it("must each be readable somewhere", () => {
    expect(axisOf("two", dimensions)).toEqual({ input: "b", axis: 1, factor: 1 });
    expect(() => axisOf("two", { a: ["2*two"] })).toThrow(/"two" stands alone on no axis/);
  });
});
