// Hashes of two runs' artifacts: times do not count, everything else does.
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { hashesOf } from "../../src/study/fresh-run";

interface Parts {
  seconds: number;
  loss: number;
  text: string;
  weights: number[];
}

function run({ seconds, loss, text, weights }: Parts): Map<string, string> {
  const folder = mkdtempSync(join(tmpdir(), "run-"));
  const stage = join(folder, "train-distilled-0123");
  mkdirSync(join(stage, "tensorboard"), { recursive: true });
  mkdirSync(join(folder, "reports"));
  writeFileSync(
    join(stage, "result.json"),
    JSON.stringify({ seconds, value: { curve: [{ loss, tokensPerSecond: seconds }] } }),
  );
  // A training's log as src/training/run-log.ts writes it.
  const step = { step: 0, loss, tokensPerSecond: seconds, seconds, memory: 1000 * seconds };
  writeFileSync(join(stage, "log.jsonl"), `${JSON.stringify(step)}\n`);
  writeFileSync(join(stage, "texts.jsonl"), `${JSON.stringify({ id: "a", text })}\n`);
  writeFileSync(join(stage, "model.safetensors"), Buffer.from(weights));
  writeFileSync(join(stage, "seconds.json"), String(seconds));
  writeFileSync(join(stage, "tensorboard", "events.out.tfevents.1.host"), String(seconds));
  writeFileSync(join(folder, "reports", "report.html"), String(seconds));
  return hashesOf(folder);
}

it("are equal for runs that differ in times and memory alone, and name the file that differs otherwise", () => {
  const parts = { seconds: 1, loss: 0.5, text: "글", weights: [1, 2, 3] };
  const first = run(parts);
  expect([...first.keys()]).toEqual(
    ["log.jsonl", "model.safetensors", "result.json", "texts.jsonl"].map((file) =>
      join("train-distilled-0123", file),
    ),
  );
  const different = (change: Partial<Parts>) => {
    const second = run({ ...parts, ...change });
    return [...first].flatMap(([file, hash]) => (second.get(file) === hash ? [] : [file.split("/").pop()]));
  };
  expect(different({ seconds: 99 })).toEqual([]);
  expect(different({ loss: 0.50001 })).toEqual(["log.jsonl", "result.json"]);
  expect(different({ text: "다른 글" })).toEqual(["texts.jsonl"]);
  expect(different({ weights: [1, 2, 4] })).toEqual(["model.safetensors"]);
});
