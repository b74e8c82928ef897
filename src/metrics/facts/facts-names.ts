// Names of people, places and organisations in Korean text, by rules: what stands before a title, how a place ends, what is quoted.
// Rules miss names and take words for names; how often, on the generated corpus, is what test/metrics/facts.test.ts states.
import type { FactKind } from "../../results/facts";
import type { Fact } from "./facts-numbers";

const JOSA =
  "이라고|라고|이라는|라는|이라며|라며|이었다|였다|입니다|이며|이고|이다|에게서|에게|에서는|에서도|에서|으로|까지|부터|처럼|보다|께서|하고|이나|에도|에는|이|가|을|를|은|는|의|에|로|와|과|도|만|씨|님|나";
/** A word ends here, or a particle follows and then it ends. */
const WORD_END = `(?=(?:${JOSA})?(?:[^가-힣]|$))`;
const WORD_START = "(?<![가-힣A-Za-z0-9])";

const SURNAMES =
  "김이박최정강조윤장임한오서신권황안송전홍유고문양손배백허남심노하곽성차주우구민류나진지엄채원천방공현함변염여추도소석선설마길연위표명기반라왕금옥육인맹제모";
/** Syllables that are usual in given names of the last decades, first and second. */
const GIVEN_FIRST =
  "민서지현도하준수예태은성미동소재나상가영정승진혜경주윤유시건우선창병종기인희다보아채세규광명순옥연원라해효찬용한강남철두형대길문춘석숙흥봉학배덕종욱백";
const GIVEN_SECOND =
  "수영우연윤은호빈훈린민지경현희석아진원준혁철식환규태주미정숙자순선서율후성인욱택섭섬란별솔찬결온재기나라이하람운용복남일웅형근덕범열령림름혜";
/** Ordinary words that look like surname and given name. */
const NO_PERSON = new Set(
  "설명서 이용수 이용자 정상인 신청자 신청서 이미지 정수기 전시장 전시관 이유는 한정된 지도자 지원서 지원자 안내문 고용주 고용인 주인공 공연자 기상청 유지원 방문자 인원수 제안서 신고자 진행자 선수영 이주민 이주자 정보원 소식지 연구원 연구자 장기수 안전지 조기원 공지문 공동주 유치원 도지사 경영자 경기도 강원도 전라도 경상도 제주도 지하수 지하철 성인용 이번주 이민자 정원수 신문지 서비스 전문가 이상인 이하인 금지령 지은이 전자책 고등학 조선시 하수도 상수도 신용도 우승자 주민들 기원전".split(
    " ",
  ),
);
const TITLES =
  "씨|님|군수|시장|구청장|도지사|지사|대통령|총리|장관|차관|의원|위원장|위원|대표이사|대표|회장|사장|이사장|이사|원장|관장|소장|센터장|본부장|부장|과장|팀장|국장|실장|교장|교사|교수|박사|연구원|감독|코치|선수|작가|기자|배우|가수|변호사|의사|간호사|관계자|주무관|대리|매니저|PD|판사|검사";
const TITLES_BEFORE =
  "주민|담당자는|담당자|대표는|선수|감독|교수|작가|기자|배우|가수|시장|장관|의원|대통령|팀장|과장|회장|사장|원장|관장|학생|시민|상인|농민|발표자는|발표자|강사는|강사|진행은|담당은|담당|최우수 선수는";

const PROVINCES =
  "서울|부산|대구|인천|광주|대전|울산|세종|경기도|강원|충북|충남|전북|전남|경북|경남|제주|미국|중국|일본|영국|독일|프랑스|러시아|캐나다|호주|인도|베트남|북한|유럽|아시아";
/** Words that end like a place. */
const NO_PLACE = new Set(
  "누구 다시 역시 당시 임시 즉시 동시 전시 수시 잠시 표시 제시 지시 실시 응시 필시 도시 일시 몇시 감시 무시 중시 상시 평시 정시 게시 출시 개시 가시 소도시 대도시 신도시 매시 혹시 택시 접시 낚시 모시 연구 친구 가구 야구 축구 요구 지구 입구 도구 기구 복구 항구 출구 농구 배구 피구 탁구 당구 창구 청구 촉구 강구 추구 탐구 욕구 문구 식구 인구 영구 전구 호구 대구 공구 구구 운동 활동 행동 자동 이동 공동 아동 감동 변동 노동 진동 작동 협동 충동 부동 수동 연동 가동 기동 발동 출동 합동 율동 소동 냉동 전동 구동 유동 태동 고동 파동 역동 생동 제동 장군 국군 공군 육군 해군 직군 제품군 환자군 대조군 실험군 후보군 증후군 미군 적군 행정구 자치구 선거구 비상구 배출구 투입구 운동기구 놀이기구 이웃동 옆동 봉사활동 여가활동 야외활동 실내운동 가사노동".split(
    " ",
  ),
);
const ORGANISATIONS =
  "시청|군청|구청|도청|읍사무소|주민센터|행정복지센터|교육지원청|교육청|경찰청|경찰서|소방서|보건소|의료원|대학교|대학|병원|은행|공사|공단|재단|협회|위원회|연구소|연구원|학회|초등학교|중학교|고등학교|박물관|미술관|도서관|우체국|법원|검찰청|신문|방송|그룹|전자|건설|구단";
