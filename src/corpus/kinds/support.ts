// Support programmes: who helps whom with what, how much, until when, and who is left out.
import type { Kind } from "../kind";
import { asides, paragraph } from "../paragraph";
import { TARGETS, WAYS_TO_APPLY } from "../words";

const MONTHLY = [
  "주거비",
  "교통비",
  "난방비",
  "학원비",
  "돌봄비",
  "통신비",
  "급식비",
  "심리 상담비",
  "농기계 임차료",
];
const ONCE = [
  "건강 검진비",
  "창업 자금",
  "문화 이용권",
  "에너지 이용권",
  "안전 용품",
  "이사비",
  "자격시험 응시료",
  "면접 옷 대여비",
  "보청기 구입비",
  "전기 자전거 구입비",
  "간판 교체비",
  "도서 구입비",
  "예방 접종비",
  "반려동물 진료비",
  "산후 조리비",
];
const EXCLUDED = [
  "이미 같은 지원을 받은 사람",
  "다른 지역에 사는 사람",
  "공무원",
  "소득이 기준을 넘는 가구",
  "세금을 내지 않은 사람",
  "작년에 참여한 사람",
  "서류를 내지 않은 사람",
  "주택을 가진 사람",
  "휴학 중인 사람",
  "사업자 등록을 마친 사람",
];
// The few benefits that only make sense for some, and the exclusions that contradict a target.
const ONLY_FOR: Readonly<Record<string, readonly string[]>> = {
  "산후 조리비": ["임산부"],
  "농기계 임차료": ["농업인", "귀농인"],
  "간판 교체비": ["소상공인", "자영업자"],
  "보청기 구입비": ["어르신", "장애인", "국가 유공자", "저소득 가구"],
  급식비: ["초등학생", "중학생", "고등학생", "한부모 가정", "다자녀 가정", "저소득 가구"],
};
const CLASHES: Readonly<Record<string, readonly string[]>> = {
  "휴학 중인 사람": ["대학생", "청년", "자립 준비 청년"],
  "사업자 등록을 마친 사람": ["청년", "대학생", "중장년 구직자", "경력 단절 여성", "예술인"],
};

export const support: Kind = {
  label: "지원 사업",
  write(draw) {
    const { region, org } = draw.office();
    const { start, end } = draw.period();
    const monthly = draw.chance(0.5);
    const item = draw.choice(monthly ? MONTHLY : ONCE);
    const target = draw.choice(ONLY_FOR[item] ?? TARGETS);
    const fitting = EXCLUDED.filter((who) => CLASHES[who]?.includes(target) ?? true);
    const slots = {
      org,
      target,
      item,
      amount: `${draw.integer(1, monthly ? 20 : 60) * 5}만 원`,
      months: `${draw.integer(2, 12)}개월`,
      people: `${draw.integer(2, 90) * 10}명`,
      start,
      deadline: end,
      way: draw.choice(WAYS_TO_APPLY),
      excluded: draw.choice(fitting),
    };
    const lead = draw.sentence(
      [
        "{org}[은/는] {target}[을/를] 대상으로 {item} 지원 사업을 시작한다고 밝혔습니다.",
        "{target}의 부담을 덜기 위해 {org}[이/가] {item} 지원 사업을 마련했습니다.",
        "{org}[이/가] {item} 지원 사업을 올해도 이어 갑니다. 대상은 {target}입니다.",
        "{target}[이라면/라면] {org}의 {item} 지원 사업을 살펴볼 만합니다.",
      ],
      slots,
    );
    const amounts = monthly
      ? ["선정되면 매달 {amount}씩 {months} 동안 받습니다.", "지원금은 {months}간 월 {amount}입니다."]
      : [
          "한 사람이 받을 수 있는 금액은 최대 {amount}입니다.",
          "지원금은 1인당 {amount}[을/를] 넘지 않습니다.",
          "{people}에게 많게는 {amount}까지 돌아갑니다.",
        ];
    const facts = [
      amounts,
      [
        "신청 기간은 {start}부터 {deadline}까지입니다.",
        "접수는 {start}에 열리고 {deadline}에 마감합니다.",
        "{start}부터 신청할 수 있고 {deadline}[이/가] 마지막 날입니다.",
      ],
      [
        "원하는 사람은 {way}[으로/로] 신청하면 됩니다.",
        "신청은 {way}[으로/로] 받습니다.",
        "접수 방법은 {way}입니다.",
      ],
      [
        "다만 {excluded}[은/는] 신청할 수 없습니다.",
        "{excluded}[은/는] 이번 지원에서 빠집니다.",
        "단, {excluded}[은/는] 대상이 아닙니다.",
      ],
    ].map((wordings) => draw.sentence(wordings, slots));
    return {
      document: paragraph(draw, lead, facts, asides(draw, org, draw.integer(1, 3), true)),
      title: `${region} ${target} ${item} 지원`,
      slots,
    };
  },
  questions: [
    ["누가 지원하나요?", "org"],
    ["대상은 누구인가요?", "target"],
    ["금액은 얼마인가요?", "amount"],
    ["마감일은 언제인가요?", "deadline"],
    ["어떻게 신청하나요?", "way"],
    ["누가 제외되나요?", "excluded"],
    ["무엇을 지원하나요?", "item"],
  ],
  core: [
    "{org}[이/가] {target}에게 {item}[을/를] 지원한다.",
    "{target}[은/는] {org}에서 {item}[을/를] 받을 수 있다.",
    "{org}[이/가] {target} 대상 {item} 지원 사업을 벌인다.",
  ],
  further: [
    { weight: 3, wordings: ["금액은 {amount}이다.", "{amount}[을/를] 받게 된다."] },
    { weight: 3, wordings: ["{deadline}까지 신청해야 한다.", "마감은 {deadline}이다."] },
    { weight: 2, wordings: ["신청은 {way}[으로/로] 한다.", "{way}[으로/로] 접수한다."] },
    { weight: 2, wordings: ["{excluded}[은/는] 제외된다.", "{excluded}[은/는] 받을 수 없다."] },
  ],
};
