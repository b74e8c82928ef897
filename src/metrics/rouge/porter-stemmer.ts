// The Porter stemmer with NLTK's extensions, as rouge-score's `use_stemmer=True` applies it.
// Porter, "An algorithm for suffix stripping" (1980); NLTK's additions: a short list of irregular forms and looser rules for short words.

const IRREGULAR: Record<string, string> = {
  sky: "sky",
  skies: "sky",
  dying: "die",
  lying: "lie",
  tying: "tie",
  news: "news",
  innings: "inning",
  inning: "inning",
  outings: "outing",
  outing: "outing",
  cannings: "canning",
  canning: "canning",
  howe: "howe",
  proceed: "proceed",
  exceed: "exceed",
  succeed: "succeed",
};

type Rule = [suffix: string, replacement: string, condition?: (stem: string) => boolean];

function isConsonant(word: string, at: number): boolean {
  const letter = word[at]!;
  if ("aeiou".includes(letter)) return false;
  // y is a consonant at the start and after a vowel; a run of y's alternates.
  if (letter !== "y") return true;
  let run = 0;
  while (at - run > 0 && word[at - run] === "y") run++;
  const first = at - run;
  const firstIsConsonant = word[first] === "y" || !"aeiou".includes(word[first]!);
  return run % 2 === 0 ? firstIsConsonant : !firstIsConsonant;
}

/** Porter's m: how often a vowel run is followed by a consonant run. */
function measure(stem: string): number {
  let count = 0;
  let afterVowel = false;
  for (let i = 0; i < stem.length; i++) {
    const consonant = isConsonant(stem, i);
    if (consonant && afterVowel) count++;
    afterVowel = !consonant;
  }
  return count;
}

function containsVowel(stem: string): boolean {
  for (let i = 0; i < stem.length; i++) if (!isConsonant(stem, i)) return true;
  return false;
}

function endsWithDoubleConsonant(word: string): boolean {
  const last = word.length - 1;
  return last >= 1 && word[last] === word[last - 1] && isConsonant(word, last);
}

function endsWithShortSyllable(word: string): boolean {
  const last = word.length - 1;
  if (last === 1) return !isConsonant(word, 0) && isConsonant(word, 1);
  return (
    last >= 2 &&
    isConsonant(word, last - 2) &&
    !isConsonant(word, last - 1) &&
    isConsonant(word, last) &&
    !"wxy".includes(word[last]!)
  );
}

const measured = (stem: string) => measure(stem) > 0;
const measuredTwice = (stem: string) => measure(stem) > 1;

/** Applies the first rule whose suffix matches; a failed condition ends the step. */
function applyRules(word: string, rules: Rule[]): string {
  for (const [suffix, replacement, condition] of rules) {
    if (!word.endsWith(suffix)) continue;
    const stem = word.slice(0, word.length - suffix.length);
    return condition && !condition(stem) ? word : stem + replacement;
  }
  return word;
}

function plurals(word: string): string {
  if (word.length === 4 && word.endsWith("ies")) return word.slice(0, -1);
  return applyRules(word, [
    ["sses", "ss"],
    ["ies", "i"],
    ["ss", "ss"],
    ["s", ""],
  ]);
}

function pastAndGerund(word: string): string {
  if (word.endsWith("ied")) return word.slice(0, word.length === 4 ? -1 : -2);
  if (word.endsWith("eed")) return measured(word.slice(0, -3)) ? word.slice(0, -1) : word;
  const suffix = ["ed", "ing"].find(
    (ending) => word.endsWith(ending) && containsVowel(word.slice(0, -ending.length)),
  );
  if (!suffix) return word;
  const stem = word.slice(0, -suffix.length);
  if (/(at|bl|iz)$/.test(stem)) return `${stem}e`;
  if (endsWithDoubleConsonant(stem)) return /[lsz]$/.test(stem) ? stem : stem.slice(0, -1);
  return measure(stem) === 1 && endsWithShortSyllable(stem) ? `${stem}e` : stem;
}

function finalY(word: string): string {
  return applyRules(word, [["y", "i", (stem) => stem.length > 1 && isConsonant(stem, stem.length - 1)]]);
}

const DOUBLE_SUFFIXES: Rule[] = (
  [
    ["ational", "ate"],
    ["tional", "tion"],
    ["enci", "ence"],
    ["anci", "ance"],
    ["izer", "ize"],
    ["bli", "ble"],
    ["alli", "al"],
    ["entli", "ent"],
    ["eli", "e"],
    ["ousli", "ous"],
    ["ization", "ize"],
    ["ation", "ate"],
    ["ator", "ate"],
    ["alism", "al"],
    ["iveness", "ive"],
    ["fulness", "ful"],
    ["ousness", "ous"],
    ["aliti", "al"],
    ["iviti", "ive"],
    ["biliti", "ble"],
    ["fulli", "ful"],
  ] as [string, string][]
).map(([suffix, replacement]) => [suffix, replacement, measured]);

function doubleSuffixes(word: string): string {
  // NLTK runs the step again after -alli, so that e.g. -ationalli ends in -ate.
  if (word.endsWith("alli") && measured(word.slice(0, -4))) return doubleSuffixes(word.slice(0, -2));
  // Its rule for -logi measures the word less three letters, so the l counts.
  return applyRules(word, [...DOUBLE_SUFFIXES, ["logi", "log", (stem) => measured(`${stem}l`)]]);
}

const ADJECTIVE_SUFFIXES: Rule[] = [
  ["icate", "ic", measured],
  ["ative", "", measured],
  ["alize", "al", measured],
  ["iciti", "ic", measured],
  ["ical", "ic", measured],
  ["ful", "", measured],
  ["ness", "", measured],
];

const RESIDUAL_SUFFIXES: Rule[] = [
  ..."al ance ence er ic able ible ant ement ment ent"
    .split(" ")
    .map((suffix): Rule => [suffix, "", measuredTwice]),
  ["ion", "", (stem) => measuredTwice(stem) && /[st]$/.test(stem)],
  ..."ou ism ate iti ous ive ize".split(" ").map((suffix): Rule => [suffix, "", measuredTwice]),
];

function finalE(word: string): string {
  if (!word.endsWith("e")) return word;
  const stem = word.slice(0, -1);
  const m = measure(stem);
  return m > 1 || (m === 1 && !endsWithShortSyllable(stem)) ? stem : word;
}

function finalDoubleL(word: string): string {
  return word.endsWith("ll") && measuredTwice(word.slice(0, -1)) ? word.slice(0, -1) : word;
}

/** The stem of a word, lower-cased; words of one or two letters are left as they are. */
export function porterStem(word: string): string {
  const lower = word.toLowerCase();
  const irregular = Object.hasOwn(IRREGULAR, lower) ? IRREGULAR[lower] : undefined;
  if (irregular !== undefined) return irregular;
  if (lower.length <= 2) return lower;
  let stem = finalY(pastAndGerund(plurals(lower)));
  stem = applyRules(applyRules(doubleSuffixes(stem), ADJECTIVE_SUFFIXES), RESIDUAL_SUFFIXES);
  return finalDoubleL(finalE(stem));
}
