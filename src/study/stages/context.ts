// What every stage is told: the study and the seed.
import type { Study } from "../file/definition";

export interface StudyContext extends Study {
  /** Seed of data order and adapter initialisation; the corpus and the base models keep their own. */
  seed: number;
  /** Seconds between checkpoints of a training run; absent: 30. */
  checkpointSeconds?: number;
}
