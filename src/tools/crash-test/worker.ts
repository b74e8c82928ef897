// A process of the crash test: loads the engine, waits to be told a stage, runs it, and may die at a write of it.
import { type KillPoint, watchWrites } from "./kill-points";

export interface Order {
  stage: string;
  /** Folder of runs, absolute. */
  runs: string;
  kill?: KillPoint;
  /** More orders for the same folder follow. */
  stays?: boolean;
}

export interface Done {
  writes: number;
  milliseconds: number;
}

// What takes long to load and knows no folder of runs, before the order comes.
require("../../engine/tf");
require("@huggingface/transformers");

process.on("message", async ({ stage, runs, kill, stays }: Order) => {
  process.env.STUDY_RUNS = runs;
  const { CRASH_STAGES } = require("./stages") as typeof import("./stages");
  process.send?.("started");
  const writes = watchWrites(runs, kill);
  const started = performance.now();
  try {
    await CRASH_STAGES[stage]!();
    process.send?.({ writes: writes(), milliseconds: performance.now() - started } satisfies Done);
    if (!stays) process.disconnect();
  } catch (error) {
    console.error((error as Error).stack);
    process.exit(1);
  }
});
process.send?.("ready");
