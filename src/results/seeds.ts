// The systems at several seeds: the run's own and those that `npm run seeds` added beside it.
import type { Provenance } from "./provenance";
import type { SystemResult } from "./scores";
import type { StudyResults } from "./study-results";
import type { SystemId } from "./systems";

export interface SeedRow {
  seed: number;
  systems: SystemResult[];
}

/** What `npm run seeds` leaves: other seeds' scores, and by its hashes the run that they stand beside. */
export interface SeedRecord {
  beside: { seed: number } & Pick<Provenance, "models" | "predictions">;
  seeds: SeedRow[];
}

/** One row a seed, in their order; the run's own row is the run itself. */
export const seedRows = ({ seed, systems, seeds = [] }: StudyResults): SeedRow[] =>
  [{ seed, systems }, ...seeds].sort((a, b) => a.seed - b.seed);

/** Why a record of seeds is of another run than these results; undefined where it stands beside them. */
export function otherRun({ beside }: SeedRecord, { seed, provenance }: StudyResults): string | undefined {
  if (beside.seed !== seed) return `its own seed is ${beside.seed} and the run's ${seed}`;
  const systems = Object.keys(beside.models) as SystemId[];
  const differing = systems.filter(
    (system) =>
      beside.models[system] !== provenance?.models[system] ||
      beside.predictions[system] !== provenance?.predictions[system],
  );
  return differing.length > 0 ? `model or texts differ: ${differing.join(", ")}` : undefined;
}
