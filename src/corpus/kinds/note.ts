// Notes of a school experiment whose guess turned out wrong. Never summarised in training.
import { fill } from "../draw";
import type { Kind } from "../kind";

const MATERIALS: readonly { names: readonly string[]; units: Readonly<Record<string, string>> }[] = [
  {
    names: ["소금물", "설탕물", "식초", "우유", "수돗물", "간장", "식용유", "주스"],
    units: { 온도: "도", 무게: "g", 부피: "mL" },
  },
  {
    names: ["흙", "모래", "콩 씨앗", "얼음", "구리선", "나뭇잎", "자석", "고무줄"],
    units: { 온도: "도", 무게: "g", 두께: "mm" },
  },
];
const NEXT = ["양을 두 배로 늘려", "어두운 곳에서", "더 차가운 곳에서", "시간을 줄여", "다른 그릇으로"];

export const note: Kind = {
  label: "실험 기록",
  write(draw) {
    const { names, units } = draw.choice(MATERIALS);
    const [first, second] = draw.two(names);
    const measure = draw.choice(Object.keys(units));
    const unit = units[measure] as string;
    const slots = {
      first,
      second,
      measure,
      low: `${draw.integer(5, 50)}${unit}`,
      high: `${draw.integer(51, 99)}${unit}`,
      duration: `${draw.integer(5, 60)}분`,
      times: `${draw.integer(3, 12)}번`,
      person: draw.person(),
    };
    const next = draw.choice(NEXT);
    const lines = [
      "실험 관찰 기록 - {person}",
      "가설: {first}[이/가] {second}보다 {measure} 값이 클 것이다.",
      "방법: {duration} 동안 두고 {times} 쟀다.",
      "결과: {first} {low}, {second} {high}.",
      draw.choice([
        `가설과 달랐다. 다음에는 ${next} 다시 해 본다.`,
        `예상이 빗나갔다. 다음 실험에서는 ${next} 재 볼 것이다.`,
      ]),
    ];
    return {
      document: lines.map((line) => fill(line, slots)).join("\n"),
      title: fill("{first}[과/와] {second}의 {measure}", slots),
      slots,
    };
  },
  questions: [
    ["무엇을 쟀나요?", "measure"],
    ["몇 번 쟀나요?", "times"],
    ["누가 기록했나요?", "person"],
    ["몇 분 동안 두었나요?", "duration"],
    ["첫째 재료는 무엇인가요?", "first"],
    ["둘째 재료는 무엇인가요?", "second"],
    ["큰 값은 얼마인가요?", "high"],
  ],
  core: [
    "{person}[이/가] {first}[과/와] {second}의 {measure}[을/를] 쟀다.",
    "{first}[과/와] {second}의 {measure}[을/를] 비교한 실험이다.",
    "실험에서 {second}[이/가] {first}보다 {measure} 값이 컸다.",
  ],
  further: [
    { weight: 3, wordings: ["{second}의 값은 {high}이다.", "{second}[은/는] {high}[으로/로] 나타났다."] },
    { weight: 2, wordings: ["모두 {times} 쟀다.", "측정은 {times} 이루어졌다."] },
    { weight: 2, wordings: ["{duration} 동안 두고 쟀다.", "걸린 시간은 {duration}이다."] },
  ],
};
