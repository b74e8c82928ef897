// Memory and speed of one form of a model in a process of its own; prints one JSON line. Started by the stage "lighter".
// Run: node scripts/run.mjs src/study/commands/measure-form.ts FOLDER FORM PROMPTS.json
import * as fs from "node:fs";
import type { Form } from "../../results/lighter";
import { openForm, type WriterOptions } from "../forms";

interface Prompts {
  prompts: number[][];
  options: WriterOptions;
}

async function measure(folder: string, form: Form, file: string): Promise<void> {
  const { prompts, options } = JSON.parse(fs.readFileSync(file, "utf8")) as Prompts;
  const before = process.memoryUsage.rss();
  const writer = await openForm(folder, form, options);
  await writer.write(prompts[0]!);
  const memoryBytes = process.memoryUsage.rss() - before;
  const first: number[] = [];
  let tokens = 0;
  let seconds = 0;
  for (const prompt of prompts) {
    const started = performance.now();
    let firstToken = 0;
    let last = 0;
    let count = 0;
    await writer.write(prompt, () => {
      last = performance.now();
      firstToken ||= last;
      count++;
    });
    first.push(firstToken - started);
    tokens += count - 1;
    seconds += (last - firstToken) / 1000;
  }
  first.sort((a, b) => a - b);
  const result = {
    weightBytes: writer.weightBytes,
    memoryBytes,
    firstTokenMs: first[Math.floor(first.length / 2)]!,
    // Texts of one token have no second one to time.
    tokensPerSecond: seconds > 0 ? tokens / seconds : 0,
  };
  await writer.dispose();
  console.log(JSON.stringify(result));
}

const [folder, form, file] = process.argv.slice(2) as [string, Form, string];
measure(folder, form, file).catch((error: Error) => {
  console.error(error.stack);
  process.exit(1);
});
