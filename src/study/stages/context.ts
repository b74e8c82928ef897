// What every stage is told: the profile, the seed and where the data come from.
import type { SystemId } from "../../results/system-id";
import type { Profile } from "../profiles";

export interface StudyContext {
  profile: Profile;
  /** Seed of data order and adapter initialisation; the corpus and the base models keep their own. */
  seed: number;
  /** The user's own file (docs/own-data.md); absent: the generated corpus. */
  dataFile?: string;
  /** Seconds between checkpoints of a training run; absent: 30. */
  checkpointSeconds?: number;
}

/** The five systems in the order of the tables. */
export const SYSTEMS: readonly SystemId[] = [
  "untuned",
  "lora-student",
  "full-student",
  "distilled",
  "lora-teacher",
];
