// Sizes of a step's inputs by name: what a graph may leave open, and how each open size is told from all others.
import type { Named } from "./trace";

/**
 * The axes of inputs by name: a number, a name, or a product of both ("batch*time", "2*batch"). Each name must stand alone
 * on some axis. What is not listed has the shape that it is given at first: weights.
 */
export type Dimensions = Record<string, readonly (number | string)[]>;

/** A product of named sizes and a number. */
export interface Size {
  factor: number;
  names: string[];
}

export const parseSize = (expression: number | string): Size => {
  const parts = String(expression).split("*");
  const isNumber = (part: string) => /^\d+$/.test(part);
  return {
    factor: parts.filter(isNumber).reduce((product, part) => product * Number(part), 1),
    names: parts.filter((part) => !isNumber(part)),
  };
};

export const evaluated = ({ factor, names }: Size, sizes: Readonly<Record<string, number>>): number =>
  names.reduce((product, name) => product * sizes[name]!, factor);

/** The same with each name in it made another by a prefix, for steps that take several inputs of a kind. */
export const prefixedDimensions = (prefix: string, dimensions: Dimensions): Dimensions =>
  Object.fromEntries(
    Object.entries(dimensions).map(([input, axes]) => [
      prefix + input,
      axes.map((axis) => {
        const { factor, names } = parseSize(axis);
        return [factor, ...names.map((name) => prefix + name)].join("*");
      }),
    ]),
  );

/** An axis of an input, and the number in its size. */
export interface Axis {
  input: string;
  axis: number;
  factor: number;
}

/** The first axis whose size times a whole number is this one, if there is one. */
export function axisOfSize(size: Size, dimensions: Dimensions): Axis | undefined {
  const product = [...size.names].sort().join();
  for (const [input, axes] of Object.entries(dimensions)) {
    for (const [axis, expression] of axes.entries()) {
      const { factor, names } = parseSize(expression);
      if (names.sort().join() === product && size.factor % factor === 0) return { input, axis, factor };
    }
  }
  return;
}

/** Where a name stands alone. Throws where it does nowhere. */
export function axisOf(name: string, dimensions: Dimensions): Axis {
  const found = axisOfSize({ factor: 1, names: [name] }, dimensions);
  if (found) return found;
  throw new Error(`The dimension "${name}" stands alone on no axis of an input: its size cannot be read.`);
}

/** All names, in their order. */
export const namesOf = (dimensions: Dimensions): string[] => [
  ...new Set(Object.values(dimensions).flatMap((axes) => axes.flatMap((axis) => parseSize(axis).names))),
];

/** A function that gives the size of each name in inputs. It throws where one has another shape than its dimensions say. */
export function sizeReader(dimensions: Dimensions): (inputs: Named) => Record<string, number> {
  const places = namesOf(dimensions).map((name) => ({ name, ...axisOf(name, dimensions) }));
  const expected = Object.entries(dimensions).map(([input, axes]) => ({ input, axes: axes.map(parseSize) }));
  return (inputs) => {
    const sizes = Object.fromEntries(
      places.map(({ name, input, axis }) => [name, inputs[input]!.shape[axis] ?? 0]),
    );
    for (const { input, axes } of expected) {
      const { shape } = inputs[input]!;
      if (shape.length === axes.length && axes.every((axis, i) => evaluated(axis, sizes) === shape[i]))
        continue;
      const bound = Object.entries(sizes).map(([name, size]) => `${name} ${size}`);
      throw new Error(
        `The step's input "${input}": expected [${dimensions[input]!.join(", ")}] with ${bound.join(", ")}, found [${shape.join(", ")}].`,
      );
    }
    return sizes;
  };
}

/** Two sizes of each name, all of them different primes: a pair of numbers then is at most one product of them. */
export function probeSizes(dimensions: Dimensions): Record<string, [number, number]> {
  const names = namesOf(dimensions);
  const primes: number[] = [];
  for (let n = 2; primes.length < 2 * names.length; n++) if (primes.every((p) => n % p !== 0)) primes.push(n);
  return Object.fromEntries(names.map((name, i) => [name, [primes[2 * i]!, primes[2 * i + 1]!]]));
}

/** The product that is `a` at the first sizes of the names and `b` at the second, if there is one. */
export function sizeThatIs(
  a: number,
  b: number,
  probes: Readonly<Record<string, readonly [number, number]>>,
): Size | undefined {
  if (a <= 0 || b <= 0) return;
  const factor = greatestCommonDivisor(a, b);
  let [x, y] = [a / factor, b / factor];
  const names: string[] = [];
  for (const [name, [p, q]] of Object.entries(probes)) {
    for (; x % p === 0 && y % q === 0; x /= p, y /= q) names.push(name);
  }
  return x === 1 && y === 1 ? { factor, names } : undefined;
}

const greatestCommonDivisor = (a: number, b: number): number =>
  b === 0 ? a : greatestCommonDivisor(b, a % b);
