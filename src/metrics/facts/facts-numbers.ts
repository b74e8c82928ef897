// Numbers, amounts, dates and times in Korean text, in one written form each: 3만 원 and 30,000원 are the same fact.
import type { FactKind } from "../../results/facts";
import {
  DAY_WORDS,
  koreanNumber,
  NATIVE,
  NATIVE_UNIT,
  NATIVE_WORD,
  NUMBER,
  SINO,
  UNIT,
  unitForm,
  WORD_END,
} from "./korean-numerals";

export interface Fact {
  kind: FactKind;
  /** The one written form: "30000원", "05-10", "15:00", "3-2". */
  value: string;
  /** Less exact forms that this one covers: 05-10 covers "5월" and "10일", 340명 covers a bare 340. */
  covers: string[];
  /** As it stands in the text. */
  text: string;
  start: number;
}

const two = (value: number): string => String(value).padStart(2, "0");
const plain = (value: number): string => String(value);

function quantity(value: number, unit: string): Pick<Fact, "kind" | "value" | "covers"> {
  return { kind: "number", value: `${plain(value)}${unit}`, covers: [`#${plain(value)}`] };
}

function monthDay(month: number, day: number): Pick<Fact, "kind" | "value" | "covers"> {
  return { kind: "date", value: `${two(month)}-${two(day)}`, covers: [`${month}월`, `${day}일`] };
}

function clock(
  half: string | undefined,
  hour: number,
  minute: number,
): Pick<Fact, "kind" | "value" | "covers"> {
  const at = (h: number) => `${two(h % 24)}:${two(minute)}`;
  const either = `?${hour % 12}:${two(minute)}`;
  const morning = half !== undefined && (/오전|아침|새벽/.test(half) || (half === "밤" && hour < 5));
  if (hour > 12 || hour === 0) return { kind: "time", value: at(hour), covers: [either] };
  if (morning || (half === "밤" && hour === 12))
    return { kind: "time", value: at(hour % 12), covers: [either] };
  if (half === "낮" && hour > 9) return { kind: "time", value: at(hour), covers: [either] };
  if (half !== undefined) return { kind: "time", value: at((hour % 12) + 12), covers: [either] };
  // Without morning or afternoon it may be either, so it agrees with both.
  return { kind: "time", value: either, covers: [at(hour % 12), at((hour % 12) + 12)] };
}

type Found = Pick<Fact, "kind" | "value" | "covers">;
interface Pattern {
  pattern: RegExp;
  facts(match: RegExpExecArray): Found[];
}

const year = (text: string): Found => ({ kind: "date", value: `${Number(text)}년`, covers: [] });
const isDay = (month: number, day: number) => month >= 1 && month <= 12 && day >= 1 && day <= 31;

