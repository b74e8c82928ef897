// The progress line: share, counts, note, and an estimate only where waiting is long.
import { expect, test, vi } from "vitest";
import { progress, progressLine } from "../../src/base/progress";

test("a bar of 24 cells with counts, note and the time left by the share done", () => {
  expect(progressLine("학습", 75, 300, 30_000, "손실 1.2")).toBe(
    `학습 ${"█".repeat(6)}${"░".repeat(18)} 75/300 손실 1.2 · 30 s · 남은 시간 90 s`,
  );
  expect(progressLine("학습", 1, 300, 1_000)).toContain("1/300 · 1 s · 남은 시간 4 min 59 s");
});

test("no estimate for short work, at the start and at the end", () => {
  expect(progressLine("a", 1, 2, 1_000)).toBe(`a ${"█".repeat(12)}${"░".repeat(12)} 1/2 · 1 s`);
  expect(progressLine("a", 0, 2, 60_000)).toBe(`a ${"░".repeat(24)} 0/2 · 60 s`);
  expect(progressLine("a", 2, 2, 60_000)).toBe(`a ${"█".repeat(24)} 2/2 · 60 s`);
  expect(progressLine("empty", 0, 0, 0)).toBe(`empty ${"█".repeat(24)} 0/0 · 0 s`);
});

test("silent in tests", () => {
  const write = vi.spyOn(process.stderr, "write").mockImplementation(() => true);
  const bar = progress("a", 2);
  bar.update(1);
  bar.finish();
  expect(write).not.toHaveBeenCalled();
  write.mockRestore();
});
