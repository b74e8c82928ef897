// Numbers, amounts, dates and times in Korean text, in one written form each: 3만 원 and 30,000원 are the same fact.

export type FactKind = "number" | "date" | "time" | "phone" | "score" | "person" | "place" | "name" | "quote";

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

const DIGITS = "\\d{1,3}(?:,\\d{3})+(?:\\.\\d+)?|\\d+(?:\\.\\d+)?";
/** Digits with Korean scales: 3만, 1억 2천만, 2만5000, 1,500만. */
const NUMBER = `(?:${DIGITS})(?:[십백천]?[만억조]|[십백천])+(?:\\s?(?:${DIGITS})(?:[십백천]?[만억조]|[십백천])+)*(?:\\s?(?:${DIGITS})(?![,\\d]|\\s?[월일시]))?|${DIGITS}`;
const SINO = "[일이삼사오육칠팔구]?[십백천만억][일이삼사오육칠팔구십백천만억]*";

const SCALES: Record<string, number> = { 십: 10, 백: 100, 천: 1000, 만: 1e4, 억: 1e8, 조: 1e12 };
const SINO_DIGITS = "영일이삼사오육칠팔구";

/** The value of "1억 2천만", "30,000", "삼천오백". */
export function koreanNumber(text: string): number {
  let total = 0;
  let section = 0;
  let current: number | undefined;
  for (const [part] of text.replaceAll(",", "").matchAll(/\d+(?:\.\d+)?|[가-힣]/g)) {
    const scale = SCALES[part];
    if (scale === undefined) {
      const digit = SINO_DIGITS.indexOf(part);
      current = digit > 0 ? digit : Number(part);
    } else if (scale < 1e4) {
      section += (current ?? 1) * scale;
      current = undefined;
    } else {
      section += current ?? 0;
      total += (section || 1) * scale;
      section = 0;
      current = undefined;
    }
  }
  return Number((total + section + (current ?? 0)).toFixed(6));
}

/** Written units and counters, and the one form they get. Longer forms come first where one begins another. */
const UNITS: [forms: string, unit: string][] = [
  ["%포인트|%p|%P|％p|퍼센트포인트|퍼센트 포인트", "%p"],
  ["%|％|퍼센트|프로(?![가-힣])", "%"],
  ["개월|달(?!러|리|성|걀|력)", "개월"],
  ["개국", "개국"],
  ["개소|곳|군데", "곳"],
  ["개년|년간|년", "년"],
  ["개|가지", "개"],
  ["명|인분|인(?=$|[^가-힣]|당|용)|사람", "명"],
  ["시간", "시간"],
  ["분(?!기|의|야|량|리|위|석)", "분"],
  ["초(?!등|중|보|반|과)", "초"],
  ["주일|주간|주(?!민|년|차|택|요|제|식|소)", "주"],
  ["일간|일(?!부|반|정|본|자리)", "일"],
  ["킬로그램|㎏|kg|KG|Kg", "kg"],
  ["밀리그램|㎎|mg", "mg"],
  ["그램|g(?![a-zA-Z])", "g"],
  ["킬로미터|㎞|km|KM|Km", "km"],
  ["센티미터|㎝|cm", "cm"],
  ["밀리미터|㎜|mm", "mm"],
  ["제곱미터|㎡|m²|m2", "㎡"],
  ["세제곱미터|㎥|m³", "㎥"],
  ["미터|m(?![a-zA-Z/])", "m"],
  ["밀리리터|㎖|mL|ml", "mL"],
  ["리터|ℓ|L(?![a-zA-Z])", "L"],
  ["헥타르|㏊|ha(?![a-zA-Z])", "ha"],
  ["톤|t(?![a-zA-Z])", "t"],
  ["도(?![로시서움착구입])|℃|°C", "도"],
  ["원(?![가칙인고래]|자[력재])|₩", "원"],
  ["달러|\\$", "달러"],
  ["유로|€", "유로"],
  ["엔(?![진터])", "엔"],
  ["위안", "위안"],
  ["가구(?!주)|세대", "가구"],
  ["살|세(?![기대금제트])", "세"],
  ["번째|째", "번째"],
  ["회(?![의사장])|차례|번(?!호)", "회"],
  ["건(?![물강설조축])", "건"],
  ["권(?![리한])", "권"],
  ["장(?![소애점])", "장"],
  ["대(?![학표회상비응부])", "대"],
  ["마리", "마리"],
  ["그루", "그루"],
  ["쪽", "쪽"],
  ["층", "층"],
  ["점(?![심검수포])", "점"],
  ["위(?![원험치해])", "위"],
  ["호선|호(?![텔수])", "호"],
  ["배(?![구송달추출])", "배"],
  ["박(?![물수])", "박"],
  ["종(?![류목합])", "종"],
  ["편(?![의집])", "편"],
  ["표(?![시면현])", "표"],
  ["평(?![가균일])", "평"],
  ["팀(?!장)", "팀"],
  ["학년", "학년"],
  ["학기", "학기"],
  ["등급", "등급"],
  ["등(?=$|[^가-힣]|을|으)", "등"],
];
const UNIT = UNITS.map(([forms]) => `(?:${forms})`).join("|");

const UNIT_FORMS = UNITS.map(([forms, unit]) => [new RegExp(`^(?:${forms}) $`), unit] as const);

/** The unit's one form; every form is tried with a blank behind it, which all the lookaheads accept. */
function unitForm(written: string): string {
  return UNIT_FORMS.find(([pattern]) => pattern.test(`${written} `))?.[1] ?? written;
}

const NATIVE_ONES = ["", "한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉"];
const NATIVE_TENS = ["", "열", "스물", "서른", "마흔", "쉰", "예순", "일흔", "여든", "아흔"];
const NATIVE = new Map<string, number>([["스무", 20]]);
NATIVE_TENS.forEach((ten, tens) => {
  NATIVE_ONES.forEach((one, ones) => {
    if (tens + ones > 0) NATIVE.set(ten + one, tens * 10 + ones);
  });
});
const NATIVE_WORD = [...NATIVE.keys()].sort((a, b) => b.length - a.length).join("|");
/** After a native numeral only these are counters ("두 도시" is no temperature), and a word must end there. */
const NATIVE_UNIT =
  "번째|시간|사람|가지|마리|그루|군데|차례|명|개월|개|달|살|번|권|장|대|곳|주|잔|병|쌍|배|쪽|층|팀";
const WORD_END =
  "(?=$|[^가-힣]|(?:이|가|을|를|은|는|의|에|에서|에게|로|으로|와|과|도|만|씩|간|동안|째|부터|까지|마다|당|뿐|이나|나|이상|이하|정도|여|이다|이며|이고|입니다|였|이었|짜리|뒤|후|전)(?:[^가-힣]|$|[가-힣]))";
const DAY_WORDS: Record<string, number> = { 이틀: 2, 사흘: 3, 나흘: 4, 닷새: 5, 엿새: 6, 열흘: 10, 보름: 15 };

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
      `(?<![가-힣\\d])(${SINO})\\s?여?\\s?(원|명|년|개|건|퍼센트|달러|가구|톤|미터|킬로미터)${WORD_END}`,
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
