// What a kind of generated text is: how its document is written, what can be asked of it and what an annotator may say.
import type { Draw, Slots } from "./draw";

/** A generated document before anyone has summarised it. */
export interface Draft {
  document: string;
  title: string;
  /** Every value that a question or an annotator may use. */
  slots: Slots;
}

/** A fact that an annotator may add after the core sentence: how often, and in which two wordings. */
export interface Further {
  weight: number;
  wordings: readonly [usual: string, other: string];
}

export interface Kind {
  /** Korean name of the kind. */
  label: string;
  write(draw: Draw): Draft;
  /** Questions with the slot that answers them; the first three slots serve as keywords. */
  questions: readonly (readonly [question: string, slot: string])[];
  /** Three wordings of a summary's first sentence, the most usual first. */
  core: readonly [string, string, string];
  further: readonly Further[];
}
