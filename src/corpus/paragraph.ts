// Puts a news-like paragraph together: a lead, the facts in any order, and asides that no summary needs.
import type { Draw, Slots } from "./draw";

const QUOTES = [
  "많은 관심을 바란다",
  "주민의 목소리를 듣겠다",
  "안전을 가장 먼저 생각하겠다",
  "불편이 없도록 준비하겠다",
  "앞으로도 꾸준히 노력하겠다",
  "좋은 결과를 기대한다",
  "모두가 누리는 도시를 만들겠다",
  "현장의 의견을 반영했다",
];
const ASIDES = [
  '관계자는 "{quote}"[이라고/라고] 말했습니다.',
  "자세한 내용은 {org} 누리집에서 볼 수 있습니다.",
  "문의는 {phone}번으로 하면 됩니다.",
  "참고로 {fairDate}에는 {fair}[이/가] 열립니다.",
  '주민 {resident}[은/는] "반가운 소식"[이라고/라고] 말했습니다.',
  "{elsewhere} 주민들도 큰 관심을 보였습니다.",
  "담당자는 {chief} 팀장입니다.",
];
const PROGRAMME_ASIDES = [
  "지난해에는 {people}명이 참여해 좋은 반응을 얻었습니다.",
  "{elsewhere}에서도 비슷한 일을 준비하고 있습니다.",
  "이 일은 {year}년에 처음 시작되었습니다.",
  "예산은 모두 {budget}만 원이 들어갔습니다.",
  "작년보다 준비 기간이 {weeks}주 길어졌습니다.",
];

/** `count` asides, none twice; `programme` admits those that speak of an undertaking with a budget and participants. */
export function asides(draw: Draw, org: string, count: number, programme: boolean): string[] {
  const fairDay = draw.day();
  const values: Slots = {
    org,
    quote: draw.choice(QUOTES),
    phone: `${draw.integer(200, 899)}-${draw.integer(1000, 9999)}`,
    elsewhere: draw.region(),
    fairDate: fairDay.date,
    fair: draw.festival(fairDay.month),
    resident: draw.person(),
    chief: draw.person(),
    people: String(draw.integer(3, 98) * 10),
    year: String(draw.integer(2005, 2023)),
    budget: String(draw.integer(2, 90) * 100),
    weeks: String(draw.integer(2, 9)),
  };
  const pool = programme ? [...ASIDES, ...PROGRAMME_ASIDES] : ASIDES;
  const picked = draw.random.shuffle(pool).slice(0, count);
  return picked.map((template) => draw.sentence([template], values));
}

/** The lead first (four times in five; else second), then facts and asides mixed. */
export function paragraph(
  draw: Draw,
  lead: string,
  facts: readonly string[],
  extra: readonly string[],
): string {
  const rest = draw.random.shuffle([...facts, ...extra]);
  const sentences = draw.chance(0.8) ? [lead, ...rest] : [rest[0] as string, lead, ...rest.slice(1)];
  return sentences.join(" ");
}
