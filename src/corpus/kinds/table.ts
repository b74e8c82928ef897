// Small tables of counts in one year. Never summarised in training.
import type { Kind } from "../kind";
import { ACTIVITIES, COURSES, FACILITIES, SITES } from "../words";

const SUBJECTS: readonly { measure: string; unit: string; step: number; rows: readonly string[] }[] = [
  { measure: "이용자", unit: "명", step: 10, rows: FACILITIES },
  { measure: "수강생", unit: "명", step: 10, rows: COURSES },
  { measure: "방문객", unit: "명", step: 10, rows: SITES },
  { measure: "참가자", unit: "명", step: 10, rows: ACTIVITIES },
  { measure: "이용 문의", unit: "건", step: 1, rows: FACILITIES },
  { measure: "행사 횟수", unit: "회", step: 1, rows: SITES },
];

export const table: Kind = {
  label: "표",
  write(draw) {
    const region = draw.region();
    const subject = draw.choice(SUBJECTS);
    const names = draw.random.shuffle(subject.rows).slice(0, 4);
    const counts = new Set<number>();
    while (counts.size < names.length) counts.add(draw.integer(2, 99) * subject.step);
    const rows = [...counts].map((count, i) => ({ name: names[i] as string, count }));
    const ordered = [...rows].sort((a, b) => b.count - a.count);
    const top = ordered[0] as (typeof rows)[number];
    const bottom = ordered[ordered.length - 1] as (typeof rows)[number];
    const slots = {
      region,
      year: `${draw.integer(2015, 2025)}년`,
      measure: subject.measure,
      top: top.name,
      bottom: bottom.name,
      most: `${top.count}${subject.unit}`,
      least: `${bottom.count}${subject.unit}`,
    };
    const lines = [
      `${slots.year} ${region} ${slots.measure}`,
      `| 구분 | ${slots.measure} |`,
      ...rows.map((row) => `| ${row.name} | ${row.count}${subject.unit} |`),
    ];
    return { document: lines.join("\n"), title: lines[0] as string, slots };
  },
  questions: [
    ["가장 많은 것은 무엇인가요?", "top"],
    ["가장 적은 것은 무엇인가요?", "bottom"],
    ["몇 년 자료인가요?", "year"],
    ["가장 큰 값은 얼마인가요?", "most"],
    ["어느 지역인가요?", "region"],
    ["무슨 표인가요?", "measure"],
    ["가장 작은 값은 얼마인가요?", "least"],
  ],
  core: [
    "{year} {region}의 {measure}[은/는] {top}[이/가] 가장 많았다.",
    "{region}의 {measure}[을/를] {year}에 조사한 표이다.",
    "{measure}[은/는] {top}[이/가] 1위였다.",
  ],
  further: [
    { weight: 3, wordings: ["{top}[은/는] {most}[으로/로] 나타났다.", "가장 큰 값은 {most}이다."] },
    { weight: 3, wordings: ["{bottom}[이/가] 가장 적었다.", "{bottom}[은/는] {least}에 그쳤다."] },
    { weight: 1, wordings: ["{year} 자료이다.", "자료는 {year} 것이다."] },
  ],
};
