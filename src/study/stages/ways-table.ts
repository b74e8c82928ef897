// The ways to distil as rows of a notebook's table, each student's control first.
import { divergenceNamed } from "../../distillation/divergences/registry";
import { testSetName } from "../../figures/labels";
import type { TeacherSource, WayResults, WayRow } from "./ways";

const SOURCES: Record<TeacherSource, string> = {
  none: "없음 (정답만)",
  cache: "저장한 로짓",
  online: "메모리의 교사",
  texts: "교사의 글",
  "texts-and-logits": "교사의 글과 로짓",
};

const STUDENTS: Record<WayRow["student"], string> = { full: "전체", lora: "LoRA" };

const lossName = (loss: string): string =>
  loss === "jsd" ? "JSD (β = 0.5)" : divergenceNamed(loss).label.ko;

/** One row a student; ROUGE-1 F with its 95 % interval, shares of facts. Empty when nothing was recorded. */
export function wayTable(results: WayResults | undefined): Record<string, string>[] {
  const rows = results?.rows ?? [];
  return (["full", "lora"] as const).flatMap((student) => {
    const own = rows.filter((row) => row.student === student);
    const controlsFirst = [
      ...own.filter(({ source }) => source === "none"),
      ...own.filter(({ source }) => source !== "none"),
    ];
    return controlsFirst.map((row) => ({
      학생: STUDENTS[student],
      교사: SOURCES[row.source],
      손실: row.loss ? lossName(row.loss) : "교차 엔트로피",
      "검증 손실": row.validationLoss.toFixed(3),
      ...scoreCells(row, "in-domain"),
      ...scoreCells(row, "other"),
    }));
  });
}

function scoreCells({ scores }: WayRow, testSet: "in-domain" | "other"): Record<string, string> {
  const { rouge1, rouge1Interval95, keptFacts } = scores[testSet];
  const [low, high] = rouge1Interval95.map((value) => value.toFixed(3));
  const name = testSetName(testSet);
  return {
    [`ROUGE-1, ${name}`]: `${rouge1.toFixed(3)} [${low}, ${high}]`,
    [`지킨 사실, ${name}`]: keptFacts.toFixed(3),
  };
}
