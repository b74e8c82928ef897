// Learning-rate schedules as transformers defines them: linear warm-up, then linear or cosine decay, or a late decay.

export type Decay = "linear" | "cosine" | "constant" | "late-linear";

export interface Schedule {
  peak: number;
  warmupSteps: number;
  totalSteps: number;
  decay: Decay;
}

/**
 * The learning rate of a step, counted from 0. Warm-up gives peak · step / warmupSteps, so step 0 has rate 0 when there
 * is one. "late-linear" stays at the peak for the first half and falls to 0 over the second.
 */
export function learningRate({ peak, warmupSteps, totalSteps, decay }: Schedule, step: number): number {
  if (step < warmupSteps) return (peak * step) / warmupSteps;
  const left = Math.max(0, (totalSteps - step) / Math.max(1, totalSteps - warmupSteps));
  switch (decay) {
    case "constant":
      return peak;
    case "linear":
      return peak * left;
    case "cosine":
      return (peak * (1 + Math.cos(Math.PI * (1 - left)))) / 2;
    case "late-linear":
      return peak * Math.min(1, (2 * (totalSteps - step)) / totalSteps);
  }
}
