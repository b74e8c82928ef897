// What the lighter forms and the ways of decoding say: what is lost where, which form to take, which way is the fastest.
import { PRIMARY } from "../../metrics/registry";
import type { DecodingRow, Form, LighterResults } from "../../results/lighter";
import type { StudyResults } from "../../results/study-results";
import type { SystemId } from "../../results/systems";
import { type Finding, joined, say } from "../catalogue/said";
import { bytes, count, fixed, percent, pValue, signed } from "../format";
import { nameOf, nameOfForm, nameOfMetric, nameOfTestSet } from "../names";
import { derived, type Origin, type Place, place } from "../origin";
import { type Quantity, quantity } from "../quantity";

/** Results that have lighter forms. */
export type Lightened = StudyResults & { lighter: LighterResults };

const lies = (...keys: (string | number)[]): Place => place("results", "lighter", ...keys);
const read = (results: Lightened, origin: Origin): Quantity | undefined => quantity({ results }, origin);

/** Where a form is significantly below fp32. */
const lossesOf = (results: Lightened, form: Form): Finding[] =>
  results.lighter.comparisons.flatMap((row, i) => {
    if (row.form !== form || row.verdict !== "worse") return [];
    const at = (...keys: (string | number)[]) => read(results, lies("comparisons", i, ...keys));
    const [low, high] = [at("interval95", 0), at("interval95", 1)];
    const evidence = [
      say("evidence.difference", { difference: signed(at("difference"), 3) }),
      ...(low && high ? [say("interval", { low: signed(low, 3), high: signed(high, 3) })] : []),
      say("evidence.p", { p: pValue(at("pHolm") ?? row.pHolm) }),
    ];
    return [
      say("lighter.loss", { set: nameOfTestSet(row.testSet), metric: nameOfMetric(row.metric), evidence }),
    ];
  });

/** By how much each primary score could differ unseen: the largest detectable difference over all texts. */
const largestDetectable = (results: Lightened): Finding[] =>
  PRIMARY.flatMap(({ id, label }) => {
    const [largest] = results.lighter.comparisons
      .map((row, i) => ({ ...row, i }))
      .filter((row) => row.testSet === "all" && row.metric === id)
      .sort((a, b) => b.detectable - a.detectable);
    if (!largest) return [];
    const size = fixed(read(results, lies("comparisons", largest.i, "detectable")), 3);
    return [say("lighter.detectable", { metric: label, size })];
  });

/** What is lost where, and the forms that the rule recommends with their files' sizes, alone and as shares of fp32's. */
export function lighterFindings(results: Lightened): Finding[] {
  const { rows, quantization, recommended } = results.lighter;
  const forms = rows
    .filter(({ form }) => form !== "fp32")
    .map(({ form }) => ({ form: nameOfForm(form), losses: lossesOf(results, form) }));
  const kept = forms.filter(({ losses }) => losses.length === 0).map(({ form }) => form);
  const file = (form: Form) => lies("rows", form, "fileBytes");
  const size = (form: Form) => bytes(read(results, file(form)));
  const share = (form: Form, plain: Form) =>
    percent(read(results, derived("ratio", file(form), file(plain))));
  const { engine, onnx } = recommended;
  return [
    // Mean KL(fp32 || form) of the engine's rounded forms.
    say("lighter.divergence", {
      list: quantization.measured.map(({ name }) =>
        say("lighter.divergence.form", {
          form: name === "mixed" ? nameOfForm("mixed") : name,
          kl: fixed(read(results, lies("quantization", "measured", name, "kl")), 5),
        }),
      ),
    }),
    ...forms
      .filter(({ losses }) => losses.length > 0)
      .map(({ form, losses }) => say("lighter.loses", { form, losses: joined(losses, "; ") })),
    ...(kept.length > 0
      ? [say("lighter.kept", { forms: kept, detectable: largestDetectable(results) })]
      : []),
    say("lighter.recommended", {
      ...{ engine: nameOfForm(engine), size: size(engine), share: share(engine, "fp32") },
      ...{ onnx: nameOfForm(onnx), onnxSize: size(onnx), onnxShare: share(onnx, "onnx-fp32") },
    }),
  ];
}

/** A way of decoding with what is derived from its counts; `speedup` is its tokens/s over plain decoding's. */
export interface Decoded extends Pick<DecodingRow, "system" | "method"> {
  rate: Quantity | undefined;
  speedup: Quantity | undefined;
  passes: Quantity | undefined;
  /** Undefined where nothing was drafted. */
  accepted: Quantity | undefined;
  identical: Quantity | undefined;
  texts: Quantity | undefined;
}

export function decodingRows(results: Lightened): Decoded[] {
  const { decoding } = results.lighter;
  const of = (i: number, key: keyof DecodingRow) => lies("decoding", i, key);
  const rate = (i: number) => derived("ratio", of(i, "tokens"), of(i, "seconds"));
  return decoding.map(({ system, method, drafted }, i) => {
    const plain = decoding.findIndex((row) => row.system === system && row.method === "plain");
    const at = (key: keyof DecodingRow) => read(results, of(i, key));
    return {
      ...{ system, method, rate: read(results, rate(i)) },
      speedup: read(results, derived("ratio", rate(i), rate(plain))),
      accepted:
        drafted > 0 ? read(results, derived("ratio", of(i, "accepted"), of(i, "drafted"))) : undefined,
      ...{ passes: at("passes"), identical: at("identical"), texts: at("texts") },
    };
  });
}

/** The fastest way of each system, plain decoding among them, and whether every way writes the same, token by token. */
export function decodingFindings(results: Lightened): Finding[] {
  const { decoding, system: drafter } = results.lighter;
  const rows = decodingRows(results);
  const speed = ({ rate }: Decoded) => rate?.value ?? 0;
  const fastest = (system: SystemId) =>
    rows.filter((row) => row.system === system).sort((a, b) => speed(b) - speed(a))[0]!;
  const equal = decoding.every(({ identical, texts }) => identical === texts);
  return [
    ...[...new Set(rows.map(({ system }) => system))].map(fastest).map((row) =>
      say(`decoding.fastest.${row.method}`, {
        ...{ system: nameOf(results, row.system), drafter: nameOf(results, drafter) },
        ...{ rate: count(row.rate), speedup: fixed(row.speedup, 2) },
      }),
    ),
    say(equal ? "decoding.equal" : "decoding.unequal"),
  ];
}