/** In order: what an earlier pattern has taken is gone for the later ones. */
const PATTERNS: Pattern[] = [
  {
    pattern: /(?<!\d)((?:19|20)\d\d)[.\-/]\s?(\d{1,2})[.\-/]\s?(\d{1,2})(?!\d)\.?/g,
    facts: ([, y, m, d]) => (isDay(Number(m), Number(d)) ? [year(y!), monthDay(Number(m), Number(d))] : []),
  },
  {
    // 3월 10일, and the second day of 3월 10일부터 15일까지 or 3월 10~15일.
    pattern:
      /(?<!\d)(?:((?:19|20)\d\d)년\s?)?(\d{1,2})월\s?(\d{1,2})(?:일\s?(?:\([가-힣]\)\s?)?(?:(?:부터|에서|~|∼|〜|-|–)\s?(\d{1,2})일)?|(?:~|∼|〜|-|–)(\d{1,2})일)(?!간)/g,
    facts: ([, y, m, d, until, untilShort]) => {
      const month = Number(m);
      const days = [d, until ?? untilShort].filter((day) => day !== undefined).map(Number);
      if (!days.every((day) => isDay(month, day))) return [];
      return [...(y ? [year(y)] : []), ...days.map((day) => monthDay(month, day))];
    },
  },
  {
    pattern: /(?<!\d)(?:((?:19|20)\d\d)년\s?)?(\d{1,2})월(?!드)/g,
    facts: ([, y, m]) =>
      Number(m) >= 1 && Number(m) <= 12
        ? [...(y ? [year(y)] : []), { kind: "date", value: `${Number(m)}월`, covers: [] }]
        : [],
  },
  { pattern: /(?<!\d)((?:19|20)\d\d)년(?!간|\s?동안)/g, facts: ([, y]) => [year(y!)] },
  {
    pattern: /(?<![가-힣])([월화수목금토일]요일)/g,
    facts: ([, day]) => [{ kind: "date", value: day!, covers: [] }],
  },
  {
    pattern: /(?<![\d-])(\d{2,4}-\d{3,4}-\d{4}|\d{2,4}-\d{4})(?![\d-]|년)/g,
    facts: ([, number]) => [{ kind: "phone", value: number!.replaceAll("-", ""), covers: [] }],
  },
  {
    pattern:
      /(오전|오후|아침|낮|저녁|밤|새벽)?\s?(?<!\d)(\d{1,2})시(?![간장작민청도설])\s?(?:(\d{1,2})분|(반)(?=$|[^가-힣]|에|부터|까지|이|은|쯤))?/g,
    facts: ([, half, hour, minute, halfPast]) =>
      Number(hour) <= 24 ? [clock(half, Number(hour), halfPast ? 30 : Number(minute ?? 0))] : [],
  },
  {
    pattern: /(오전|오후|아침|낮|저녁|밤|새벽)?\s?(?<![\d:])([01]?\d|2[0-4]):([0-5]\d)(?![\d:])/g,
    facts: ([, half, hour, minute]) =>
      // 15:00 is the 24-hour clock; so is 9:00 where nothing says otherwise.
      half
        ? [clock(half, Number(hour), Number(minute))]
        : [clock(Number(hour) < 12 ? "오전" : "오후", Number(hour), Number(minute))],
  },
  {
    pattern:
      /(오전|오후|아침|낮|저녁|밤|새벽)?\s?(?<![가-힣])(한|두|세|네|다섯|여섯|일곱|여덟|아홉|열한|열두|열)\s?시(?=$|[^가-힣]|에|부터|까지|로|쯤|이|가|의)/g,
    facts: ([, half, hour]) => [clock(half, NATIVE.get(hour!)!, 0)],
  },
  {
    pattern: /(?<![가-힣])(정오|자정)(?=$|[^가-힣]|에|부터|까지|이|을|의|쯤)/g,
    facts: ([, word]) => [{ kind: "time", value: word === "정오" ? "12:00" : "00:00", covers: [] }],
  },
  {
    pattern: /(?<![\d-])(\d{1,3})\s?-\s?(\d{1,3})(?=\s?(?:승|패|무승부|완승|완패|역전|동점|으?로\s))/g,
    facts: ([, a, b]) => [{ kind: "score", value: `${Number(a)}-${Number(b)}`, covers: [] }],
  },
  {
    pattern: /(?<![\d:.])(\d{1,3})(?:\s?대\s|\s?대|:)(\d{1,3})(?![\d:]|[가-힣]*월)/g,
    facts: ([, a, b]) => [{ kind: "score", value: `${Number(a)}-${Number(b)}`, covers: [] }],
  },
  {
    pattern: new RegExp(
      `(초속|시속)\\s?약?\\s?(${NUMBER})\\s?(m|km|미터|킬로미터)|(${NUMBER})\\s?(m/s|km/h|㎧|㎞/h)`,
      "g",
    ),
    facts: ([, per, value, , plainValue, unit]) =>
      per
        ? [quantity(koreanNumber(value!), per === "초속" ? "m/s" : "km/h")]
        : [quantity(koreanNumber(plainValue!), unit === "m/s" || unit === "㎧" ? "m/s" : "km/h")],
  },
  {
    pattern: /(?<!\d)(\d+)분의\s?(\d+)/g,
    facts: ([, below, above]) => [{ kind: "number", value: `${above}/${below}`, covers: [] }],
  },
  {
    pattern: new RegExp(
      `(?:영하\\s?|(?<![\\d가-힣])[-−])(${NUMBER})\\s?(?:도(?![로시서움착구입])|℃|°C)`,
      "g",
    ),
    facts: ([, value]) => [quantity(-koreanNumber(value!), "도")],
  },
  {
    pattern: new RegExp(
      `(?<![\\d.,A-Za-z])(${NUMBER})\\s?(?:~|∼|〜|–|-)\\s?(${NUMBER})\\s?여?\\s?(${UNIT})`,
      "g",
    ),
    facts: ([, from, to, unit]) =>
      [from!, to!].map((value) => quantity(koreanNumber(value), unitForm(unit!))),
  },
  {
    pattern: new RegExp(`([$₩€])\\s?(${NUMBER})`, "g"),
    facts: ([, sign, value]) => [quantity(koreanNumber(value!), unitForm(sign!))],
  },
  {
    pattern: new RegExp(`(?<![\\d.,A-Za-z])(${NUMBER})\\s?여?\\s?(${UNIT})`, "g"),
    // 1위 says "most often" in figures: the document need not say it so.
    facts: ([, value, unit]) =>
      unitForm(unit!) === "위" && koreanNumber(value!) <= 3
        ? [{ kind: "number", value: "", covers: [] }]
        : [quantity(koreanNumber(value!), unitForm(unit!))],
  },
  {
    pattern: new RegExp(
      `(?<![가-힣\\d])((?:[일이삼사오육칠팔구십백천]*[만억]\\s)*${SINO})\\s?여?\\s?(원|명|년|개|건|퍼센트|달러|가구|톤|미터|킬로미터)${WORD_END}`,
      "g",
    ),
    facts: ([, value, unit]) => [quantity(koreanNumber(value!), unitForm(unit!))],
  },
  {
    pattern: new RegExp(
      `(?<![가-힣\\d])(?!한\\s?(?:번|가지|사람|차례|군데|곳)(?!째))(${NATIVE_WORD})\\s?(${NATIVE_UNIT})${WORD_END}`,
      "g",
    ),
    facts: ([, value, unit]) => [quantity(NATIVE.get(value!)!, unitForm(unit!))],
  },
  {
    pattern: new RegExp(`(?<![가-힣])(${Object.keys(DAY_WORDS).join("|")}|일주일)${WORD_END}`, "g"),
    facts: ([, word]) => [word === "일주일" ? quantity(1, "주") : quantity(DAY_WORDS[word!]!, "일")],
  },
  {
    pattern: new RegExp(`(?<![\\d.,A-Za-z-])(${NUMBER})(?![\\d])`, "g"),
    facts: ([, value]) => [{ kind: "number", value: `#${plain(koreanNumber(value!))}`, covers: [] }],
  },
];

/** Numbers, dates, times, phone numbers and match scores of a text, in order; each stretch of text counts once. */
export function numericFacts(text: string): Fact[] {
  const source = text.normalize("NFC");
  let left = source;
  const found: Fact[] = [];
  for (const { pattern, facts } of PATTERNS) {
    left = left.replace(pattern, (...args) => {
      const match = args.slice(
        0,
        args.findIndex((value) => typeof value === "number"),
      ) as RegExpExecArray;
      const start = args.find((value): value is number => typeof value === "number") as number;
      const made = facts(match);
      if (made.length === 0) return match[0];
      for (const fact of made) {
        if (fact.value !== "") found.push({ ...fact, text: match[0].trim(), start });
      }
      // What is taken becomes a mark that no pattern knows.
      return "\u0001".repeat(match[0].length);
    });
  }
  return found.sort((a, b) => a.start - b.start);
}
