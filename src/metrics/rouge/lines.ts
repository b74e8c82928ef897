// The lines that ROUGE-Lsum compares.
import { sentencesOf } from "./sentences";

export interface LineSplitter {
  /** Part of the scores' signature. */
  name: string;
  split(text: string): string[];
}

/** rouge-score's own: between line feeds ("\r" is none), without empty lines. */
export const linesAsTheyStand: LineSplitter = {
  name: "newline",
  split: (text) => text.split("\n").filter((line) => line.length > 0),
};

/** A sentence a line, for texts of running prose. */
export const linesOfSentences: LineSplitter = { name: "wink-nlp sentences", split: sentencesOf };
