// The result tables that figures and report draw from; every number in them comes out of a run.
import type { Split } from "../corpus/item";
import type { Audit } from "./audit";
import type { LighterResults } from "./lighter";
import type { ModelConfig, ModelRow } from "./models";
import type { Provenance } from "./provenance";
import type { Comparison, SystemResult } from "./scores";
import type { RetrievalRow, SearchStudy } from "./search";
import type { SeedRow } from "./seeds";
import type { Recipes, SystemId } from "./systems";
import type { TrainingRun } from "./training";

export interface StudyResults extends Recipes {
  profile: string;
  seed: number;
  synthetic: boolean;
  machine: Record<string, string>;
  counts: Record<Split, number>;
  models: ModelRow[];
  systems: SystemResult[];
  comparisons: Comparison[];
  training: TrainingRun[];
  /** Of the logits that the main system learns from. */
  cache?: { bytesPerToken: number; tokens: number; klError: number; topK: number; teacherEntropy: number };
  seconds: Record<string, number>;
  /** The systems at other seeds; the run's own are `systems`. */
  seeds?: SeedRow[];
  retrieval?: RetrievalRow[];
  /** The encoder and queries behind `retrieval`, tests between indexes, misses and the map. */
  search?: Omit<SearchStudy, "rows">;
  architecture?: { student: ModelConfig; teacher?: ModelConfig };
  lighter?: LighterResults /* forms of the main system, from notebook 09 */;
  repeatability?: { system: SystemId; items: number; identical: number } /* the same input given twice */;
  /** By stage, in the order in which they run: what a notebook's cell calls to make it. */
  calls: Record<string, string>;
  provenance?: Provenance;
  audit?: Audit;
}
