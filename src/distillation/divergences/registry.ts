// All divergences that a recipe may choose. A new one is a file beside this and a line in the list.
import type { Tensor } from "../../engine/tf";
import { ADAPTIVE_KL } from "./adaptive-kl";
import { ALPHA_BETA } from "./alpha-beta";
import { CONTRASTIVE } from "./contrastive";
import type { Divergence, Divergent, Sampled } from "./divergence";
import { FORWARD_KL } from "./forward-kl";
import { JSD } from "./jsd";
import { CLIPPED_RATIO, IMPORTANCE_RATIO, POLICY_GRADIENT } from "./policy";
import { REVERSE_KL } from "./reverse-kl";
import { SKEWED_FORWARD_KL, SKEWED_REVERSE_KL } from "./skewed";
import { TAID } from "./taid";
import { TVD } from "./tvd";

export const DIVERGENCES: readonly Divergence[] = [
  FORWARD_KL,
  REVERSE_KL,
  JSD,
  SKEWED_FORWARD_KL,
  SKEWED_REVERSE_KL,
  ADAPTIVE_KL,
  ALPHA_BETA,
  TVD,
  TAID,
  CONTRASTIVE,
  POLICY_GRADIENT,
  IMPORTANCE_RATIO,
  CLIPPED_RATIO,
];

/** A divergence by its name, with its parameters beside: `{divergence: "jsd", beta: 0.5}`, as a recipe's loss has them. */
export interface DivergenceOptions {
  divergence: string;
  [parameter: string]: unknown;
}

const known = (name: string) => DIVERGENCES.find((each) => each.name === name);

/** The divergence of that name. Throws naming the known ones. */
export function divergenceNamed(name: string): Divergence {
  const found = known(name);
  if (!found) {
    const names = DIVERGENCES.map((each) => each.name).join(", ");
    throw new Error(`There is no divergence "${name}". Known: ${names}.`);
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

/** The divergence of student from teacher, log-probabilities [n, outcomes]: see `Divergence.compute`; `ownTexts`: on texts of the student. */
export function divergence(
  teacher: Tensor,
  student: Tensor,
  options: DivergenceOptions,
  sampled?: Sampled,
  ownTexts = false,
): Divergent {
  const chosen = divergenceNamed(options.divergence);
  const compute = (ownTexts && chosen.onOwnTexts) || chosen.compute;
  return compute(teacher, student, parametersOf(chosen, options), sampled);
}

/**
 * The parameters that a divergence moves, as they are at a step: `progress` is 0 at a run's first step and 1 at its last, `before` the
 * records of the steps before. None where nothing moves.
 */
export function movedParameters(
  options: DivergenceOptions,
  progress: number,
  before: readonly Record<string, number>[] = [],
): Record<string, number> {
  const chosen = divergenceNamed(options.divergence);
  return chosen.during?.(parametersOf(chosen, options), progress, before) ?? {};
}

/** Whether a divergence is another one at every step of a run, so that no graph can hold it. */
export const moves = ({ divergence: name }: DivergenceOptions): boolean => known(name)?.during !== undefined;

/** Whether a divergence is a mean over each text, which then weigh alike. */
export const meansOverTexts = ({ divergence: name }: DivergenceOptions): boolean =>
  known(name)?.means === "texts";
