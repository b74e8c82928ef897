// The three sizes of the study, and a rehearsal of the largest: one code path, different models, counts and steps.
import type { Split } from "../corpus/item";

export type ProfileName = "smoke" | "tiny" | "paper" | "rehearsal";

export interface LoraSettings {
  rank: number;
  alpha: number;
  learningRate: number;
}

export interface Profile {
  name: ProfileName;
  /** Items of the generated corpus per split; a data file of the user's brings its own. */
  counts: Record<Split, number>;
  /** Model folders below data/models (smoke: made with random weights at the first run). */
  student: string;
  teacher: string;
  /** The four compared models; the student is the first. */
  compared: readonly { folder: string; publishedName: string }[];
  /** Encoder of BERTScore and its layer. */
  encoder: { folder: string; layer: number };
  epochs: number;
  batchSize: number;
  lora: { student: LoraSettings; teacher: LoraSettings };
  /** Full-parameter runs, with the teacher and without: the same rate and steps, so that only the teacher differs. */
  full: { learningRate: number };
  distillation: { alpha: number; temperature: number; topK: number };
  /** During training: the loss on every validation item, and ROUGE-1 of texts written for the first `rougeItems`. */
  validation: {
    /** Absent: after each epoch. */
    everySteps?: number;
    rougeItems: number;
    /** Which weights a run leaves: its last, or those with the lowest loss or the highest ROUGE-1 in validation. */
    keep: "last" | "loss" | "rouge1";
  };
  /** Frozen base models in the engine; "bfloat16" halves their memory where their files are bfloat16. */
  frozenWeights: "float32" | "bfloat16";
  /** Gradient checkpointing in training: less memory, the same numbers, about a third more time. */
  recompute: boolean;
  /**
   * Training runs of at least so many steps are one TensorFlow graph a step: for models small enough that calling ops is what
   * takes the time. Recording and loading the graph takes as long as some dozen steps.
   */
  compileFrom: number;
  maxNewTokens: number;
  bootstrapSamples: number;
}

const COMPARED = [
  { folder: "gemma2-student", publishedName: "google/gemma-2-2b-it" },
  { folder: "qwen3", publishedName: "Qwen/Qwen3-1.7B" },
  { folder: "llama32", publishedName: "SEOKDONG/llama3.2_1B_korean_v0.2_sft_by_aidx" },
  { folder: "solar", publishedName: "upstage/SOLAR-10.7B-Instruct-v1.0" },
] as const;

const tiny: Profile = {
  name: "tiny",
  counts: { train: 1014, validation: 200, "test-in-domain": 100, "test-other": 106 },
  student: "gemma2-student",
  teacher: "gemma2-teacher",
  compared: COMPARED,
  encoder: { folder: "encoder", layer: 2 },
  // The report: 3 epochs, batch 2, rate 2e-4. Tiny models need larger rates; batch 4 halves the steps.
  epochs: 3,
  batchSize: 4,
  lora: {
    student: { rank: 8, alpha: 16, learningRate: 1e-2 },
    teacher: { rank: 8, alpha: 16, learningRate: 5e-3 },
  },
  full: { learningRate: 2e-3 },
  distillation: { alpha: 0.5, temperature: 1, topK: 32 },
  // The losses after each epoch are what the report shows of a run; writing texts as well would cost a minute in all.
  validation: { rougeItems: 0, keep: "last" },
  frozenWeights: "float32",
  recompute: false,
  compileFrom: 100,
  maxNewTokens: 80,
  bootstrapSamples: 1000,
};

/** Thumbnails for tests: the same stages and notebooks in about two minutes. */
const smoke: Profile = {
  ...tiny,
  name: "smoke",
  counts: { train: 24, validation: 8, "test-in-domain": 6, "test-other": 6 },
  epochs: 1,
  distillation: { ...tiny.distillation, topK: 16 },
  maxNewTokens: 12,
  bootstrapSamples: 100,
};

/** The report's own models and settings; needs a GPU of 24-80 GB and the models' folders. */
const paper: Profile = {
  ...tiny,
  name: "paper",
  student: "google/gemma-2-2b-it",
  teacher: "google/gemma-2-9b-it",
  compared: COMPARED.map(({ publishedName }) => ({ folder: publishedName, publishedName })),
  encoder: { folder: "google-bert/bert-base-multilingual-cased", layer: 9 },
  batchSize: 2,
  lora: {
    student: { rank: 16, alpha: 32, learningRate: 2e-4 },
    teacher: { rank: 16, alpha: 32, learningRate: 2e-4 },
  },
  full: { learningRate: 2e-5 },
  // 96 tokens of a 256,000-word vocabulary in at most 200 bytes, as far as ids follow the teacher's prior (docs/LOG.md).
  distillation: { alpha: 0.5, temperature: 1, topK: 96 },
  validation: { everySteps: 250, rougeItems: 50, keep: "rouge1" },
  frozenWeights: "bfloat16",
  recompute: true,
  compileFrom: Number.POSITIVE_INFINITY,
  maxNewTokens: 256,
};

/** The paper profile on thumbnails of the models that a hub on this machine offers: `npm run cli -- rehearsal`. */
const rehearsal: Profile = {
  ...paper,
  name: "rehearsal",
  counts: { train: 8, validation: 4, "test-in-domain": 4, "test-other": 4 },
  epochs: 1,
  validation: { ...paper.validation, everySteps: 2, rougeItems: 2 },
  maxNewTokens: 6,
  bootstrapSamples: 20,
};

const PROFILES: Record<ProfileName, Profile> = { smoke, tiny, paper, rehearsal };

/** A profile, seed or data file that no study can be opened with. */
export class StudyError extends Error {
  override name = "StudyError";
}

/** A profile by name. Throws StudyError naming the known ones. */
export function profileNamed(name: string): Profile {
  if (!Object.hasOwn(PROFILES, name)) {
    throw new StudyError(`Unknown profile "${name}". Known: ${Object.keys(PROFILES).join(", ")}.`);
  }
  return PROFILES[name as ProfileName];
}
