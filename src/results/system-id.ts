// The names of the compared systems, in a file of their own: a notebook's first cell compiles nothing else for them.

/** "full-student" is the control: full fine-tuning on the summaries alone, without a teacher. */
export type SystemId = "untuned" | "lora-student" | "full-student" | "lora-teacher" | "distilled";
