// Courses looking for participants: what, how many, for whom, until when, how they are chosen.
import type { Kind } from "../kind";
import { asides, paragraph } from "../paragraph";
import { COURSES, TARGETS, WAYS_TO_APPLY } from "../words";

const ROLES = ["교육생", "수강생", "연수생", "참가자", "체험단", "동아리원"];
const SELECTION = ["추첨", "선착순", "서류 심사", "면접", "실기 평가"];

export const recruit: Kind = {
  label: "모집 공고",
  write(draw) {
    const { region, org } = draw.office();
    const { start, end } = draw.period();
    const slots = {
      org,
      course: draw.choice(COURSES),
      role: draw.choice(ROLES),
      people: `${draw.integer(5, 95)}명`,
      target: draw.choice(TARGETS),
      deadline: start,
      start: end,
      weeks: `${draw.integer(2, 16)}주`,
      selection: draw.choice(SELECTION),
      fee: `${draw.integer(1, 20)}만 원`,
      way: draw.choice(WAYS_TO_APPLY),
    };
    const lead = draw.sentence(
      [
        "{org}[이/가] {course} 과정 {role} {people}[을/를] 찾습니다.",
        "{target}[을/를] 위한 {course} 과정이 {org}에 생깁니다. {role}[은/는] {people}입니다.",
        "{course}[을/를] 배우고 싶다면 {org}의 문을 두드려 보세요. 이번에 뽑는 {role}[은/는] 모두 {people}입니다.",
      ],
      slots,
    );
    const facts = [
      ["지원 자격은 {target}입니다.", "{target}[이라면/라면] 누구나 지원할 수 있습니다."],
      ["원서는 {deadline}까지 {way}[으로/로] 냅니다.", "{way}[으로/로] 신청하며 마감은 {deadline}입니다."],
      ["수업은 {start}에 시작해 {weeks} 동안 이어집니다.", "{start}부터 {weeks}간 진행됩니다."],
      [
        "뽑는 방법은 {selection}입니다.",
        "인원이 넘치면 {selection}[으로/로] 정합니다.",
        "최종 인원은 {selection}[으로/로] 가립니다.",
      ],
      draw.chance(0.5)
        ? ["수강료는 없습니다.", "비용은 전부 무료입니다."]
        : ["재료비 {fee}[은/는] 본인이 냅니다.", "참가비로 {fee}[을/를] 받습니다."],
    ].map((wordings) => draw.sentence(wordings, slots));
    return {
      document: paragraph(draw, lead, facts, asides(draw, org, draw.integer(1, 3), true)),
      title: `${region} ${slots.course} ${slots.role} 모집`,
      slots,
    };
  },
  questions: [
    ["몇 명을 뽑나요?", "people"],
    ["어떤 과정인가요?", "course"],
    ["대상은 누구인가요?", "target"],
    ["마감일은 언제인가요?", "deadline"],
    ["언제 시작하나요?", "start"],
    ["어떻게 뽑나요?", "selection"],
    ["누가 모집하나요?", "org"],
  ],
  core: [
    "{org}[이/가] {course} 과정 참가자 {people}[을/를] 모집한다.",
    "{target} {people}[이/가] {org}의 {course} 과정에 참여할 수 있다.",
    "{org}[이/가] {target}[을/를] 위한 {course} 과정을 마련했다.",
  ],
  further: [
    { weight: 3, wordings: ["{deadline}까지 지원해야 한다.", "지원 마감은 {deadline}이다."] },
    { weight: 2, wordings: ["수업은 {start}에 시작된다.", "{start}부터 진행된다."] },
    { weight: 2, wordings: ["{selection}[으로/로] 선발한다.", "선발 방법은 {selection}이다."] },
    { weight: 1, wordings: ["대상은 {target}이다.", "{target}[이/가] 지원할 수 있다."] },
  ],
};
