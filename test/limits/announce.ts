// In each test process: leaves a mark whenever a file, a test or its end is reached, for test/limits/watch.ts.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect } from "vitest";

const file = join(process.env.TEST_MARKS!, String(process.pid));
let count = 0;
const mark = (place: string) => writeFileSync(file, `${++count} ${place}`);

mark(expect.getState().testPath ?? "");
beforeEach(({ task }) => mark(`${task.file.name} > ${task.name}`));
afterEach(({ task }) => mark(`${task.file.name}, after ${task.name}`));
