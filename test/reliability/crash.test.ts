// Ten kills from pre-training to scoring: what is resumed ends with the files of a run that nobody killed (npm run cli -- crash-test
// has 100, and kills the collecting of the results and the report too).
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { crashTest, KILLED, type KilledStage, shareOut } from "../../src/tools/crash-test/campaign";
import { differences } from "../../src/tools/crash-test/compare";

let scratch: string;
beforeAll(() => {
  scratch = fs.mkdtempSync(path.join(os.tmpdir(), "crash-"));
});
afterAll(() => fs.rmSync(scratch, { recursive: true }));

it("shares out all kills, at least 20 of 100 to LoRA and to capture", () => {
  for (const kills of [1, 8, 10, 37, 100]) {
    expect([...shareOut(kills).values()].reduce((a, b) => a + b, 0)).toBe(kills);
  }
  const hundred = shareOut(100);
  expect(hundred.get("teacher-logits")).toBeGreaterThanOrEqual(20);
  expect(hundred.get("train-lora-teacher")).toBeGreaterThanOrEqual(20);
  expect(shareOut(3, ["scores"])).toEqual(new Map([["scores", 3]]));
});

describe("the comparison", () => {
  const write = (folder: string, files: Record<string, string>) => {
    for (const [name, text] of Object.entries(files)) {
      fs.mkdirSync(path.dirname(path.join(scratch, folder, name)), { recursive: true });
      fs.writeFileSync(path.join(scratch, folder, name), text);
    }
    return path.join(scratch, folder);
  };

  it("sees a changed byte, a lost row, a file too few and one too many, and no times", () => {
    const files = {
      "run/log.jsonl": '{"loss":1,"seconds":2}\n{"loss":0.5,"seconds":3}\n',
      "run/result.json": '{"seconds":1,"value":{"f":[1,2]}}',
      "run/weights.bin": "abc",
      "run/seconds.json": "1",
    };
    const a = write("a", files);
    expect(
      differences(a, write("same", { ...files, "run/log.jsonl": files["run/log.jsonl"].replace("3", "9") })),
    ).toEqual([]);
    expect(differences(a, write("lost", { ...files, "run/log.jsonl": '{"loss":1,"seconds":2}\n' }))).toEqual([
      "different: run/log.jsonl",
    ]);
    expect(differences(a, write("byte", { ...files, "run/weights.bin": "abd", "run/x.1.tmp": "" }))).toEqual([
      "left over: run/x.1.tmp",
      "different: run/weights.bin",
    ]);
    expect(differences(a, write("empty", { "run/result.json": '{"value":{"f":[1,2]}}' }))).toEqual([
      "missing: run/log.jsonl",
      "missing: run/weights.bin",
    ]);
  });
});

it("ten kills lose nothing", async () => {
  const folder = path.join(scratch, "campaign");
  // Results and report only rewrite what other stages made, and take 6 and 19 s of processor time a run: among the hundred.
  const stages = (Object.keys(KILLED) as KilledStage[]).filter(
    (stage) => stage !== "results" && stage !== "report",
  );
  const reports = await crashTest({ kills: 10, seed: 1, stages, scratch: folder });
  expect(reports.flatMap(({ stage, losses }) => losses.map((loss) => `${stage}: ${loss}`))).toEqual([]);
  expect(reports.map(({ stage }) => stage)).toEqual(stages);
  expect(reports.reduce((sum, { kills }) => sum + kills, 0)).toBe(10);
});
