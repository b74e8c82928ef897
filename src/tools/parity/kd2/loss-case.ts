// One loss of `kd2.json`: what the project's code gives for it, compared with the set's values, parts and gradients.
import type { WeightFiles } from "../../../models/safetensors";
import { attempt, type Case, failed, largestDifference, measured } from "../case";
import type { ReferenceFolder } from "../reference-folder";

/** A loss as the set names it. */
export interface ReferenceLoss {
  kind: string;
  params: Record<string, unknown>;
  /** The scalar by label: a temperature, an item; "value" where there is one alone. */
  values: Record<string, number>;
}

/** What the code gives for a loss under one label: the scalar, parts such as `token`, and gradients, "" or by what they are of. */
export interface Found {
  value: number;
  parts: Record<string, ArrayLike<number>>;
  gradients: Record<string, ArrayLike<number>>;
}

/** Reads inputs and expectations of one case, and remembers which tensors were read. */
export class CaseTensors {
  constructor(
    private readonly files: WeightFiles,
    private readonly label: string,
    private readonly used: Set<string>,
  ) {}

  float64(name: string): Float64Array {
    const full = `${this.label}.${name}`;
    this.used.add(full);
    return this.files.float64(full);
  }

  shape(name: string): number[] {
    return this.files.info(`${this.label}.${name}`).shape;
  }

  /** The tensors of a loss, by what follows its name; those of `others` that begin alike ("symmetric_7", "symmetric_7.5") are not its own. */
  of(loss: string, others: readonly string[]): string[] {
    const beginsWith = (name: string, other: string) => name.startsWith(`${this.label}.${other}.`);
    const longer = others.filter((other) => other.startsWith(`${loss}.`));
    return this.files
      .names()
      .filter((name) => beginsWith(name, loss) && !longer.some((other) => beginsWith(name, other)))
      .map((name) => name.slice(`${this.label}.${loss}.`.length));
  }
}

/** Computes a loss under a label; undefined where the label or the loss's kind is not known. */
export type Compute = (loss: ReferenceLoss, label: string, name: string) => Found | undefined;

/** |found - expected| / (1 + |expected|), the largest. */
const scaled = (found: ArrayLike<number>, expected: Float64Array): number => {
  if (found.length !== expected.length)
    throw new Error(`expected ${expected.length} values, found ${found.length}`);
  const by = (values: ArrayLike<number>) => expected.map((e, i) => values[i]! / (1 + Math.abs(e)));
  return largestDifference(by(found), by(expected));
};

/** Every label of a loss: its scalar with its parts, and its gradients; every tensor that the set has of it must be known. `others` are the names of the case's losses. */
export function lossCases(
  set: ReferenceFolder,
  label: string,
  name: string,
  loss: ReferenceLoss,
  tensors: CaseTensors,
  compute: Compute,
  others: readonly string[],
): Case[] {
  return Object.entries(loss.values).flatMap(([which, value]): Case[] => {
    const at = which === "value" ? name : `${name}.${which}`;
    const title = `kd2 ${label}: ${at}`;
    try {
      const found = compute(loss, which, name);
      if (!found) return [failed(title, `a loss of kind "${loss.kind}" is not understood`)];
      const there = tensors.of(at, others);
      const differences = (names: string[], of: Found["parts"], prefix = "") =>
        names.map((part) => {
          const ours = of[part];
          if (!ours) throw new Error(`the tensor "${at}.${prefix}${part}" is not understood`);
          return scaled(ours, tensors.float64(`${at}.${prefix}${part}`));
        });
      const tolerance = (what: string) => set.tolerance("kd2", `${label}.${name}`, what);
      const isGradient = (part: string) => /^grad(\.|$)/.test(part);
      const parts = there.filter((part) => !isGradient(part));
      // "grad", or "grad." and what it is of.
      const gradients = Object.fromEntries(
        Object.entries(found.gradients).map(([of, values]) => [of === "" ? "grad" : `grad.${of}`, values]),
      );
      if (parts.length === 0) return [failed(title, "the set has no tensor of this loss")];
      return [
        attempt(`${title}, values`, () =>
          measured(
            `${title}, values`,
            Math.max(scaled([found.value], Float64Array.of(value)), ...differences(parts, found.parts)),
            tolerance("fp32"),
          ),
        ),
        attempt(`${title}, gradients`, () => {
          const wanted = there.filter(isGradient);
          if (wanted.length === 0)
            return failed(`${title}, gradients`, "the set has no gradient of this loss");
          return measured(
            `${title}, gradients`,
            Math.max(...differences(wanted, gradients)),
            tolerance("fp32_grad"),
          );
        }),
      ];
    } catch (error) {
      return [failed(title, error)];
    }
  });
}
