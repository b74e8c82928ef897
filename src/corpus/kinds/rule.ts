// Changed rules: a fee, limit or term that goes from one value to another, from when, why, and for whom it does not.
import type { Kind } from "../kind";
import { asides, paragraph } from "../paragraph";

interface Direction {
  verb: string;
  noun: string;
}
interface Rule {
  unit: string;
  values: readonly number[];
  up: Direction;
  down: Direction;
  reasons: readonly string[];
  exceptions: readonly string[];
}

const PRICE = {
  unit: "원",
  up: { verb: "오릅니다", noun: "인상" },
  down: { verb: "내립니다", noun: "인하" },
  reasons: ["물가 변동", "예산 조정", "형평성 문제", "환경 보호", "법 개정", "주민 요청"],
};
const AMOUNT = {
  up: { verb: "늘어납니다", noun: "확대" },
  down: { verb: "줄어듭니다", noun: "축소" },
  reasons: ["주민 요청", "법 개정", "이용자 변화", "형평성 문제", "예산 조정", "운영 점검 결과"],
};
const PEOPLE = ["어린이", "65세 이상 어르신", "장애인", "국가 유공자", "임산부", "다자녀 가정"];
const CONTRACTS = ["기존 신청자", "단기 계약자", "공무원", "수습 직원", "농촌 지역"];
const RULES: Readonly<Record<string, Rule>> = {
  "주차 요금": {
    ...PRICE,
    values: [500, 1000, 1500, 2000, 2500, 3000],
    exceptions: [...PEOPLE, "긴급 차량", "기존 계약자"],
  },
  "쓰레기봉투 값": { ...PRICE, values: [300, 400, 500, 600, 700, 800], exceptions: PEOPLE },
  "버스 요금": { ...PRICE, values: [1200, 1300, 1400, 1500, 1600, 1700], exceptions: PEOPLE },
  "수영장 이용료": { ...PRICE, values: [2000, 2500, 3000, 3500, 4000, 4500], exceptions: PEOPLE },
  "수도 요금": { ...PRICE, values: [600, 700, 800, 900, 1000, 1100], exceptions: [...PEOPLE, "농촌 지역"] },
  "공공 근로 시급": { ...PRICE, values: [10100, 10300, 10500, 10700, 11000, 11500], exceptions: CONTRACTS },
  "제한 속도": {
    unit: "km",
    values: [30, 40, 50, 60, 70, 80],
    up: { verb: "높아집니다", noun: "상향" },
    down: { verb: "낮아집니다", noun: "하향" },
    reasons: ["사고 예방", "주민 요청", "법 개정", "교통량 변화"],
    exceptions: ["긴급 차량", "농촌 지역", "학교 주변", "화물차", "공사 구간"],
  },
  "출산 휴가": { ...AMOUNT, unit: "일", values: [60, 80, 90, 100, 110, 120], exceptions: CONTRACTS },
  "육아 시간": { ...AMOUNT, unit: "시간", values: [1, 2, 3, 4, 5, 6], exceptions: CONTRACTS },
  "도서 대출 권수": { ...AMOUNT, unit: "권", values: [3, 5, 7, 10, 12, 15], exceptions: PEOPLE },
  "도서 대출 기간": { ...AMOUNT, unit: "일", values: [7, 10, 14, 20, 21, 28], exceptions: PEOPLE },
  "야영장 예약 한도": { ...AMOUNT, unit: "박", values: [1, 2, 3, 4, 5, 6], exceptions: PEOPLE },
};

export const rule: Kind = {
  label: "제도 변경",
  write(draw) {
    const { region, org } = draw.office();
    const name = draw.choice(Object.keys(RULES));
    const kind = RULES[name] as Rule;
    const [before, after] = draw.two(kind.values);
    const direction = after > before ? kind.up : kind.down;
    const slots = {
      org,
      region,
      name,
      before: `${before}${kind.unit}`,
      after: `${after}${kind.unit}`,
      date: draw.day().date,
      exception: draw.choice(kind.exceptions),
      reason: draw.choice(kind.reasons),
      fine: `${draw.integer(2, 30)}만 원`,
      grace: `${draw.integer(1, 6)}개월`,
    };
    const lead = draw.sentence(
      [
        `{region}의 {name}[이/가] {date}부터 {before}에서 {after}[으로/로] ${direction.verb}.`,
        "{org}[은/는] {name}[을/를] 지금의 {before}에서 {after}[으로/로] 바꾼다고 알렸습니다. 새 기준은 {date}부터 적용합니다.",
      ],
      slots,
    );
    const facts = [
      [
        "바꾸는 까닭은 {reason}입니다.",
        "{reason}[이/가] 주된 이유입니다.",
        "{org}[은/는] {reason} 때문이라고 설명했습니다.",
      ],
      [
        "{exception}에 대해서는 예전 기준을 그대로 적용합니다.",
        "다만 {exception}[은/는] 예전 기준을 따릅니다.",
      ],
      [
        "{grace}[은/는] 안내 기간으로 두고 그 뒤에 어기면 {fine}[을/를] 물립니다.",
        "안내 기간 {grace}[이/가] 지난 뒤 위반하면 과태료 {fine}[을/를] 냅니다.",
      ],
    ].map((wordings) => draw.sentence(wordings, slots));
    return {
      document: paragraph(draw, lead, facts, asides(draw, org, draw.integer(1, 3), false)),
      title: `${region} ${name} ${direction.noun}`,
      slots,
    };
  },
  questions: [
    ["무엇이 바뀌나요?", "name"],
    ["언제부터 바뀌나요?", "date"],
    ["얼마로 바뀌나요?", "after"],
    ["지금은 얼마인가요?", "before"],
    ["왜 바꾸나요?", "reason"],
    ["누가 예외인가요?", "exception"],
    ["과태료는 얼마인가요?", "fine"],
  ],
  core: [
    "{name}[이/가] {before}에서 {after}[으로/로] 바뀐다.",
    "{date}부터 {name}[이/가] {after}[으로/로] 조정된다.",
    "{name} 기준이 {date}부터 {after}[으로/로] 달라진다.",
  ],
  further: [
    { weight: 3, wordings: ["이유는 {reason}이다.", "{reason} 때문이다."] },
    { weight: 3, wordings: ["{exception}[은/는] 예외이다.", "{exception}[은/는] 적용받지 않는다."] },
    { weight: 2, wordings: ["어기면 {fine}[을/를] 내야 한다.", "과태료는 {fine}이다."] },
  ],
};
