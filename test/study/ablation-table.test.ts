// The table of ablations: what a recipe does besides its loss stands in a column of its own, where any does.
import { expect, it } from "vitest";
import { ablationTable } from "../../src/study/ablation-table";
import type { AblationRow } from "../../src/study/ablations";

const row = (recipe: string, more: Partial<AblationRow>): AblationRow => {
  const sides = <Value>(value: Value) => ({ "in-domain": value, other: value });
  return {
    recipe,
    tune: "full",
    source: "online",
    validationLoss: 1,
    steps: 3,
    seconds: 2,
    items: sides(1),
    scores: sides({}),
    interval95: sides({}),
    ...more,
  };
};
const table = (...rows: AblationRow[]) => ablationTable({ study: "s", seed: 0, rows });

it("an older record's table is as it was", () => {
  const [first] = table(row("a", { loss: { divergence: "jsd", beta: 0.5, alpha: 0.5, temperature: 1 } }));
  expect(first).toEqual({
    학생: "전체",
    교사: "메모리의 교사",
    손실: "JSD (β = 0.5)",
    "검증 손실": "1.000",
  });
});

it("ways and several teachers are told apart", () => {
  const texts = { from: "student", share: 0.5, temperature: 1, buffer: 4 } as const;
  const rows = table(
    row("a", { source: "none" }),
    row("b", { way: { teacher: "large", texts } }),
    row("c", { way: { teacher: "large", texts: { ...texts, share: 1, beside: true } } }),
    row("d", { way: { teacher: "untuned", prompt: "reference", quantised: "int4" } }),
    row("e", {
      source: "other-vocabulary",
      loss: { divergence: "merged-likelihood", alpha: 0.5, temperature: 1 },
      way: {
        teacher: "large",
        others: [{ recipe: "b" }],
        states: { loss: "mse", weight: 1, layers: [[1, 1]] },
      },
    }),
  );
  expect(rows.map(({ 교사, 방법, 손실 }) => [교사, 방법, 손실])).toEqual([
    ["없음 (정답만)", "", "교차 엔트로피"],
    ["메모리의 교사 (large)", "학생 글 50%", "교차 엔트로피"],
    ["메모리의 교사 (large)", "정답과 학생 글의 쌍", "교차 엔트로피"],
    ["메모리의 교사 (untuned)", "정답을 본 교사, 4비트로 반올림 (int4)", "교차 엔트로피"],
    ["다른 어휘의 교사 (large)", "교사 2명, 은닉 상태 (mse)", "병합 우도"],
  ]);
});
