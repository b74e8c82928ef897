// All divergences that a recipe may choose. A new one is a file beside this and a line in the list.
import type { Tensor } from "../../engine/tf";
import type { Divergence, Divergent } from "./divergence";
import { FORWARD_KL } from "./forward-kl";
import { JSD } from "./jsd";
import { REVERSE_KL } from "./reverse-kl";
import { TAID } from "./taid";
import { TVD } from "./tvd";

export const DIVERGENCES: readonly Divergence[] = [FORWARD_KL, REVERSE_KL, JSD, TVD, TAID];

/** A divergence by its name, with its parameters beside: `{divergence: "jsd", beta: 0.5}`, as a recipe's loss has them. */
export interface DivergenceOptions {
  divergence: string;
  [parameter: string]: unknown;
}

/** The divergence of that name. Throws naming the known ones. */
export function divergenceNamed(name: string): Divergence {
  const found = DIVERGENCES.find((each) => each.name === name);
  if (!found) {
    const known = DIVERGENCES.map((each) => each.name).join(", ");
    throw new Error(`There is no divergence "${name}". Known: ${known}.`);
  }
  return found;
}

/** Throws when the divergence is not known, or one of its parameters is missing or out of its range. */
export function checkDivergence(options: DivergenceOptions): void {
  parametersOf(divergenceNamed(options.divergence), options);
}

function parametersOf({ name, parameters = {} }: Divergence, options: DivergenceOptions) {
  const values = Object.entries(parameters).map(([parameter, { minimum, maximum }]): [string, number] => {
    const value = options[parameter];
    if (typeof value !== "number" || !(value >= minimum && value <= maximum)) {
      throw new Error(
        `The divergence "${name}" needs ${parameter} from ${minimum} to ${maximum}, found ${value}.`,
      );
    }
    return [parameter, value];
  });
  return Object.fromEntries(values);
}

/** The divergence of student from teacher, log-probabilities [n, outcomes]: see `Divergence.compute`. */
export function divergence(teacher: Tensor, student: Tensor, options: DivergenceOptions): Divergent {
  const chosen = divergenceNamed(options.divergence);
  return chosen.compute(teacher, student, parametersOf(chosen, options));
}

/** The options as they are at a moment of a run: `progress` is 0 at its first step and 1 at its last. */
export function optionsDuring<T extends DivergenceOptions>(options: T, progress: number): T {
  const chosen = divergenceNamed(options.divergence);
  return chosen.during ? { ...options, ...chosen.during(parametersOf(chosen, options), progress) } : options;
}

/** Whether a divergence is another one at every step of a run, so that no graph can hold it. */
export const moves = ({ divergence: name }: DivergenceOptions): boolean =>
  divergenceNamed(name).during !== undefined;
