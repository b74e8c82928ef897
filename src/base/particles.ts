// Korean particle agreement: which form of 은/는, 이/가, 을/를, 과/와, 으로/로 … follows a word, as it is read aloud.

/** How a word ends when spoken: on a vowel, on ㄹ (which takes 로, not 으로), or on another consonant. */
export type Ending = "vowel" | "rieul" | "consonant";

// 영 일 이 삼 사 오 육 칠 팔 구; a number that ends in 0 is read 십, 백, 천, 만 …, all with a final consonant.
const DIGITS: readonly Ending[] = [
  "consonant",
  "rieul",
  "vowel",
  "consonant",
  "vowel",
  "vowel",
  "consonant",
  "rieul",
  "rieul",
  "vowel",
];

// Units after a number are read as Korean words: 퍼센트, 킬로미터, 그램 …
const UNITS: Readonly<Record<string, Ending>> = {
  "%": "vowel",
  "%p": "vowel",
  m: "vowel",
  mm: "vowel",
  cm: "vowel",
  km: "vowel",
  g: "consonant",
  kg: "consonant",
  L: "vowel",
  mL: "vowel",
};

// Letters read by name: 엘, 알 end on ㄹ; 엠, 엔 on another consonant; all other names on a vowel.
const LETTERS: Readonly<Record<string, Ending>> = { l: "rieul", r: "rieul", m: "consonant", n: "consonant" };

/** The way `text` ends when read aloud; quotation marks and brackets at its end are skipped. */
export function ending(text: string): Ending {
  const word = text.replace(/[^가-힣0-9A-Za-z%]+$/u, "");
  const last = word.slice(-1);
  if (last >= "가" && last <= "힣") {
    const final = (last.charCodeAt(0) - 0xac00) % 28;
    return final === 0 ? "vowel" : final === 8 ? "rieul" : "consonant";
  }
  if (last >= "0" && last <= "9") return DIGITS[Number(last)] as Ending;
  const unit = /\d(%p|[A-Za-z%]+)$/.exec(word)?.[1];
  if (unit !== undefined && UNITS[unit] !== undefined) return UNITS[unit];
  return LETTERS[last.toLowerCase()] ?? "vowel";
}

/** Puts the agreeing form where `text` has `[with consonant/with vowel]`, as in "서울[으로/로]"; `before` stands before it and is kept. */
export function agree(text: string, before = ""): string {
  const pattern = /\[([가-힣]+)\/([가-힣]+)\]/g;
  let result = before;
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    result += text.slice(from, match.index);
    const [whole, afterConsonant, afterVowel] = match as unknown as [string, string, string];
    const end = ending(result);
    const vowelForm = end === "vowel" || (end === "rieul" && afterConsonant === "으로");
    result += vowelForm ? afterVowel : afterConsonant;
    from = (match.index ?? 0) + whole.length;
  }
  return result + text.slice(from);
}
