// Words of section 3 in English.
import type { TrainingWords } from "../sections/training";
import { NOT_MEASURED } from "./names";
import { ENGLISH_TIME } from "./time";

const CONTROL =
  "One control was added that the original lacks. The full fine-tuned student trains all parameters on the references alone, without a teacher. Without it the teacher's part cannot be told from that of full fine-tuning.";

export const training: TrainingWords = {
  heading: "3. Training",
  notMeasured: `Record of the training: ${NOT_MEASURED}.`,
  steps: ({ train, validation }) => [
    {
      name: "Step 1, tuning the teacher. ",
      text: `The teacher is LoRA-tuned on ${train} training items and watched on ${validation} validation items.`,
    },
    {
      name: "Step 2, taking logits. ",
      text: "The logits (a probability distribution for each token) with which the tuned teacher gives its tokens are stored.",
    },
    {
      name: "Step 3, distillation. ",
      text: "The student learns from references and teacher's logits together and follows the teacher's distribution token by token.",
    },
  ],
  control: (steps) =>
    steps === undefined
      ? CONTROL
      : steps.same
        ? `${CONTROL} Both students took ${steps.control} steps.`
        : `${CONTROL} But the two students took different numbers of steps (control ${steps.control}, distilled ${steps.distilled}).`,
  settings: {
    caption: "Settings of training: the original and this run",
    setting: "Setting",
    original: "Original",
    trainItems: "Training items",
    validationItems: "Validation items",
    names: {
      epochs: "Epochs",
      batchSize: "Batch size",
      learningRate: "Learning rate",
      steps: "Steps",
      seed: "Seed",
      rank: "LoRA rank",
      loraAlpha: "LoRA α",
      temperature: "Temperature of distillation",
      entropyShare: "Share of cross-entropy",
    },
    note: ({ teacher, method }) => `The original's values are for the ${method} training of ${teacher}.`,
    same: " This run's LoRA teacher used the same values.",
    different: (settings, small) =>
      ` This run's LoRA teacher differs in: ${settings.join(", ")}.${small ? " The reason is that the models are far smaller." : ""}`,
  },
  losses: {
    caption: "Losses and time of training",
    columns: {
      system: "System",
      steps: "Steps",
      lastTraining: "Last training loss",
      bestValidation: "Lowest validation loss",
      lastValidation: "Last validation loss",
      speed: "Tokens/s",
      time: "Time",
    },
    note: "Losses in nats per token. Validation loss is the cross-entropy of the references. The distilled student's training loss has KL in it and cannot be compared with the other training losses.",
  },
  figure: {
    caption: "Training curves and learning rate",
    alt: "Above: loss of each training; below: learning rate",
  },
  cache: ({ tokens, topK, bytes, error, entropy }) =>
    `The teacher's logits were stored at ${tokens} token positions, the top ${topK} of each. They take ${bytes} bytes a token; the KL error from storing fewer is ${error} nats on average, the entropy of the teacher's distribution ${entropy} nats.`,
  cacheNotMeasured: `Storing the teacher's logits: ${NOT_MEASURED}.`,
  time: ENGLISH_TIME,
};
