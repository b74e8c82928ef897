// Weather bulletins for two places, in the clipped style of such notices, with temperatures that fit the month.
import { future } from "../conjugation";
import type { Kind } from "../kind";

// Usual range of morning temperatures by month, January first.
const MORNING: readonly (readonly [number, number])[] = [
  [-12, 1],
  [-10, 3],
  [-3, 8],
  [3, 13],
  [9, 17],
  [15, 21],
  [19, 25],
  [20, 26],
  [13, 21],
  [5, 15],
  [-2, 9],
  [-9, 3],
];
const SKIES = ["맑", "흐리", "구름이 많", "안개가 끼"];
const degrees = (celsius: number): string => (celsius < 0 ? `영하 ${-celsius}도` : `${celsius}도`);

/** Advice that agrees with the sky and the temperatures. */
function adviceFor(skies: readonly string[], low: number, high: number): string[] {
  const advice: string[] = [];
  if (skies.some((sky) => sky === "비가 오" || sky === "눈이 오")) advice.push("우산을 챙기는 것이 좋다");
  if (skies.includes("안개가 끼") || skies.includes("눈이 오")) advice.push("운전에 주의해야 한다");
  if (low < 5) advice.push("옷을 두껍게 입어야 한다");
  if (high > 27) advice.push("물을 자주 마셔야 한다");
  if (high - low > 9) advice.push("겉옷을 챙기는 것이 좋다");
  return advice.length > 0 ? advice : ["바깥 활동을 하기 좋다", "창문을 열어 두기 좋다"];
}

export const weather: Kind = {
  label: "날씨",
  write(draw) {
    const { month, date } = draw.day();
    const [coldest, warmest] = MORNING[month - 1] as readonly [number, number];
    const low = draw.integer(coldest, warmest);
    const high = low + draw.integer(4, 12);
    const wet = low <= 1 && (month <= 2 || month === 12) ? "눈이 오" : "비가 오";
    const [sky, otherSky] = draw.two([...SKIES, wet]);
    const region = draw.region();
    let otherRegion = draw.region();
    while (otherRegion === region) otherRegion = draw.region();
    const slots = {
      region,
      otherRegion,
      date,
      low: degrees(low),
      high: degrees(high),
      wind: `초속 ${draw.integer(2, 15)}m`,
      waves: `${draw.integer(1, 5)}m`,
    };
    const advice = draw.choice(adviceFor([sky, otherSky], low, high));
    const body = draw.sentence(
      [
        `{region} ${sky}고 {otherRegion}[은/는] ${future(otherSky)} 전망. 아침 {low}, 낮 {high}. 바람 {wind}, 물결 {waves}. ${advice}.`,
      ],
      slots,
    );
    return { document: `<날씨> ${date}\n${body}`, title: `${date} 날씨`, slots };
  },
  questions: [
    ["아침 기온은 몇 도인가요?", "low"],
    ["낮 기온은 몇 도인가요?", "high"],
    ["바람은 얼마인가요?", "wind"],
    ["며칠 날씨인가요?", "date"],
    ["어느 지역인가요?", "region"],
    ["물결은 얼마인가요?", "waves"],
  ],
  core: [
    "{date} 기온은 {low}에서 {high} 사이이다.",
    "{date} {region}의 낮 기온은 {high}이다.",
    "{region}[은/는] {date} 아침 {low}로 시작한다.",
  ],
  further: [
    { weight: 3, wordings: ["바람은 {wind}로 분다.", "바람 세기는 {wind}이다."] },
    { weight: 2, wordings: ["물결은 {waves}이다.", "{waves} 높이의 물결이 인다."] },
    { weight: 2, wordings: ["낮에는 {high}까지 오른다.", "낮 기온은 {high}이다."] },
  ],
};
