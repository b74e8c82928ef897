// The ablations as rows of a notebook's table, each kind of student's control first.
import { lossNamed } from "../distillation/loss-names";
import { testSetName } from "../figures/labels";
import { PRIMARY } from "../metrics/registry";
import { intervalText } from "../metrics/value-text";
import type { AblationResults, AblationRow } from "./ablations";
import type { TEACHER_PROMPTS } from "./file/definition";

const SOURCES: Record<AblationRow["source"], string> = {
  none: "없음 (정답만)",
  cache: "저장한 로짓",
  "other-vocabulary": "다른 어휘의 교사",
  online: "메모리의 교사",
  texts: "교사의 글",
  "texts-and-logits": "교사의 글과 로짓",
};

const STUDENTS: Record<string, string> = { full: "전체", lora: "LoRA" };

/** "JSD (β = 0.5)": the divergence with those of its parameters that have a symbol. */
function lossName(loss: NonNullable<AblationRow["loss"]>): string {
  const { label, parameters = {} } = lossNamed(loss.divergence);
  const shown = Object.entries(parameters).flatMap(([name, { symbol }]) =>
    symbol ? [`${symbol} = ${loss[name]}`] : [],
  );
  return shown.length > 0 ? `${label.ko} (${shown.join(", ")})` : label.ko;
}

const PROMPTS: Record<keyof typeof TEACHER_PROMPTS, string> = {
  reference: "정답을 본 교사",
  examples: "예시를 본 교사",
};

/** What a recipe does besides: "학생 글 50%, 은닉 상태 (mse)". */
function wayName({ way = {} }: AblationRow): string {
  const { texts, states, quantised, prompt, others } = way;
  const share = texts && (texts.beside ? "정답과 학생 글의 쌍" : `학생 글 ${100 * texts.share}%`);
  return [
    share,
    prompt && PROMPTS[prompt],
    others && `교사 ${others.length + 1}명`,
    states && `은닉 상태 (${states.loss})`,
    quantised && `4비트로 반올림 (${quantised})`,
  ]
    .filter(Boolean)
    .join(", ");
}

/** One row a student, its scores under the primary metrics with 95 % intervals. Empty when nothing was recorded. */
export function ablationTable(results: AblationResults | undefined): Record<string, string>[] {
  const rows = results?.rows ?? [];
  const anyWay = rows.some((row) => wayName(row) !== "");
  const teachers = new Set(rows.flatMap(({ way }) => way?.teacher ?? []));
  return (["full", "lora"] as const).flatMap((tune) => {
    const own = rows.filter((row) => row.tune === tune);
    const controlsFirst = [
      ...own.filter(({ source }) => source === "none"),
      ...own.filter(({ source }) => source !== "none"),
    ];
    return controlsFirst.map((row) => ({
      학생: STUDENTS[tune]!,
      교사: SOURCES[row.source] + (teachers.size > 1 && row.way?.teacher ? ` (${row.way.teacher})` : ""),
      ...(anyWay && { 방법: wayName(row) }),
      손실: row.loss ? lossName(row.loss) : "교차 엔트로피",
      "검증 손실": row.validationLoss.toFixed(3),
      ...scoreCells(row, "in-domain"),
      ...scoreCells(row, "other"),
    }));
  });
}

const scoreCells = (
  { scores, interval95 }: AblationRow,
  side: "in-domain" | "other",
): Record<string, string> =>
  Object.fromEntries(
    PRIMARY.filter(({ id }) => id in scores[side]).map((metric) => [
      `${metric.label.ko}, ${testSetName(side)}`,
      intervalText(metric, scores[side][metric.id], interval95[side][metric.id]),
    ]),
  );
