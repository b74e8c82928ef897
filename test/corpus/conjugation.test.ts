// Verb and adjective endings against the forms of the standard dictionary.
import { describe, expect, it } from "vitest";
import { future, must, polite, shallWe } from "../../src/corpus/conjugation";

describe("conjugation", () => {
  it.each([
    [polite, "크", "큽니다"],
    [polite, "작", "작습니다"],
    [polite, "만들", "만듭니다"],
    [future, "맑", "맑을"],
    [future, "짓", "지을"],
    [future, "끼", "낄"],
    [future, "만들", "만들"],
    [shallWe, "먹", "먹을까"],
    [shallWe, "돕", "도울까"],
    [shallWe, "가", "갈까"],
    [must, "물을 자주 마시", "물을 자주 마셔야"],
    [must, "손을 씻", "손을 씻어야"],
    [must, "피하", "피해야"],
  ] as const)("%o %s -> %s", (form, stem, expected) => {
    expect(form(stem)).toBe(expected);
  });
});
