// Closures: a road or a building that cannot be used for a while, why, when, and for whom it stays open.
import type { Kind } from "../kind";
import { asides, paragraph } from "../paragraph";

const ROAD = {
  places: ["대교", "터널", "고가 도로", "지하 차도", "사거리", "순환 도로", "시장길", "역 앞 도로"],
  reasons: [
    "도로 포장 공사",
    "상수도관 교체",
    "안전 점검",
    "가스관 공사",
    "행사 준비",
    "하수관 정비",
    "낙석 방지 공사",
    "태풍 피해 복구",
    "가로등 교체",
  ],
  detours: [
    "옆 도로로 돌아가면",
    "임시 버스를 타면",
    "지하철을 이용하면",
    "임시 통로로 지나가면",
    "강변길을 이용하면",
  ],
  exceptions: ["긴급 차량", "화물차", "노선버스", "인근 주민", "공사 차량", "통학 버스"],
};
const PATH = {
  places: ["등산로", "산책로", "둘레길", "자전거길"],
  reasons: ["안전 점검", "낙석 방지 공사", "태풍 피해 복구", "가로등 교체", "행사 준비"],
  detours: ["임시 통로로 지나가면", "강변길을 이용하면", "옆길로 돌아가면"],
  exceptions: ["인근 주민", "공사 차량", "긴급 차량", "학교 단체"],
};
const BUILDING = {
  places: ["수영장", "주차장", "정수장", "체육관", "도서관", "문화 회관", "전시관"],
  reasons: ["안전 점검", "행사 준비", "전기 설비 교체", "건물 보수", "태풍 피해 복구", "내진 보강 공사"],
  detours: ["옆 동 시설을 이용하면", "임시 건물을 이용하면", "이웃 동네 시설을 이용하면"],
  exceptions: ["65세 이상 어르신", "장애인", "국가 유공자", "기존 예약자", "임산부", "단체 이용객"],
};

export const control: Kind = {
  label: "이용 제한",
  write(draw) {
    const { org } = draw.office();
    const { start, end } = draw.period();
    const sort = draw.choice([ROAD, ROAD, PATH, BUILDING]);
    const slots = {
      org,
      place: `${draw.town()} ${draw.choice(sort.places)}`,
      reason: draw.choice(sort.reasons),
      start,
      end,
      ...draw.hours(),
      detour: draw.choice(sort.detours),
      exception: draw.choice(sort.exceptions),
    };
    const lead = draw.sentence(
      [
        "{reason} 때문에 {place}[을/를] 한동안 쓸 수 없습니다.",
        "{org}[은/는] {reason}[을/를] 위해 {place} 이용을 막는다고 알렸습니다.",
        "{place} 이용이 잠시 제한됩니다. {org}[이/가] {reason}[을/를] 하기 때문입니다.",
      ],
      slots,
    );
    const facts = [
      [
        "통제는 {start}에 시작해 {end}에 풀립니다.",
        "기간은 {start}부터 {end}까지입니다.",
        "{start}부터 막았다가 {end}[이/가] 지나면 다시 엽니다.",
      ],
      ["하루 중 {open}부터 {close}까지만 막습니다.", "제한 시간은 {open}부터 {close}까지입니다."],
      ["이 기간에는 {detour} 됩니다.", "불편을 줄이려면 {detour} 됩니다."],
      ["{exception}[은/는] 예외로 둡니다.", "그러나 {exception}[은/는] 평소처럼 이용할 수 있습니다."],
    ].map((wordings) => draw.sentence(wordings, slots));
    return {
      document: paragraph(draw, lead, facts, asides(draw, org, draw.integer(1, 3), false)),
      title: `${slots.place} 이용 제한`,
      slots,
    };
  },
  questions: [
    ["어디가 막히나요?", "place"],
    ["왜 막나요?", "reason"],
    ["언제 풀리나요?", "end"],
    ["언제 시작하나요?", "start"],
    ["누가 예외인가요?", "exception"],
    ["몇 시부터 막나요?", "open"],
    ["몇 시까지 막나요?", "close"],
  ],
  core: [
    "{reason}[으로/로] {place} 이용이 제한된다.",
    "{place}[이/가] {reason} 때문에 통제된다.",
    "{reason} 관계로 {place}[을/를] 쓸 수 없다.",
  ],
  further: [
    { weight: 3, wordings: ["{start}부터 {end}까지 막는다.", "기간은 {start}에서 {end}까지이다."] },
    { weight: 2, wordings: ["{open}부터 {close}까지 통제한다.", "하루 {open}에서 {close} 사이에 막는다."] },
    { weight: 2, wordings: ["{exception}[은/는] 예외이다.", "{exception}[은/는] 이용할 수 있다."] },
  ],
};
