// Korean sentences for rougeLsum, which takes one sentence a line: wink-nlp finds the ends.
import { winkPipeline } from "./tokenizers";

/** The sentences of a text, trimmed; lines already broken stay broken. */
export function sentencesOf(text: string): string[] {
  const { its } = winkPipeline();
  return text
    .split(/\r?\n/)
    .filter((line) => line.trim().length > 0)
    .flatMap((line) => winkPipeline().readDoc(line.trim()).sentences().out(its.value) as string[])
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence.length > 0);
}

/** The text with one sentence a line, as rougeLsum expects it. */
export function sentencePerLine(text: string): string {
  return sentencesOf(text).join("\n");
}
