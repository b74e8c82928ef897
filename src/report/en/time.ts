// Times in English.
import type { TimeWords } from "../format";

export const ENGLISH_TIME: TimeWords = {
  seconds: (count) => `${count} s`,
  minutes: (minutes, rest) => `${minutes} min ${rest} s`,
};
