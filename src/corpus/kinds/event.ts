// Festivals and other events: what, where, from when to when, and what it costs.
import type { Kind } from "../kind";
import { asides, paragraph } from "../paragraph";
import { ACTIVITIES, SITES } from "../words";

export const event: Kind = {
  label: "행사 안내",
  write(draw) {
    const { region, org } = draw.office();
    const { month, start, end } = draw.period();
    const [activity, otherActivity] = draw.two(ACTIVITIES);
    const free = draw.chance(0.4);
    const slots = {
      org,
      region,
      event: draw.festival(month),
      site: draw.choice(SITES),
      start,
      end,
      ...draw.hours(),
      activity,
      otherActivity,
      fee: free ? "무료" : `${draw.integer(1, 30) * 1000}원`,
      freeFor: draw.choice(["초등학생", "어르신", "장애인", "지역 주민", "임산부"]),
    };
    const lead = draw.sentence(
      [
        "{org}[이/가] {start}부터 {end}까지 {site}에서 {event}[을/를] 엽니다.",
        "{start}, {site}에서 {event}[이/가] 막을 올립니다. {org}[이/가] 준비한 이 행사는 {end}에 끝납니다.",
        "{region}의 {event}[이/가] {site}에서 관람객을 맞습니다. 기간은 {start}부터 {end}까지이고 주최는 {org}입니다.",
      ],
      slots,
    );
    const facts = [
      [
        "{activity}[과/와] {otherActivity} 같은 체험을 즐길 수 있습니다.",
        "방문객은 {activity}, {otherActivity}[을/를] 직접 해 볼 수 있습니다.",
        "대표 프로그램으로 {activity}[과/와] {otherActivity}[이/가] 마련됩니다.",
      ],
      ["문은 {open}에 열고 {close}에 닫습니다.", "운영 시간은 {open}부터 {close}까지입니다."],
      free
        ? ["입장료는 {fee}입니다.", "누구나 {fee}로 들어갈 수 있습니다."]
        : [
            "입장료는 {fee}이지만 {freeFor}[은/는] 내지 않습니다.",
            "표 값은 {fee}이며 {freeFor}[은/는] 내지 않아도 됩니다.",
          ],
    ].map((wordings) => draw.sentence(wordings, slots));
    return {
      document: paragraph(draw, lead, facts, asides(draw, org, draw.integer(1, 3), true)),
      title: `${region} ${slots.event} 안내`,
      slots,
    };
  },
  questions: [
    ["어디에서 열리나요?", "site"],
    ["언제 끝나나요?", "end"],
    ["언제 시작하나요?", "start"],
    ["행사 이름은 무엇인가요?", "event"],
    ["누가 여나요?", "org"],
    ["입장료는 얼마인가요?", "fee"],
    ["몇 시에 문을 여나요?", "open"],
  ],
  core: [
    "{org}[이/가] {site}에서 {event}[을/를] 개최한다.",
    "{event}[이/가] {site}에서 열린다.",
    "{org} 주최로 {site}에서 {event}[이/가] 펼쳐진다.",
  ],
  further: [
    { weight: 3, wordings: ["{end}까지 이어진다.", "{end}에 막을 내린다."] },
    { weight: 2, wordings: ["{start}에 시작한다.", "{start}[이/가] 첫날이다."] },
    { weight: 3, wordings: ["입장료는 {fee}이다.", "들어가는 비용은 {fee}이다."] },
    { weight: 1, wordings: ["{open}에 문을 연다.", "관람은 {open}부터 가능하다."] },
  ],
};
