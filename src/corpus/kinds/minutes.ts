// Minutes of a meeting: two items of the agenda, who takes the first until when, when the second comes again.
import { fill } from "../draw";
import type { Kind } from "../kind";
import { MEETING_ROOMS } from "../words";

const AGENDA = [
  "예산 배분",
  "행사 일정",
  "홍보물 제작",
  "사무실 이전",
  "신입 교육",
  "설문 문항",
  "누리집 개편",
  "비품 구입",
  "안전 점검",
  "협약 체결",
  "휴가 일정",
  "회비 인상",
];

export const minutes: Kind = {
  label: "회의록",
  write(draw) {
    const { org } = draw.office();
    const [date, due, again] = draw.dates(3) as [string, string, string];
    const [item, otherItem] = draw.two(AGENDA);
    const person = draw.person();
    let other = draw.person();
    while (other === person) other = draw.person();
    const slots = { org, date, due, again, item, otherItem, person, other, room: draw.choice(MEETING_ROOMS) };
    const decision = draw.choice([
      `예산 ${draw.integer(2, 40) * 10}만 원을 쓰기로 함`,
      `업체 ${draw.integer(2, 9)}곳을 비교하기로 함`,
      "외부 전문가를 부르기로 함",
      "초안을 다시 쓰기로 함",
    ]);
    const postponed = draw.choice([
      "의견이 갈려 {again}에 다시 논의함",
      "자료가 모자라 {again}[으로/로] 미룸",
    ]);
    const lines = [
      "[회의록] {org} 정기 회의",
      `일시: {date} 오후 ${draw.integer(1, 5)}시`,
      "장소: {room}",
      `참석: {person}, {other} 등 ${draw.integer(3, 20)}명`,
      "안건 1. {item}",
      `- ${decision} (담당 {person}, {due}까지)`,
      "안건 2. {otherItem}",
      `- ${postponed}`,
    ];
    return { document: lines.map((line) => fill(line, slots)).join("\n"), title: `${org} 회의록`, slots };
  },
  questions: [
    ["누가 담당하나요?", "person"],
    ["언제까지 하나요?", "due"],
    ["어디에서 모였나요?", "room"],
    ["첫 안건은 무엇인가요?", "item"],
    ["둘째 안건은 무엇인가요?", "otherItem"],
    ["언제 다시 논의하나요?", "again"],
  ],
  core: [
    "{person}[이/가] {due}까지 {item} 안건을 맡는다.",
    "{item} 안건은 {person}[이/가] 담당한다.",
    "회의에서 {item} 담당자로 {person}[이/가] 정해졌다.",
  ],
  further: [
    {
      weight: 3,
      wordings: [
        "{otherItem} 안건은 {again}에 다시 논의한다.",
        "{otherItem} 논의는 {again}[으로/로] 미뤄졌다.",
      ],
    },
    { weight: 1, wordings: ["회의는 {room}에서 열렸다.", "{room}에서 모였다."] },
    { weight: 2, wordings: ["기한은 {due}이다.", "{due}까지 끝내야 한다."] },
  ],
};
