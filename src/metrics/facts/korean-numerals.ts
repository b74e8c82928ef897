// How Korean writes numbers: digits with scales (3만 5천), Sino-Korean and native numerals, units and counters.

const DIGITS = "\\d{1,3}(?:,\\d{3})+(?:\\.\\d+)?|\\d+(?:\\.\\d+)?";
/** Digits with Korean scales: 3만, 1억 2천만, 2만5000, 1,500만. */
export const NUMBER = `(?:${DIGITS})(?:[십백천]?[만억조]|[십백천])+(?:\\s?(?:${DIGITS})(?:[십백천]?[만억조]|[십백천])+)*(?:\\s?(?:${DIGITS})(?![,\\d]|\\s?[월일시]))?|${DIGITS}`;
export const SINO = "[일이삼사오육칠팔구]?[십백천만억][일이삼사오육칠팔구십백천만억]*";

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
  ["분기", "분기"],
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
export const UNIT = UNITS.map(([forms]) => `(?:${forms})`).join("|");

const UNIT_FORMS = UNITS.map(([forms, unit]) => [new RegExp(`^(?:${forms}) $`), unit] as const);

/** The unit's one form; every form is tried with a blank behind it, which all the lookaheads accept. */
export function unitForm(written: string): string {
  return UNIT_FORMS.find(([pattern]) => pattern.test(`${written} `))?.[1] ?? written;
}

const NATIVE_ONES = ["", "한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉"];
const NATIVE_TENS = ["", "열", "스물", "서른", "마흔", "쉰", "예순", "일흔", "여든", "아흔"];
export const NATIVE = new Map<string, number>([["스무", 20]]);
NATIVE_TENS.forEach((ten, tens) => {
  NATIVE_ONES.forEach((one, ones) => {
    if (tens + ones > 0) NATIVE.set(ten + one, tens * 10 + ones);
  });
});
export const NATIVE_WORD = [...NATIVE.keys()].sort((a, b) => b.length - a.length).join("|");
/** After a native numeral only these are counters ("두 도시" is no temperature), and a word must end there. */
export const NATIVE_UNIT =
  "번째|시간|사람|가지|마리|그루|군데|차례|명|개월|개|달|살|번|권|장|대|곳|주|잔|병|쌍|배|쪽|층|팀";
export const WORD_END =
  "(?=$|[^가-힣]|(?:이|가|을|를|은|는|의|에|에서|에게|로|으로|와|과|도|만|씩|간|동안|째|부터|까지|마다|당|뿐|이나|나|이상|이하|정도|여|이다|이며|이고|입니다|였|이었|짜리|뒤|후|전)(?:[^가-힣]|$|[가-힣]))";
export const DAY_WORDS: Record<string, number> = {
  이틀: 2,
  사흘: 3,
  나흘: 4,
  닷새: 5,
  엿새: 6,
  열흘: 10,
  보름: 15,
};
