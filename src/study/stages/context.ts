// What every stage is told: the profile, the seed and where the data come from.
import type { SystemId } from "../../evaluation/results";
import type { Profile } from "../profiles";

export interface StudyContext {
  profile: Profile;
  /** Seed of data order and adapter initialisation; the corpus and the base models keep their own. */
  seed: number;
  /** The user's own JSONL or CSV file; absent: the generated corpus. */
  dataFile?: string;
}

/** The five systems in the order of the tables, with their Korean names. */
export const SYSTEM_LABELS: Record<SystemId, string> = {
  untuned: "미조정 학생",
  "lora-student": "LoRA 학생",
  "full-student": "전체 미세조정 학생 (교사 없음)",
  distilled: "증류 학생",
  "lora-teacher": "LoRA 교사",
};

export const SYSTEMS = Object.keys(SYSTEM_LABELS) as SystemId[];
