// What the lighter forms and the ways of decoding say, as facts without words; every number with its place in the results.
import { PRIMARY } from "../metrics/registry";
import type { DecodingRow, Form, LighterResults } from "../results/lighter";
import type { TestSet } from "../results/scores";
import type { SystemId } from "../results/systems";
import { pathOf, type Quantity } from "./quantity";

const placed = (value: number, ...keys: (string | number)[]): Quantity => ({
  id: pathOf("results", "lighter", ...keys),
  value,
});
const ratio = (a: Quantity, b: Quantity): Quantity => ({
  id: `ratio(${a.id},${b.id})`,
  value: a.value / b.value,
});

export interface Loss {
  testSet: TestSet;
  metric: string;
  difference: Quantity;
  low: Quantity | undefined;
  high: Quantity | undefined;
  pHolm: Quantity;
}

/** Where each form but fp32 is significantly below fp32, in the order of the forms. */
export function lossesByForm({ rows, comparisons }: LighterResults): { form: Form; losses: Loss[] }[] {
  return rows
    .filter(({ form }) => form !== "fp32")
    .map(({ form }) => ({
      form,
      losses: comparisons.flatMap((row, i): Loss[] => {
        if (row.form !== form || row.verdict !== "worse") return [];
        const end = (side: 0 | 1) =>
          row.interval95 && placed(row.interval95[side], "comparisons", i, "interval95", side);
        return [
          {
            ...{ testSet: row.testSet, metric: row.metric, low: end(0), high: end(1) },
            difference: placed(row.difference, "comparisons", i, "difference"),
            pHolm: placed(row.pHolm, "comparisons", i, "pHolm"),
          },
        ];
      }),
    }));
}

/** By how much each primary score could differ unseen: the largest detectable difference over all texts. */
export function largestDetectable({
  comparisons,
}: LighterResults): { metric: string; detectable: Quantity }[] {
  return PRIMARY.flatMap(({ id: metric }) => {
    const [largest] = comparisons
      .map((row, i) => ({ ...row, i }))
      .filter((row) => row.testSet === "all" && row.metric === metric)
      .sort((a, b) => b.detectable - a.detectable);
    return largest
      ? [{ metric, detectable: placed(largest.detectable, "comparisons", largest.i, "detectable") }]
      : [];
  });
}

/** Mean KL(fp32 || form) in nats of the engine's rounded forms. */
export const divergences = ({ quantization }: LighterResults): { name: string; kl: Quantity }[] =>
  quantization.measured.map(({ name, kl }) => ({
    name,
    kl: placed(kl, "quantization", "measured", name, "kl"),
  }));

/** A recommended form with its file's size, alone and as a share of fp32's in the same runtime. */
export interface Recommended {
  form: Form;
  fileBytes: Quantity;
  share: Quantity;
}

export function recommendedForms({
  rows,
  recommended,
}: LighterResults): Record<"engine" | "onnx", Recommended> {
  const size = (form: Form) =>
    placed(rows.find((row) => row.form === form)!.fileBytes, "rows", form, "fileBytes");
  const of = (form: Form, plain: Form): Recommended => ({
    ...{ form, fileBytes: size(form), share: ratio(size(form), size(plain)) },
  });
  return { engine: of(recommended.engine, "fp32"), onnx: of(recommended.onnx, "onnx-fp32") };
}

/** A way of decoding with what is derived from its counts; `speedup` is its tokens/s over plain decoding's. */
export interface PlacedDecoding extends Pick<DecodingRow, "system" | "method"> {
  tokensPerSecond: Quantity;
  speedup: Quantity;
  passes: Quantity;
  /** Undefined where nothing was drafted. */
  accepted: Quantity | undefined;
  identical: Quantity;
  texts: Quantity;
}

export function placedDecoding({ decoding }: LighterResults): PlacedDecoding[] {
  const at = (
    i: number,
    key: "tokens" | "seconds" | "passes" | "drafted" | "accepted" | "identical" | "texts",
  ) => placed(decoding[i]![key], "decoding", i, key);
  const rate = (i: number) => ratio(at(i, "tokens"), at(i, "seconds"));
  return decoding.map(({ system, method, drafted }, i) => {
    const plain = decoding.findIndex((row) => row.system === system && row.method === "plain");
    return {
      ...{ system, method, tokensPerSecond: rate(i), speedup: ratio(rate(i), rate(plain)) },
      ...{ passes: at(i, "passes"), identical: at(i, "identical"), texts: at(i, "texts") },
      accepted: drafted > 0 ? ratio(at(i, "accepted"), at(i, "drafted")) : undefined,
    };
  });
}

/** The fastest way of each system, plain decoding among them. */
export function fastestWays(lighter: LighterResults): { system: SystemId; way: PlacedDecoding }[] {
  const ways = placedDecoding(lighter);
  return [...new Set(ways.map(({ system }) => system))].map((system) => ({
    system,
    way: ways
      .filter((row) => row.system === system)
      .sort((a, b) => b.tokensPerSecond.value - a.tokensPerSecond.value)[0]!,
  }));
}

/** Whether every way wrote the same texts as plain decoding, token by token. */
export const allTextsEqual = ({ decoding }: LighterResults): boolean =>
  decoding.every(({ identical, texts }) => identical === texts);
