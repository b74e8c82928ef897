// Match reports: who beat whom at what, the score, the best player, the next match.
import type { Kind } from "../kind";
import { asides, paragraph } from "../paragraph";

const TEAMS = [
  "독수리",
  "호랑이",
  "돌고래",
  "푸른곰",
  "청룡",
  "불사조",
  "번개",
  "파도",
  "백마",
  "별똥별",
  "해오름",
  "여우",
];
const VENUES = [
  "종합 운동장",
  "시민 체육관",
  "중앙 경기장",
  "강변 경기장",
  "호수 경기장",
  "대학 체육관",
  "해변 경기장",
  "청소년 수련관",
];
// Lowest and highest winning score, and the lowest losing one; volleyball is always won with three sets.
const GAMES: readonly { name: string; winner: readonly [number, number]; loserFrom: number }[] = [
  { name: "축구", winner: [1, 6], loserFrom: 0 },
  { name: "야구", winner: [1, 15], loserFrom: 0 },
  { name: "농구", winner: [60, 99], loserFrom: 51 },
  { name: "배구", winner: [3, 3], loserFrom: 0 },
  { name: "핸드볼", winner: [20, 39], loserFrom: 15 },
  { name: "하키", winner: [1, 7], loserFrom: 0 },
];

export const sports: Kind = {
  label: "경기 소식",
  write(draw) {
    const game = draw.choice(GAMES);
    const won = draw.integer(game.winner[0], game.winner[1]);
    const lost = draw.integer(game.loserFrom, won - 1);
    const [winners, losers] = draw.two(TEAMS);
    const [date, next] = draw.dates(2) as [string, string];
    const home = draw.region();
    const slots = {
      game: game.name,
      winner: `${home} ${winners}`,
      loser: `${draw.region()} ${losers}`,
      score: `${won} 대 ${lost}`,
      date,
      next,
      site: draw.choice(VENUES),
      best: draw.person(),
      crowd: `${draw.integer(2, 98) * 100}명`,
    };
    const lead = draw.sentence(
      [
        "{date} {site}에서 열린 {game} 경기에서 {winner}[이/가] {loser}[을/를] {score}[으로/로] 이겼습니다.",
        "{winner}[이/가] {date} {loser}[과/와] 맞붙은 {game} 경기에서 {score}[으로/로] 앞섰습니다. 장소는 {site}[이었/였]습니다.",
      ],
      slots,
    );
    const facts = [
      ["수훈 선수로는 {best}[이/가] 뽑혔습니다.", "{best}[이/가] 가장 돋보였습니다."],
      ["관중은 {crowd}이었습니다.", "경기장에는 {crowd}[이/가] 찾아왔습니다."],
      ["이긴 팀은 {next}에 다음 경기를 합니다.", "다음 경기는 {next}에 있습니다."],
    ].map((wordings) => draw.sentence(wordings, slots));
    return {
      document: paragraph(draw, lead, facts, asides(draw, `${home} 체육과`, draw.integer(0, 2), false)),
      title: `${slots.winner} ${slots.game} 승리`,
      slots,
    };
  },
  questions: [
    ["누가 이겼나요?", "winner"],
    ["누가 졌나요?", "loser"],
    ["점수는 몇 대 몇인가요?", "score"],
    ["수훈 선수는 누구인가요?", "best"],
    ["관중은 몇 명인가요?", "crowd"],
    ["다음 경기는 언제인가요?", "next"],
    ["무슨 경기인가요?", "game"],
    ["어디에서 열렸나요?", "site"],
  ],
  core: [
    "{winner}[이/가] {loser}[을/를] {score}[으로/로] 이겼다.",
    "{game} 경기에서 {winner}[이/가] {loser}[을/를] 꺾었다.",
    "{winner}[이/가] {site}에서 열린 {game} 경기에서 승리했다.",
  ],
  further: [
    { weight: 3, wordings: ["점수는 {score}[이었/였]다.", "{score}[으로/로] 끝났다."] },
    { weight: 2, wordings: ["{best}[이/가] 가장 잘했다.", "최고의 선수는 {best}[이었/였]다."] },
    { weight: 2, wordings: ["다음 경기는 {next}이다.", "{next}에 다시 경기를 치른다."] },
    { weight: 1, wordings: ["{crowd}[이/가] 경기를 보았다.", "관중은 {crowd}이었다."] },
  ],
};
