// The processes of a case's sides: started with the same allocator settings and threads, told when to run.
import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as readline from "node:readline";
import type { Readable } from "node:stream";
import { peakBytes } from "./memory";
import { pythonProgram } from "./python-environment";
import type { Measures, Prepared, Side } from "./row";

type Message = { check: Prepared["check"] } | { measures: Measures } | { error: string };

/** Both engines take as many threads as there are cores, unless the caller says otherwise. */
export const threads = (): string => process.env.OMP_NUM_THREADS ?? String(os.availableParallelism());

/** A running side. */
export class SideProcess {
  private constructor(
    private readonly name: string,
    private readonly child: ChildProcess,
    private readonly lines: AsyncIterator<string>,
    private readonly specFile: string,
  ) {}

  /** Starts a side and waits until it is prepared and warm; returns what it says it computes. */
  static async start(row: string, side: Side): Promise<{ process: SideProcess; check: Prepared["check"] }> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "bench-"));
    const specFile = path.join(folder, "spec.json");
    fs.writeFileSync(specFile, JSON.stringify(side.spec));
    const [program, args] =
      side.runtime === "node"
        ? [process.execPath, [...process.execArgv, path.join(__dirname, "worker.ts")]]
        : [pythonProgram(), [path.join(__dirname, "python/worker.py")]];
    const child = spawn(program, [...args, row, specFile], {
      // The allocator settings of this project's commands are in our own environment, and so in both sides'.
      env: {
        ...process.env,
        OMP_NUM_THREADS: threads(),
        TF_NUM_INTRAOP_THREADS: threads(),
        HF_HUB_OFFLINE: "1",
        TOKENIZERS_PARALLELISM: "false",
        PYTHONDONTWRITEBYTECODE: "1",
      },
      stdio: ["pipe", "ignore", "inherit", "pipe"],
    });
    const lines = readline.createInterface({ input: child.stdio[3] as Readable })[Symbol.asyncIterator]();
    const started = new SideProcess(`${row}, ${side.name}`, child, lines, specFile);
    const message = await started.next();
    if (!("check" in message))
      throw new Error(`${row}, ${side.name}: expected what it computes, found a measure.`);
    return { process: started, check: message.check };
  }

  /** One timed run. */
  async run(): Promise<Measures> {
    this.child.stdin!.write("run\n");
    const message = await this.next();
    if (!("measures" in message)) throw new Error(`${this.name}: expected measures.`);
    return message.measures;
  }

  /** One timed run, with the process killed after `limit` seconds: it then counts as that long. */
  async runAtMost(limit: number): Promise<{ measures: Measures; stopped: boolean }> {
    let peak = 0;
    const timer = setTimeout(() => {
      peak = peakBytes(this.child.pid);
      this.child.kill("SIGKILL");
    }, 1000 * limit);
    try {
      return { measures: await this.run(), stopped: false };
    } catch (error) {
      if (peak === 0) throw error;
      return { measures: { seconds: limit, peakBytes: peak }, stopped: true };
    } finally {
      clearTimeout(timer);
    }
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.stdin!.end("end\n");
      await ended;
    }
    fs.rmSync(path.dirname(this.specFile), { recursive: true, force: true });
  }

  private async next(): Promise<Exclude<Message, { error: string }>> {
    const { value, done } = await this.lines.next();
    if (done)
      throw new Error(`${this.name}: the process ended without a word (code ${this.child.exitCode}).`);
    const message = JSON.parse(value) as Message;
    if ("error" in message) throw new Error(`${this.name}: ${message.error}`);
    return message;
  }
}
