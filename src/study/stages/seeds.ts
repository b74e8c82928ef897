// The systems at other seeds than the run's own, so that tables can show how far the order of data decides.
import * as path from "node:path";
import { writeJson } from "../../base/atomic-write";
import type { SeedRecord, SeedRow } from "../../results/seeds";
import { RUNS } from "../stage";
import type { StudyContext } from "./context";
import { scoreStage } from "./scores";

/** Runs the systems with each other seed and records their scores beside the run's own in data/runs/<study>/seeds.json. */
export async function recordSeeds(
  context: StudyContext,
  others: readonly StudyContext[],
): Promise<SeedRow[]> {
  const { value: own } = await scoreStage(context);
  const { models, predictions } = own.provenance;
  const record: SeedRecord = { beside: { seed: context.seed, models, predictions }, seeds: [] };
  for (const other of others) {
    const { value } = await scoreStage(other);
    record.seeds.push({ seed: other.seed, systems: value.systems });
  }
  writeJson(path.join(RUNS, context.name, "seeds.json"), record);
  return [{ seed: context.seed, systems: own.systems }, ...record.seeds];
}
