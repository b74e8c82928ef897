// New facilities: what opens where and when, what it costs, when it rests, how to book.
import type { Kind } from "../kind";
import { asides, paragraph } from "../paragraph";
import { FACILITIES, SITES, TARGETS } from "../words";

const FEATURES = [
  "열람실",
  "수유실",
  "공연장",
  "암벽 등반장",
  "옥상 정원",
  "강의실",
  "북 카페",
  "탁구장",
  "샤워실",
  "녹음실",
  "영상실",
  "상담실",
  "휴게실",
  "전시실",
];

export const facility: Kind = {
  label: "시설 개관",
  write(draw) {
    const { region, org } = draw.office();
    const [feature, otherFeature] = draw.two(FEATURES);
    const floors = draw.integer(2, 9);
    const slots = {
      org,
      region,
      facility: `${draw.town()} ${draw.choice(FACILITIES)}`,
      site: `${draw.choice(SITES)} 옆`,
      date: draw.day().date,
      ...draw.hours(),
      feature,
      otherFeature,
      closed: draw.choice(["월요일", "화요일", "일요일", "공휴일", "첫째 월요일"]),
      booking: draw.choice(["전화", "누리집", "전용 앱", "현장 접수"]),
      target: draw.choice(TARGETS),
      fee: `${draw.integer(1, 9) * 1000}원`,
    };
    const lead = draw.sentence(
      [
        "{region} {site}에 {facility}[이/가] {date} 문을 엽니다.",
        "{org}[이/가] 지은 {facility}[이/가] {date}부터 손님을 맞습니다. 자리는 {site}입니다.",
      ],
      slots,
    );
    const facts = [
      [
        `${floors}층 건물에 {feature}[과/와] {otherFeature}[을/를] 갖췄습니다.`,
        `안에는 {feature}, {otherFeature} 등이 ${floors}개 층에 들어섰습니다.`,
      ],
      [
        "{open}부터 {close}까지 쓸 수 있고 {closed}에는 쉽니다.",
        "여는 시간은 {open}부터 {close}까지이며 {closed}에는 문을 닫습니다.",
      ],
      [
        "이용료는 {fee}이고 {target}[은/는] 절반만 냅니다.",
        "한 번에 {fee}[을/를] 받지만 {target}에게는 절반을 깎아 줍니다.",
      ],
      ["{booking}[으로/로] 미리 예약해야 합니다.", "예약은 {booking}[으로/로] 합니다."],
    ].map((wordings) => draw.sentence(wordings, slots));
    return {
      document: paragraph(draw, lead, facts, asides(draw, org, draw.integer(1, 3), false)),
      title: `${slots.facility} 개관`,
      slots,
    };
  },
  questions: [
    ["무엇이 문을 여나요?", "facility"],
    ["언제 문을 여나요?", "date"],
    ["어디에 있나요?", "site"],
    ["언제 쉬나요?", "closed"],
    ["이용료는 얼마인가요?", "fee"],
    ["어떻게 예약하나요?", "booking"],
    ["누가 절반만 내나요?", "target"],
  ],
  core: [
    "{facility}[이/가] {date} 문을 연다.",
    "{site}에 {facility}[이/가] 들어선다.",
    "{date} {site}에 {facility}[이/가] 개관한다.",
  ],
  further: [
    { weight: 2, wordings: ["{closed}에는 휴관한다.", "쉬는 날은 {closed}이다."] },
    { weight: 3, wordings: ["이용료는 {fee}이다.", "{fee}[을/를] 내고 이용한다."] },
    { weight: 2, wordings: ["{booking}[으로/로] 예약해야 한다.", "예약은 {booking}[으로/로] 받는다."] },
    { weight: 2, wordings: ["{target}[은/는] 반값이다.", "{target}[은/는] 절반만 내면 된다."] },
  ],
};
