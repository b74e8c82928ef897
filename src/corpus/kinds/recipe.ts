// Recipes in numbered steps. Never summarised in training.
import { fill } from "../draw";
import type { Kind } from "../kind";

const DISHES = [
  "볶음밥",
  "덮밥",
  "비빔밥",
  "비빔국수",
  "전골",
  "부침개",
  "잡채",
  "죽",
  "수제비",
  "칼국수",
  "튀김",
  "찌개",
  "만두",
  "떡국",
];
const INGREDIENTS = [
  "감자",
  "두부",
  "양파",
  "버섯",
  "당근",
  "애호박",
  "대파",
  "쇠고기",
  "콩나물",
  "고구마",
  "달걀",
  "시금치",
  "오징어",
  "부추",
];
const SEASONINGS = [
  "간장",
  "고추장",
  "된장",
  "소금",
  "국간장",
  "액젓",
  "쌈장",
  "굴 소스",
  "새우젓",
  "들깻가루",
];
const SECRETS = [
  "센 불에서 짧게 볶기",
  "물을 조금씩 넣기",
  "재료를 얇게 썰기",
  "마지막에 간 맞추기",
  "뚜껑을 덮고 익히기",
  "찬물에 미리 담그기",
  "약한 불로 오래 끓이기",
];

export const recipe: Kind = {
  label: "요리법",
  write(draw) {
    const [main, side] = draw.two(INGREDIENTS);
    const slots = {
      dish: draw.choice(DISHES),
      main,
      side,
      seasoning: draw.choice(SEASONINGS),
      minutes: `${draw.integer(5, 60)}분`,
      servings: `${draw.integer(1, 6)}인분`,
      secret: draw.choice(SECRETS),
    };
    const lines = [
      "[요리법] {dish} ({servings})",
      `재료: {main} ${draw.integer(2, 60) * 10}g, {side} 조금, {seasoning} 한 숟갈`,
      "1. {main}[을/를] 씻어 썬다.",
      "2. {side}[과/와] 함께 {minutes} 동안 익힌다.",
      "3. {seasoning}[으로/로] 간을 한다.",
      "비결: {secret}",
      `글쓴이: ${draw.person()}`,
    ];
    return {
      document: lines.map((line) => fill(line, slots)).join("\n"),
      title: `${slots.dish} 만드는 법`,
      slots,
    };
  },
  questions: [
    ["무슨 요리인가요?", "dish"],
    ["주재료는 무엇인가요?", "main"],
    ["몇 분 동안 익히나요?", "minutes"],
    ["몇 인분인가요?", "servings"],
    ["무엇으로 간을 하나요?", "seasoning"],
    ["비결은 무엇인가요?", "secret"],
    ["둘째 재료는 무엇인가요?", "side"],
  ],
  core: [
    "{main}[으로/로] {dish}[을/를] 만드는 법이다.",
    "{dish}[은/는] {main}[과/와] {side}[으로/로] 만든다.",
    "{servings} {dish} 요리법이다.",
  ],
  further: [
    { weight: 3, wordings: ["{minutes} 동안 익힌다.", "익히는 시간은 {minutes}이다."] },
    { weight: 2, wordings: ["간은 {seasoning}[으로/로] 한다.", "{seasoning}[으로/로] 맛을 낸다."] },
    { weight: 2, wordings: ["비결은 {secret}이다.", "{secret}[이/가] 중요하다."] },
  ],
};
