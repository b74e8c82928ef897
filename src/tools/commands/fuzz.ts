// Mutated safetensors and GGUF files, logit caches, JSONL and tokenizers against their readers. Run: npm run cli -- fuzz [--mutations 10000 --seed 1]
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { type Command, Option } from "commander";
import { progress } from "../../base/progress";
import { wholeNumber } from "../../study/commands/whole-number";
import { FUZZ_TARGETS, fuzz } from "../fuzz";

async function run(options: { mutations: number; seed: number; target?: string }): Promise<void> {
  const started = Date.now();
  let failed = 0;
  for (const name of Object.keys(FUZZ_TARGETS)) {
    if (options.target && options.target !== name) continue;
    const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "fuzz-"));
    const bar = progress(name, options.mutations);
    const report = await fuzz(name, options.mutations, options.seed, scratch, (done) => bar.update(done));
    bar.finish();
    fs.rmSync(scratch, { recursive: true });
    failed += report.failures.length;
    console.log(
      `${name.padEnd(14)} ${report.mutations} mutations: ${report.read} read, ${report.refused} refused, ${report.failures.length} failures; ` +
        `slowest ${report.slowestMs.toFixed(0)} ms, memory grew ${(report.grownBytes / 1e6).toFixed(0)} MB`,
    );
    for (const failure of report.failures.slice(0, 20)) console.log(`  ${failure}`);
  }
  console.log(`seed ${options.seed}, ${((Date.now() - started) / 1000).toFixed(0)} s`);
  if (failed > 0) process.exitCode = 1;
}

export const define = (command: Command): Command =>
  command
    .option("--mutations <n>", "for each kind of file", wholeNumber(Infinity), 10_000)
    .option("--seed <n>", "seed of the mutations", wholeNumber(Infinity), 1)
    .addOption(new Option("--target <name>", "only this kind of file").choices(Object.keys(FUZZ_TARGETS)))
    .action(run);
