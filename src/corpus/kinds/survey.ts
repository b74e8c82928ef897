// Opinion surveys: who asked whom about what, the two commonest answers, and what follows from them.
import { future } from "../conjugation";
import type { Kind } from "../kind";
import { asides, paragraph } from "../paragraph";

const ANSWERS: Readonly<Record<string, readonly string[]>> = {
  "출퇴근 시간": ["30분 이하", "한 시간 안팎", "두 시간 이상"],
  "여가 활동": ["영상 보기", "산책", "게임", "여행", "낚시"],
  "독서 습관": ["자기 전 독서", "주말 독서", "전자책 읽기", "거의 읽지 않음"],
  "대중교통 만족도": ["배차 간격 불만", "요금 만족", "청결 만족", "노선 부족"],
  "온라인 쇼핑": ["옷", "식료품", "전자 제품", "생활용품"],
  "식사 습관": ["아침 거르기", "배달 음식", "집밥", "외식"],
  "반려동물 양육": ["개", "고양이", "물고기", "새"],
  "주거 환경": ["주차 부족", "층간 소음", "녹지 만족", "안전 만족"],
  "운동 습관": ["걷기", "수영", "자전거", "헬스", "등산"],
  "스마트폰 사용": ["영상 시청", "대화", "뉴스 읽기", "게임"],
  "지역 축제 만족도": ["공연 만족", "먹거리 부족", "교통 불편", "안내 부족"],
  "일자리 걱정": ["낮은 임금", "긴 노동 시간", "먼 거리", "고용 불안"],
  "노후 준비": ["연금", "저축", "부동산", "준비 없음"],
  "분리배출 실천": ["매일 실천", "가끔 실천", "방법을 모름", "시간 부족"],
};
const PLANS = [
  "상담 창구를 늘리",
  "예산을 더 편성하",
  "관련 시설을 새로 짓",
  "교육을 확대하",
  "홍보를 강화하",
  "전담 부서를 만들",
  "안내 책자를 만들",
  "주민 모임을 열",
];

export const survey: Kind = {
  label: "설문 조사",
  write(draw) {
    const { region, org } = draw.office();
    const subject = draw.choice(Object.keys(ANSWERS));
    const [first, second] = draw.two(ANSWERS[subject] as readonly string[]);
    const top = draw.integer(31, 69);
    const plan = draw.choice(PLANS);
    const slots = {
      org,
      region,
      subject,
      first,
      second,
      firstShare: `${top}%`,
      // The two shares leave something for the other answers.
      secondShare: `${draw.integer(8, Math.min(top - 3, 97 - top))}%`,
      people: `${draw.integer(3, 60) * 100}명`,
      group: draw.choice(["주민", "직장인", "학생", "청년", "어르신", "가구주", "학부모"]),
      month: `${draw.integer(1, 12)}월`,
    };
    const forms = {
      ...slots,
      shift: `${draw.integer(2, 15)}%p`,
      moved: draw.choice(["올랐", "내렸"]),
      decided: `${plan}기로`,
      planned: future(plan),
    };
    const lead = draw.sentence(
      [
        "{org}[이/가] {group} {people}에게 {subject}에 대해 물었습니다.",
        "{region} {group}의 {subject}[을/를] 알아본 조사 결과가 나왔습니다. {org}[이/가] {people}[을/를] 조사했습니다.",
      ],
      forms,
    );
    const facts = [
      [
        "가장 많은 답은 '{first}'[으로/로] {firstShare}였고 '{second}'[이/가] {secondShare}로 뒤를 이었습니다.",
        "'{first}'[이라는/라는] 응답이 {firstShare}, '{second}'[이라는/라는] 응답이 {secondShare}였습니다.",
        "응답자의 {firstShare}가 '{first}'[을/를] 골랐고 {secondShare}는 '{second}'[을/를] 골랐습니다.",
      ],
      ["1위 응답은 작년보다 {shift} {moved}습니다.", "한 해 전과 견주면 1위 응답이 {shift} {moved}습니다."],
      ["이에 따라 {month}부터 {planned} 계획입니다.", "결과를 바탕으로 {month}부터 {decided} 했습니다."],
    ].map((wordings) => draw.sentence(wordings, forms));
    return {
      document: paragraph(draw, lead, facts, asides(draw, org, draw.integer(1, 3), false)),
      title: `${region} ${slots.group} ${subject} 조사`,
      slots,
    };
  },
  questions: [
    ["무엇을 조사했나요?", "subject"],
    ["몇 명을 조사했나요?", "people"],
    ["1위 응답은 무엇인가요?", "first"],
    ["1위는 몇 퍼센트인가요?", "firstShare"],
    ["2위 응답은 무엇인가요?", "second"],
    ["누가 조사했나요?", "org"],
    ["2위는 몇 퍼센트인가요?", "secondShare"],
  ],
  core: [
    "{org}[이/가] {people}의 {subject}[을/를] 조사했다.",
    "{org}의 {subject} 조사에서 '{first}'[이/가] 가장 많았다.",
    "{subject} 조사에 {people}[이/가] 답했다.",
  ],
  further: [
    {
      weight: 3,
      wordings: ["'{first}'[이/가] {firstShare}로 1위였다.", "{firstShare}가 '{first}'[을/를] 꼽았다."],
    },
    {
      weight: 3,
      wordings: ["'{second}'[은/는] {secondShare}에 그쳤다.", "'{second}'[이/가] {secondShare}로 2위였다."],
    },
  ],
};
