// Chats in which two friends agree on a day, a time and a place. Never summarised in training.
import { shallWe } from "../conjugation";
import { fill } from "../draw";
import type { Kind } from "../kind";
import { GIVEN_NAMES, SITES } from "../words";

const PLANS = [
  "저녁을 먹",
  "영화를 보",
  "등산을 가",
  "과제를 하",
  "전시를 보",
  "배드민턴을 치",
  "시장에 가",
  "책을 고르",
  "사진을 찍",
  "케이크를 만들",
];
const OBSTACLES = [
  "학원이 늦게 끝나서",
  "회의가 있어서",
  "병원에 가야 해서",
  "동생을 데려와야 해서",
  "버스가 없어서",
  "숙제가 많아서",
];
const THINGS = ["간식", "우산", "카메라", "돗자리", "책", "물", "필기구", "장갑"];
const CHATS = [
  [
    "{asker}: {day}에 같이 {plan}?",
    "{friend}: 좋아. 몇 시에 볼까?",
    "{asker}: {firstTime}에 {firstSite} 어때?",
    "{friend}: 나는 {obstacle} 그때는 어려워. {time}[은/는] 괜찮아.",
    "{asker}: 그러면 {time}에 {site}에서 보자.",
    "{friend}: 알겠어. {thing}[은/는] 내가 챙길게.",
  ],
  [
    "{asker}: 이번 {day}에 시간 있어? 같이 {plan}?",
    "{friend}: 응, 그런데 {firstTime}에는 {obstacle} 안 돼.",
    "{asker}: 그럼 {time}[으로/로] 하자. {firstSite}[은/는] 어때?",
    "{friend}: 거기는 멀어. {site}[이/가] 좋겠어.",
    "{asker}: 그래. {thing}[은/는] 네가 가져와.",
    "{friend}: 그럴게.",
  ],
];

export const dialogue: Kind = {
  label: "대화",
  write(draw) {
    const [asker, friend] = draw.two(GIVEN_NAMES);
    const [firstSite, site] = draw.two(SITES);
    const slots = {
      asker,
      friend,
      day: `${draw.choice(["월", "화", "수", "목", "금", "토", "일"])}요일`,
      time: `${draw.integer(5, 9)}시`,
      firstTime: `${draw.integer(1, 4)}시`,
      site,
      thing: draw.choice(THINGS),
    };
    const values = {
      ...slots,
      firstSite,
      plan: shallWe(draw.choice(PLANS)),
      obstacle: draw.choice(OBSTACLES),
    };
    return {
      document: draw
        .choice(CHATS)
        .map((line) => fill(line, values))
        .join("\n"),
      title: fill("{asker}[과/와] {friend}의 약속", slots),
      slots,
    };
  },
  questions: [
    ["무슨 요일에 만나나요?", "day"],
    ["몇 시에 만나나요?", "time"],
    ["어디에서 만나나요?", "site"],
    ["무엇을 챙기나요?", "thing"],
    ["처음 말한 시간은 몇 시인가요?", "firstTime"],
    ["먼저 말한 사람은 누구인가요?", "asker"],
    ["대답한 사람은 누구인가요?", "friend"],
  ],
  core: [
    "{asker}[과/와] {friend}[은/는] {day} {time}에 만나기로 했다.",
    "{asker}[과/와] {friend}[이/가] {site}에서 보기로 했다.",
    "{asker}[과/와] {friend}[은/는] {day}에 약속을 잡았다.",
  ],
  further: [
    { weight: 3, wordings: ["장소는 {site}이다.", "만나는 곳은 {site}이다."] },
    { weight: 3, wordings: ["시간은 {time}이다.", "{time}에 만난다."] },
    { weight: 2, wordings: ["준비물은 {thing}이다.", "{thing}[을/를] 챙겨야 한다."] },
  ],
};
