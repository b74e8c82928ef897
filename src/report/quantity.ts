// A number of the report with where it comes from, as data (origin.ts): anyone can find it in an artifact, or recompute it.
import { spearman } from "../statistics/correlation";
import { type Origin, type Place, placesOf } from "./origin";

export interface Quantity {
  value: number;
  origin: Origin;
}

/** A plain number, or one whose origin is known and shown. */
export type Amount = number | Quantity;

export const amountOf = (amount: Amount): number => (typeof amount === "number" ? amount : amount.value);

/** What the first key of a place names: results, samples, published, records, findings. */
export type Sources = Record<string, unknown>;

/** Quantities by their ids: those that a document shows. */
export type Numbers = Map<string, Quantity>;

/** The fields by which a row of an array is named in a path; a comparison is named `a:b:testSet:metric`. */
const KEYS = ["form", "system", "model", "index", "seed", "name", "id", "key"];

function rowNamed(rows: readonly unknown[], name: string): unknown {
  const found = rows.find((row) => {
    if (typeof row !== "object" || row === null) return false;
    const fields = row as Record<string, unknown>;
    if ("a" in fields && "testSet" in fields) {
      return `${fields.a}:${fields.b}:${fields.testSet}:${fields.metric}` === name;
    }
    return KEYS.some((key) => key in fields && String(fields[key]) === name);
  });
  return found !== undefined ? found : /^\d+$/.test(name) ? rows[Number(name)] : undefined;
}

function step(from: unknown, key: string): unknown {
  if (Array.isArray(from)) return rowNamed(from, key);
  if (typeof from !== "object" || from === null) return undefined;
  return (from as Record<string, unknown>)[key];
}

/** Everything at a place; `*` stands for every row of an array or value of an object. */
function everythingAt(sources: Sources, { keys }: Place): unknown[] {
  let at: unknown[] = [sources];
  for (const key of keys) {
    at = at.flatMap((value) => {
      if (key !== "*") return [step(value, key)];
      return typeof value === "object" && value !== null ? Object.values(value) : [];
    });
  }
  return at.filter((value) => value !== undefined && value !== null);
}

/** Pairs of positions that two lists put in opposite orders. */
export function discordantPairs(x: readonly number[], y: readonly number[]): [number, number][] {
  return x.flatMap((_, i) =>
    x.slice(i + 1).flatMap((__, k): [number, number][] => {
      const j = i + 1 + k;
      return (x[i]! - x[j]!) * (y[i]! - y[j]!) < 0 ? [[i, j]] : [];
    }),
  );
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** The formulas over the numbers at one or two places. */
const FORMULAS: Record<string, (a: number[], b: number[]) => number> = {
  ratio: ([a], [b]) => a! / b!,
  difference: ([a], [b]) => a! - b!,
  negative: ([a]) => -a!,
  sum,
  mean: (a) => sum(a) / a.length,
  min: (a) => Math.min(...a),
  max: (a) => Math.max(...a),
  last: (a) => a[a.length - 1]!,
  count: (a) => a.length,
  pairs: (a) => (a.length * (a.length - 1)) / 2,
  // How often the first list is above the second, position by position.
  above: (a, b) => a.filter((value, i) => value > b[i]!).length,
  // The place of a number in a list, 1 for the largest.
  rank: (a, [b]) => 1 + a.filter((value) => value > b!).length,
  discordant: (a, b) => discordantPairs(a, b).length,
  spearman,
};

/** What lies at a place: the row or value that holds a number. */
export const rowAt = (sources: Sources, at: Place): unknown => everythingAt(sources, at)[0];

/** The numbers that an origin stands for: of a formula one, of a path as many as it has. */
function numbersOf(sources: Sources, origin: Origin): number[] {
  if ("keys" in origin) {
    return everythingAt(sources, origin).filter((value): value is number => typeof value === "number");
  }
  const { formula, of } = origin;
  if (formula === "list") return of.flatMap((part) => numbersOf(sources, part));
  if (formula === "characters") {
    return placesOf(origin).flatMap((at) =>
      everythingAt(sources, at).map((text) => [...String(text)].length),
    );
  }
  const compute = FORMULAS[formula];
  if (!compute)
    throw new Error(`There is no formula "${formula}"; known are ${Object.keys(FORMULAS).join(", ")}.`);
  const [a, b] = of.map((part) => numbersOf(sources, part));
  if (!a || a.length === 0 || (b !== undefined && b.length === 0)) return [];
  return [compute(a, b ?? [])];
}

/** The value of an origin; undefined where the sources do not have it, or a score was NaN (null in JSON). */
export function evaluate(sources: Sources, origin: Origin): number | undefined {
  const [value, more] = numbersOf(sources, origin);
  return value !== undefined && more === undefined && Number.isFinite(value) ? value : undefined;
}

/** The quantity of an origin, or undefined where it has no value. */
export function quantity(sources: Sources, origin: Origin): Quantity | undefined {
  const value = evaluate(sources, origin);
  return value === undefined ? undefined : { value, origin };
}
