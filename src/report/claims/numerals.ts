// Which numerals of a text are claims. All are, but for this short list; a test goes through report and READMEs with it.

const VERSION = String.raw`\d+(?:\.\d+)*`;

/**
 * What may stand without a claim, and why; in this order:
 * - versions of programs, dates;
 * - names that have digits in them (ROUGE-1, F1, gemma-2-2b-it, Qwen3, nDCG@10, SHA-256, 재현율@5): words that start with a letter;
 * - numbers of the documents' own parts: headings, tables, figures, notes, steps, plans, sections of the original;
 * - settings that other tests hold: the 95 % of every interval, the 80 % power of a detectable difference, the 300 dpi of the pictures.
 */
const ALLOWED: readonly RegExp[] = [
  new RegExp(
    `(?:Node|Python|Debian|데비안|TypeScript|TensorFlow|CUDA) ?${VERSION}(?:(?:, | to |, and | and |~|과 |와 )${VERSION})*`,
    "g",
  ),
  /\b20\d\d-\d\d-\d\d\b/g,
  /[A-Za-z][\w.+]*(?:[-@/][\w.+]+)*/g,
  /재현율@\d+/g,
  /^#+ \d+(?:\.\d+)*\.? /gm,
  /(?:표|그림|Table|Figure) \d+\./g,
  /\d단계|(?:계획|Step|Plan) \d/g,
  /\[\^\d+\]:?/g,
  /(?:원 보고서의 |이 보고서의 |보고서에는 |original's |original has no |[Oo]ur |no )\d(?:\.\d)?(?:와 \d)?/g,
  /\b95 ?%/g,
  /\b80% (?=power|검정력)/g,
  /\b300 dpi\b/g,
];

/** Numerals of a text that no rule above excuses, each with what stands round it. */
export function unclaimedNumerals(text: string): string[] {
  let rest = text;
  // A blanked match keeps its length, so that places stay what they are; a name may not blank the keyword of a rule after it.
  for (const rule of ALLOWED) {
    rest = rest.replace(rule, (match) => (/\d/.test(match) ? match.replace(/\d/g, "_") : match));
  }
  return [...rest.matchAll(/\d[\d.,]*/g)].map(({ index, 0: numeral }) => {
    const from = Math.max(0, index! - 30);
    return `${numeral} in “${text.slice(from, index! + 30).replace(/\n/g, " ")}”`;
  });
}
