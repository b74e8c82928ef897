// Endings of Korean verb and adjective stems, as far as the word lists of the generated corpus need them.

const finalOf = (syllable: string): number => (syllable.charCodeAt(0) - 0xac00) % 28;

/** The stem with another final consonant under its last syllable (index into the Unicode order of finals). */
function withFinal(stem: string, final: number): string {
  const last = stem.slice(-1);
  return stem.slice(0, -1) + String.fromCharCode(last.charCodeAt(0) - finalOf(last) + final);
}

const NIEUN = 4;
const RIEUL = 8;
const BIEUP = 17;

// Stems whose last consonant changes before a vowel: 짓다 -> 지을, 돕다 -> 도울.
const IRREGULAR: Readonly<Record<string, string>> = { 짓: "지", 돕: "도우" };

/** The stem before a vowel, or unchanged when it ends on a vowel or on ㄹ. */
function softened(stem: string): { stem: string; open: boolean } {
  const changed = IRREGULAR[stem.slice(-1)];
  if (changed === "지") return { stem: `${stem.slice(0, -1)}지`, open: false };
  if (changed !== undefined) return { stem: stem.slice(0, -1) + changed, open: true };
  const final = finalOf(stem.slice(-1));
  return { stem, open: final === 0 || final === RIEUL };
}

/** -습니다 / -ㅂ니다: 쉽 -> 쉽습니다, 크 -> 큽니다. */
export function polite(stem: string): string {
  const final = finalOf(stem.slice(-1));
  return final === 0 || final === RIEUL ? `${withFinal(stem, BIEUP)}니다` : `${stem}습니다`;
}

/** -(으)ㄹ: 늘리 -> 늘릴, 맑 -> 맑을, 짓 -> 지을, 돕 -> 도울. */
export function future(stem: string): string {
  const soft = softened(stem);
  return soft.open ? withFinal(soft.stem, RIEUL) : `${soft.stem}을`;
}

/** -(으)ㄹ까: 먹 -> 먹을까, 만들 -> 만들까. */
export const shallWe = (stem: string): string => `${future(stem)}까`;

/** -ㄴ다 / -는다 of a verb: 걸리 -> 걸린다, 붙 -> 붙는다. */
export function plainVerb(stem: string): string {
  const final = finalOf(stem.slice(-1));
  return final === 0 || final === RIEUL ? `${withFinal(stem, NIEUN)}다` : `${stem}는다`;
}

const OBLIGATION: Readonly<Record<string, string>> = {
  씻: "씻어야",
  시: "셔야",
  쓰: "써야",
  열: "열어야",
  입: "입어야",
  맞: "맞아야",
  먹: "먹어야",
  하: "해야",
  않: "않아야",
  우: "워야",
};

/** -아/어야 of the stems in the advice list: 씻 -> 씻어야, 마시 -> 마셔야. */
export function must(stem: string): string {
  const form = OBLIGATION[stem.slice(-1)];
  if (form === undefined)
    throw new Error(`No -아/어야 form is known for the stem "${stem}": add its last syllable.`);
  return stem.slice(0, -1) + form;
}
