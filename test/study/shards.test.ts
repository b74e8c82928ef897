// Stages in shards, as a cluster runs them: joined, they are byte for byte what the undivided stage leaves.
import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, expect, it } from "vitest";
import { loadStudy } from "../../src/study/file/load";
import { itemsOfShard, parseShard, shardsOf } from "../../src/study/shard";
import { hashFiles, ROOT } from "../../src/study/stage";
import type { StudyContext } from "../../src/study/stages/context";
import { type SummaryRun, summaries } from "../../src/study/stages/summaries";
import { teacherLogits, teacherLogitsJob } from "../../src/study/stages/teacher-logits";

const name = `test-shards-${process.pid}`;
const RUNS = path.join(ROOT, "data/runs", name);
afterAll(() => fs.rmSync(RUNS, { recursive: true, force: true }));

// The committed tiny models; enough items for several batches of capture (16) and of generation (64).
const context: StudyContext = {
  ...loadStudy("smoke"),
  models: loadStudy("tiny").models,
  name,
  data: { counts: { train: 40, validation: 4, "test-in-domain": 80, "test-other": 60 } },
  decoding: { maxNewTokens: 3 },
  seed: 0,
};
const teacher = context.recipes.distilled!.teacher!;

/** Every file of a stage's folder with its hash; what tells only how long it took is left out. */
function files(directory: string): Record<string, string> {
  const names = (fs.readdirSync(directory, { recursive: true }) as string[])
    .filter((file) => fs.statSync(path.join(directory, file)).isFile())
    .filter((file) => !["result.json", "seconds.json"].includes(file));
  return Object.fromEntries(names.sort().map((file) => [file, hashFiles([path.join(directory, file)])]));
}

it("joins the teacher's logits of shards, whatever their order, to the undivided cache", async () => {
  const whole = await teacherLogits(context, teacher);
  const expected = files(whole.directory);
  expect(Object.keys(expected)).toEqual([
    "cache/error.json",
    "cache/header.json",
    "cache/prior.f32",
    "cache/rows-00000.bin",
  ]);
  fs.rmSync(whole.directory, { recursive: true });

  const job = teacherLogitsJob(context, teacher);
  const last = await job.shard({ index: 2, count: 2 });
  const first = await job.shard({ index: 1, count: 2 });
  // 40 items in batches of 16, 16 and 8: the first shard has the first and the third.
  expect([first.value, last.value]).toEqual([{ items: 24 }, { items: 16 }]);
  const joined = await job.make(2);
  expect(joined.directory).toBe(whole.directory);
  expect(files(joined.directory)).toEqual(expected);
  expect(joined.value).toEqual(whole.value);
});

it("joins summaries written in shards, an empty shard among them", async () => {
  const whole = await summaries(context, "untuned");
  const expected = files(whole.directory);
  const { tokens, unfinished } = whole.value;
  fs.rmSync(whole.directory, { recursive: true });
  // 140 items are three batches: the fourth shard has none.
  const job = summaries.job(context, "untuned");
  const tokensOf: number[] = [];
  for (const shard of shardsOf(4).reverse()) {
    tokensOf.unshift(((await job.shard(shard)).value as SummaryRun).tokens);
  }
  expect(tokensOf[3]).toBe(0);
  expect(Math.min(...tokensOf.slice(0, 3))).toBeGreaterThan(0);
  const joined = await job.make(4);
  expect(files(joined.directory)).toEqual(expected);
  expect(joined.value).toMatchObject({ tokens, unfinished });
});

it("deals whole batches of the length-sorted list", () => {
  const lengths = [5, 1, 4, 2, 3, 6, 7];
  const shards = shardsOf(2).map((shard) => itemsOfShard(lengths, (length) => length, 2, shard));
  expect(shards).toEqual([
    [1, 2, 5, 6],
    [3, 4, 7],
  ]);
});

it.each(["0/2", "3/2", "1", "a/b", "1/0"])("refuses %j as a shard", (text) => {
  expect(() => parseShard(text)).toThrow(`I/N with I from 1 to N, such as 2/4; found "${text}"`);
});
