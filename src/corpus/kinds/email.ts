// E-mails that ask a colleague for a document before a meeting. Never summarised in training.
import { fill } from "../draw";
import type { Kind } from "../kind";
import { MEETING_ROOMS, OFFICES } from "../words";

const DOCUMENTS = [
  "예산안",
  "보고서",
  "설문지",
  "발표 자료",
  "계약서 초안",
  "회의 자료",
  "교육 일정표",
  "안내문",
  "견적서",
  "사진 파일",
  "명단",
  "참가 신청서",
];

const COURTESIES = [
  "확인하시면 답장 부탁드립니다.",
  "궁금한 점은 편하게 물어봐 주세요.",
  "늘 도와주셔서 고맙습니다.",
  "바쁘신데 부탁드려 죄송합니다.",
];

export const email: Kind = {
  label: "전자 우편",
  write(draw) {
    const [due, meeting] = draw.dates(2) as [string, string];
    const from = draw.person();
    let to = draw.person();
    while (to === from) to = draw.person();
    const office = draw.choice(OFFICES);
    const slots = {
      from,
      to,
      wanted: draw.choice(DOCUMENTS),
      due,
      meeting,
      room: draw.choice(MEETING_ROOMS),
      attachment: draw.choice(["양식", "지난해 자료", "작성 예시", "점검표", "목차"]),
    };
    const request = draw.sentence(
      ["{due}까지 {wanted}[을/를] 보내 주세요.", "{wanted}[이/가] 필요하니 {due}까지 부탁드립니다."],
      slots,
    );
    const hour = draw.integer(1, 6);
    const rest = [
      [`모임은 {meeting} 오후 ${hour}시 {room}입니다.`, `{meeting} 오후 ${hour}시에 {room}에서 뵙겠습니다.`],
      ["{attachment}[을/를] 함께 붙입니다.", "첨부한 {attachment}[을/를] 봐 주세요."],
    ].map((wordings) => draw.sentence(wordings, slots));
    const body = draw.random.shuffle([...rest, ...(draw.chance(0.5) ? [draw.choice(COURTESIES)] : [])]);
    const head = fill(`보낸 사람: {from} (${office})\n받는 사람: {to}`, slots);
    return {
      document: `${head}\n${[request, ...body].join(" ")}`,
      title: `${slots.wanted} 제출 부탁`,
      slots,
    };
  },
  questions: [
    ["누가 보냈나요?", "from"],
    ["누가 받나요?", "to"],
    ["무엇을 보내야 하나요?", "wanted"],
    ["언제까지 보내야 하나요?", "due"],
    ["모임은 언제인가요?", "meeting"],
    ["어디에서 모이나요?", "room"],
    ["무엇을 붙였나요?", "attachment"],
  ],
  core: [
    "{from}[이/가] {to}에게 {wanted}[을/를] 요청했다.",
    "{to}[은/는] {from}에게 {wanted}[을/를] 보내야 한다.",
    "{from}[이/가] {wanted}[을/를] 부탁하는 글이다.",
  ],
  further: [
    { weight: 3, wordings: ["{due}까지 내야 한다.", "기한은 {due}이다."] },
    { weight: 3, wordings: ["모임은 {meeting}이다.", "{meeting}에 {room}에서 모인다."] },
    { weight: 1, wordings: ["{attachment}[이/가] 붙어 있다.", "붙인 것은 {attachment}이다."] },
  ],
};
