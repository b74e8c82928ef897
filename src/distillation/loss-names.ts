// All losses between student and teacher by the names that recipes call them, whatever the two vocabularies are.
import type { DivergenceParameter } from "./divergences/divergence";
import { DIVERGENCES } from "./divergences/registry";
import { ACROSS_VOCABULARIES } from "./vocabularies/registry";

/** What is said of a loss where it is chosen and shown. */
export interface NamedLoss {
  name: string;
  label: { ko: string; en: string };
  description: string;
  parameters?: Readonly<Record<string, DivergenceParameter>>;
}

export const LOSSES: readonly NamedLoss[] = [...DIVERGENCES, ...ACROSS_VOCABULARIES];

/** The loss of that name. Throws naming the known ones. */
export function lossNamed(name: string): NamedLoss {
  const found = LOSSES.find((each) => each.name === name);
  if (!found) {
    throw new Error(
      `There is no divergence "${name}". Known: ${LOSSES.map((each) => each.name).join(", ")}.`,
    );
  }
  return found;
}
