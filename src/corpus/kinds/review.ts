// Product reviews: what was bought for how much, what is good and bad about it, how many stars.
import { polite } from "../conjugation";
import type { Kind } from "../kind";

// Prices in thousands of won.
const PRODUCTS: readonly (readonly [name: string, low: number, high: number])[] = [
  ["무선 청소기", 90, 350],
  ["전기 주전자", 20, 90],
  ["운동화", 30, 180],
  ["등산 가방", 40, 200],
  ["무선 이어폰", 30, 280],
  ["공기 청정기", 80, 350],
  ["책상 의자", 60, 300],
  ["텐트", 70, 350],
  ["커피 머신", 80, 350],
  ["손목시계", 30, 300],
  ["우산", 8, 40],
  ["블루투스 스피커", 25, 200],
  ["선풍기", 30, 120],
  ["전기 담요", 25, 110],
  ["믹서기", 25, 150],
  ["자전거 안장", 15, 80],
];
const GOOD = [
  "디자인이 깔끔하",
  "색이 예쁘",
  "배송이 빠르",
  "값이 저렴하",
  "마감이 꼼꼼하",
  "만듦새가 튼튼하",
  "포장이 꼼꼼하",
  "무게가 가볍",
];
const BAD = [
  "설명서가 부족하",
  "냄새가 조금 나",
  "생각보다 크",
  "부품이 쉽게 빠지",
  "먼지가 잘 붙",
  "색이 사진과 다르",
  "흠집이 쉽게 나",
];
const BUYERS = [
  "혼자 사는 사람",
  "학생",
  "부모님",
  "초보자",
  "여행을 자주 가는 사람",
  "사무실에서 일하는 사람",
];

export const review: Kind = {
  label: "제품 후기",
  write(draw) {
    const [product, low, high] = draw.choice(PRODUCTS);
    const [good, alsoGood] = draw.two(GOOD);
    const slots = {
      product,
      price: `${draw.integer(low, high) * 1000}원`,
      stars: `${draw.choice(["3", "3.5", "4", "4.5", "5"])}점`,
      who: draw.choice(BUYERS),
      colour: draw.choice(["검은색", "흰색", "파란색", "회색", "초록색"]),
    };
    const used = draw.chance(0.5) ? `${draw.integer(1, 8)}주` : `${draw.integer(1, 24)}개월`;
    const bad = polite(draw.choice(BAD));
    const sentences = [
      draw.sentence([`{colour} {product}[을/를] {price}에 사서 ${used}째 쓰고 있어요.`], slots),
      draw.choice([`${good}고 ${polite(alsoGood)}.`, `무엇보다 ${good}고 ${polite(alsoGood)}.`]),
      draw.choice([`아쉬운 점이라면 ${bad}.`, `하지만 ${bad}.`]),
      draw.sentence(["{who}에게 권합니다.", "{who}[이라면/라면] 사도 좋겠어요."], slots),
    ];
    const stars = `별점 ${slots.stars}!`;
    return {
      document: (draw.chance(0.5) ? [stars, ...sentences] : [...sentences, stars]).join(" "),
      title: `${product} 사용 후기`,
      slots,
    };
  },
  questions: [
    ["무엇을 샀나요?", "product"],
    ["얼마에 샀나요?", "price"],
    ["별점은 몇 점인가요?", "stars"],
    ["누구에게 권하나요?", "who"],
    ["무슨 색인가요?", "colour"],
  ],
  core: [
    "{price}에 산 {product}의 후기이다.",
    "{product}[을/를] {price}에 사서 써 본 글이다.",
    "글쓴이는 {colour} {product}[을/를] 샀다.",
  ],
  further: [
    { weight: 3, wordings: ["별점은 {stars}이다.", "점수로 {stars}[을/를] 주었다."] },
    { weight: 3, wordings: ["{who}에게 추천한다.", "{who}에게 알맞다."] },
    { weight: 1, wordings: ["값은 {price}이다.", "사는 데 {price}[이/가] 들었다."] },
  ],
};
