// Health notices: how many patients of what illness, up or down, why, and what to do.
import { must } from "../conjugation";
import type { Kind } from "../kind";
import { asides, paragraph } from "../paragraph";

interface Illness {
  name: string;
  months: readonly number[];
  causes: readonly string[];
  advice: readonly string[];
}

const ANY_MONTH = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
const CROWD = ["손을 자주 씻", "마스크를 쓰", "창문을 자주 열", "예방 주사를 맞", "사람이 많은 곳을 피하"];
const STOMACH = ["손을 자주 씻", "물을 끓여 마시", "음식을 익혀 먹", "날음식을 피하"];
const OUTDOORS = ["긴 옷을 입", "풀밭에 눕지 않", "한낮 외출을 피하", "물을 자주 마시"];
const INDOOR_CAUSES = ["건조한 공기", "잦은 실내 모임", "큰 일교차", "낮은 접종률"];
const ILLNESSES: readonly Illness[] = [
  { name: "독감", months: [1, 2, 3, 10, 11, 12], causes: INDOOR_CAUSES, advice: CROWD },
  {
    name: "식중독",
    months: [5, 6, 7, 8, 9],
    causes: ["높은 기온", "오염된 물", "덜 익힌 음식", "긴 장마"],
    advice: STOMACH,
  },
  { name: "장염", months: ANY_MONTH, causes: ["오염된 물", "덜 익힌 음식", "상한 음식"], advice: STOMACH },
  { name: "수두", months: ANY_MONTH, causes: INDOOR_CAUSES, advice: CROWD },
  { name: "백일해", months: ANY_MONTH, causes: INDOOR_CAUSES, advice: CROWD },
  { name: "결핵", months: ANY_MONTH, causes: ["잦은 실내 모임", "늦은 진단"], advice: CROWD },
  {
    name: "홍역",
    months: ANY_MONTH,
    causes: ["낮은 접종률", "잦은 실내 모임", "늘어난 국외 여행"],
    advice: CROWD,
  },
  {
    name: "눈병",
    months: [5, 6, 7, 8, 9],
    causes: ["높은 기온", "오염된 물", "긴 장마"],
    advice: ["손을 자주 씻", "손으로 눈을 만지지 않", "사람이 많은 곳을 피하", "수건을 따로 쓰"],
  },
  {
    name: "일사병",
    months: [6, 7, 8, 9],
    causes: ["높은 기온", "늘어난 야외 활동"],
    advice: ["한낮 외출을 피하", "물을 자주 마시", "모자를 쓰"],
  },
  {
    name: "진드기 감염병",
    months: [4, 5, 6, 7, 8, 9, 10],
    causes: ["늘어난 야외 활동", "높은 기온"],
    advice: OUTDOORS.slice(0, 2).concat("풀숲을 피하"),
  },
  {
    name: "모기 매개 감염병",
    months: [5, 6, 7, 8, 9, 10],
    causes: ["긴 장마", "높은 기온", "늘어난 야외 활동"],
    advice: ["긴 옷을 입", "고인 물을 비우", "저녁 외출을 피하"],
  },
  {
    name: "알레르기 비염",
    months: [3, 4, 5, 9, 10, 11],
    causes: ["꽃가루 증가", "건조한 공기", "큰 일교차"],
    advice: ["마스크를 쓰", "손을 자주 씻", "한낮 외출을 피하"],
  },
];
const GOOD_CAUSES = ["꾸준한 방역", "적극적인 예방 홍보", "주민의 예방 실천", "빨라진 진료", "줄어든 외출"];
const GROUPS = ["어린이", "노인", "영유아", "학생", "임산부", "야외 노동자", "운동선수", "군인"];

export const health: Kind = {
  label: "건강 소식",
  write(draw) {
    const region = draw.region();
    const illness = draw.choice(ILLNESSES);
    const [first, second] = draw.two(illness.advice);
    const up = draw.chance(0.65);
    const slots = {
      org: `${region} ${draw.choice(["보건소", "안전과", "의료원", "교육 지원청"])}`,
      region,
      illness: illness.name,
      month: `${draw.choice(illness.months)}월`,
      patients: `${draw.integer(11, 990)}명`,
      percent: `${draw.integer(3, 95)}%`,
      cause: draw.choice(up ? illness.causes : GOOD_CAUSES),
      group: draw.choice(GROUPS),
      change: up ? "증가" : "감소",
    };
    const forms = { ...slots, changed: up ? "늘었" : "줄었", first: must(first), second: must(second) };
    const lead = draw.sentence(
      [
        "{org}[은/는] {month} {illness} 환자가 {patients}[으로/로] 지난달보다 {percent} {changed}다고 밝혔습니다.",
        "{region}에서 {illness} 환자가 {percent} {changed}습니다. {org}[이/가] 집계한 {month} 환자는 {patients}입니다.",
      ],
      forms,
    );
    const facts = [
      [
        "원인으로는 {cause}[이/가] 꼽힙니다.",
        "{cause}[이/가] 영향을 준 것으로 보입니다.",
        "전문가들은 {cause}[을/를] 까닭으로 들었습니다.",
      ],
      ["특히 {group} 환자가 많았습니다.", "환자 가운데 {group}[이/가] 가장 큰 비중을 차지했습니다."],
      [
        "예방하려면 {first} 하고, {second} 합니다.",
        "보건 당국은 {first} 하고 또 {second} 한다고 당부했습니다.",
      ],
    ].map((wordings) => draw.sentence(wordings, forms));
    return {
      document: paragraph(draw, lead, facts, asides(draw, slots.org, draw.integer(1, 3), false)),
      title: `${region} ${slots.illness} 환자 ${slots.change}`,
      slots,
    };
  },
  questions: [
    ["어떤 병인가요?", "illness"],
    ["환자는 몇 명인가요?", "patients"],
    ["몇 퍼센트 변했나요?", "percent"],
    ["원인은 무엇인가요?", "cause"],
    ["누가 많았나요?", "group"],
    ["몇 월 이야기인가요?", "month"],
    ["어느 지역인가요?", "region"],
  ],
  core: [
    "{month} {region}의 {illness} 환자가 {percent} {change}했다.",
    "{region}에서 {illness} 환자가 {patients}[으로/로] {change}했다.",
    "{illness} 환자가 {month} {region}에서 {percent} {change}한 것으로 나타났다.",
  ],
  further: [
    { weight: 3, wordings: ["{month} 환자는 {patients}이었다.", "모두 {patients}[이/가] 병에 걸렸다."] },
    { weight: 3, wordings: ["원인은 {cause}이다.", "{cause} 때문으로 보인다."] },
    { weight: 2, wordings: ["{group}[이/가] 특히 많았다.", "환자 가운데 {group}[이/가] 가장 많다."] },
  ],
};