const OFFICES =
  "[가-힣]{1,4}과|[가-힣]{1,4}국|[가-힣]{0,6}센터|[가-힣]{0,4}지원청|[가-힣]{0,4}학습관|도서관|보건소|의료원|문화원|체육회|의회";
const NO_ORGANISATION = new Set("공사 방송 신문 대학 병원 은행 전자 건설 그룹".split(" "));
/** Labels of lists and letters, which are no speakers. */
const NO_SPEAKER = new Set(
  "일시 장소 제목 날짜 시간 대상 내용 문의 비용 참고 주의 준비 재료 방법 결과 목적 기간 참석 안건 결정 담당 다음 받는이 보낸이 받는사람 보낸사람 회의 주제 순서 조건 기타 접수 신청 출처 사진 정리 실험 질문 답변 요약 결론 수신 발신 참조 안내 공지 총평 장점 단점 가격 별점 회의록 준비물 참석자 불참자 담당자 작성자 발표자 예산 기한 다음회의".split(
    " ",
  ),
);

interface NamePattern {
  kind: FactKind;
  pattern: RegExp;
  accept?(word: string): boolean;
}

const likePerson = (word: string): boolean =>
  !NO_PERSON.has(word) &&
  !/[가로러거스다]운$/.test(word) &&
  GIVEN_FIRST.includes(word[1]!) &&
  GIVEN_SECOND.includes(word[2]!);

const NAME_PATTERNS: NamePattern[] = [
  { kind: "quote", pattern: /['‘「『《<]([^'’」』》<>\n]{1,20})['’」』》>]/g },
  { kind: "quote", pattern: /["“]([^"”\n]{1,20})["”]/g },
  {
    // Who speaks in a dialogue speaks more than once; a heading stands once.
    kind: "name",
    pattern: /(?<=^|\n)([가-힣]{2,3})\s?:(?=\s[\s\S]*\n\1\s?:\s)/g,
    accept: (word) => !NO_SPEAKER.has(word),
  },
  {
    kind: "person",
    pattern: new RegExp(`(?:${TITLES_BEFORE})\\s([${SURNAMES}][가-힣]{2})${WORD_END}`, "g"),
    accept: likePerson,
  },
  {
    kind: "person",
    pattern: new RegExp(`${WORD_START}([${SURNAMES}][가-힣]{1,3})\\s?(?:${TITLES})${WORD_END}`, "g"),
    accept: (word) => word.length === 3 && likePerson(word),
  },
  {
    // In a list or after a label: "참석: 임재석, 황하은 등".
    kind: "person",
    pattern: new RegExp(`(?<=[:,·]\\s?)([${SURNAMES}][가-힣]{2})(?=\\s?[,·(\\n]|\\s등|$)`, "g"),
    accept: likePerson,
  },
  {
    kind: "person",
    // Without a title, a last syllable that could be a particle (이용이, 원인은) must be followed by one.
    pattern: new RegExp(
      `${WORD_START}([${SURNAMES}][가-힣](?:(?![이은는가을를의에도만과로와나])[가-힣]|[가-힣](?=(?:${JOSA})(?:[^가-힣]|$))))${WORD_END}`,
      "g",
    ),
    accept: likePerson,
  },
  {
    kind: "name",
    pattern: new RegExp(`${WORD_START}([가-힣A-Za-z]{1,10}(?:${ORGANISATIONS}))${WORD_END}`, "g"),
    accept: (word) => !NO_ORGANISATION.has(word),
  },
  {
    kind: "place",
    pattern: new RegExp(
      `${WORD_START}([가-힣]{1,5}(?:특별자치시|특별자치도|특별시|광역시|[시군구읍동]))${WORD_END}`,
      "g",
    ),
    accept: (word) => word.length >= 2 && !NO_PLACE.has(word),
  },
  { kind: "place", pattern: new RegExp(`${WORD_START}((?:${PROVINCES})(?:도|시)?)${WORD_END}`, "g") },
  { kind: "name", pattern: /(?<![A-Za-z0-9])([A-Z][A-Za-z0-9&-]+)(?![A-Za-z0-9])/g },
];

/** What a place is called without its unit, where at least two syllables are left. */
export function placeStem(place: string): string {
  const stem = place.replace(/(특별자치시|특별자치도|특별시|광역시|[시군구읍동도])$/, "");
  return stem.length >= 2 ? stem : place;
}

/** Names, places, organisations and short quotations of a text, each once. */
export function namedFacts(text: string): Fact[] {
  const source = text.normalize("NFC");
  const found = new Map<string, Fact>();
  for (const { kind, pattern, accept } of NAME_PATTERNS) {
    for (const match of source.matchAll(pattern)) {
      const word = match[1]!.trim();
      if (word.length === 0 || found.has(word) || (accept && !accept(word))) continue;
      found.set(word, { kind, value: word, covers: [], text: word, start: match.index });
    }
  }
  // An office belongs to its place: 해평군 안전과.
  for (const place of [...found.values()].filter((fact) => fact.kind === "place")) {
    const pattern = new RegExp(`${place.value}\\s(${OFFICES})${WORD_END}`, "g");
    for (const match of source.matchAll(pattern)) {
      const word = match[1]!;
      if (!found.has(word))
        found.set(word, { kind: "name", value: word, covers: [], text: word, start: match.index });
    }
  }
  return [...found.values()].sort((a, b) => a.start - b.start);
}
