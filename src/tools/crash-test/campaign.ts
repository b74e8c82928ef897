// The crash test: every stage killed again and again in processes of its own, resumed, and compared with a run left alone.
import { type ChildProcess, fork } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { Random } from "../../base/random";
import { differences } from "./compare";
import type { KillPoint } from "./kill-points";
import { orderOf } from "./stages";
import type { Done, Order } from "./worker";

/** The stages that are killed, with their weight when kills are shared out: LoRA and capture get 20 of 100 each. */
export const KILLED = {
  "pre-training": 14,
  "train-lora-teacher": 20,
  "teacher-logits": 20,
  "train-distilled": 14,
  "summaries-distilled": 10,
  scores: 8,
  results: 7,
  report: 7,
} as const;

export type KilledStage = keyof typeof KILLED;

const STAGES: readonly KilledStage[] = Object.keys(KILLED) as KilledStage[];

/** Kills before a run may end: resuming a resumed run is tested too. */
const KILLS_A_RUN = 4;
/** A share of the kills comes at a random time, the others at a write. */
const TIMED_SHARE = 0.3;

export interface StageReport {
  stage: KilledStage;
  kills: number;
  /** Kills at a write: before, half-way, after; and at a random time. */
  atWrites: number;
  atTimes: number;
  /** Runs that were resumed to the end and compared. */
  runs: number;
  /** What differed: empty when nothing was lost. */
  losses: string[];
}

export interface CampaignOptions {
  kills: number;
  seed: number;
  /** Absent: all. */
  stages?: readonly KilledStage[];
  /** An empty folder. */
  scratch: string;
  onKill?: (done: number, note: string) => void;
}

/** How many kills each stage gets: by weight, at least one each while there are enough, among `only` these when named. */
export function shareOut(kills: number, only = STAGES): Map<KilledStage, number> {
  const stages = STAGES.filter((stage) => only.includes(stage));
  const total = stages.reduce((sum, stage) => sum + KILLED[stage], 0);
  const shares = stages.map((stage) => Math.floor((kills * KILLED[stage]) / total));
  const heaviest = [...stages.keys()].sort((a, b) => shares[a]! - shares[b]! || a - b);
  for (let left = kills - shares.reduce((a, b) => a + b, 0), i = 0; left > 0; left--, i++) {
    shares[heaviest[i % stages.length]!]!++;
  }
  return new Map(stages.map((stage, i) => [stage, shares[i]!]));
}

/** Processes that have loaded the engine already when their turn comes. */
class Workers {
  private next = this.start();
  private reference: ReturnType<Workers["start"]> | undefined;

  private start(): { process: ChildProcess; ready: Promise<void>; errors: string[] } {
    const errors: string[] = [];
    const child = fork(path.join(__dirname, "worker.ts"), {
      execArgv: ["--require", require.resolve("tsx/cjs")],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    child.stderr!.on("data", (text) => errors.push(String(text)));
    const ready = new Promise<void>((resolve, reject) => {
      child.once("message", () => resolve());
      child.once("exit", (code, signal) =>
        reject(new Error(`a worker ended before its work: ${code ?? signal} ${errors.join("")}`)),
      );
    });
    ready.catch(() => {});
    return { process: child, ready, errors };
  }

  /**
   * Runs an order; undefined when the process was killed, by itself or after `killAfter` milliseconds of the stage's
   * work. Throws when the stage failed in another way.
   */
  async run(order: Order, killAfter?: number): Promise<Done | undefined> {
    const { process: worker, ready, errors } = this.next;
    await ready;
    this.next = this.start();
    return new Promise<Done | undefined>((resolve, reject) => {
      let done: Done | undefined;
      let timer: NodeJS.Timeout | undefined;
      worker.on("message", (message: Done | "started") => {
        if (message !== "started") done = message;
        else if (killAfter !== undefined) timer = setTimeout(() => worker.kill("SIGKILL"), killAfter);
      });
      worker.removeAllListeners("exit");
      worker.on("exit", (code, signal) => {
        clearTimeout(timer);
        if (signal === "SIGKILL" && !done) resolve(undefined);
        else if (code === 0 || done) resolve(done);
        else reject(new Error(`stage ${order.stage}: ended with ${code ?? signal}\n${errors.join("")}`));
      });
      worker.send(order);
    });
  }

  /** Runs an order that is never killed in one process kept for all of these: they share the folder of runs. */
  async alone(order: Order): Promise<Done> {
    this.reference ??= this.start();
    const { process: worker, ready, errors } = this.reference;
    await ready;
    return new Promise<Done>((resolve, reject) => {
      worker.removeAllListeners("exit");
      worker.once("exit", (code) =>
        reject(new Error(`stage ${order.stage}: ended with ${code}\n${errors.join("")}`)),
      );
      worker.removeAllListeners("message");
      worker.on("message", (message: Done | "started") => {
        if (message !== "started") resolve(message);
      });
      worker.send({ ...order, stays: true });
    });
  }

  stop(): void {
    this.reference?.process.removeAllListeners("exit");
    this.reference?.process.kill("SIGKILL");
    this.next.process.removeAllListeners("exit");
    this.next.process.kill("SIGKILL");
  }
}

/** Runs the campaign; `scratch` then holds the reference run and nothing of the killed ones that came out right. */
export async function crashTest(options: CampaignOptions): Promise<StageReport[]> {
  const { seed, scratch } = options;
  const random = new Random(seed);
  const workers = new Workers();
  const quota = shareOut(options.kills, options.stages);

  const killed = [...quota].filter(([, kills]) => kills > 0).map(([stage]) => stage);
  const reports: StageReport[] = [];
  const reference = path.join(scratch, "reference");
  fs.mkdirSync(reference, { recursive: true });
  try {
    for (const stage of orderOf(killed)) {
      const before = path.join(scratch, `before-${stage}`);
      const kills = quota.get(stage as KilledStage) ?? 0;
      if (kills > 0) fs.cpSync(reference, before, { recursive: true });
      const alone = await workers.alone({ stage, runs: reference });
      if (kills === 0) continue;
      const done = reports.reduce((sum, report) => sum + report.kills, 0);
      reports.push(
        await killStage(
          { stage: stage as KilledStage, kills, alone, before, reference, scratch, random, workers },
          (killed, note) => options.onKill?.(done + killed, note),
        ),
      );
      fs.rmSync(before, { recursive: true });
    }
  } finally {
    workers.stop();
  }
  return reports;
}

interface Target {
  stage: KilledStage;
  kills: number;
  /** The stage's run that nobody killed. */
  alone: Done;
  before: string;
  reference: string;
  scratch: string;
  random: Random;
  workers: Workers;
}

async function killStage(
  target: Target,
  onKill: (kills: number, note: string) => void,
): Promise<StageReport> {
  const { stage, alone, before, reference, scratch, random, workers } = target;
  const report: StageReport = { stage, kills: 0, atWrites: 0, atTimes: 0, runs: 0, losses: [] };
  while (report.kills < target.kills) {
    const runs = path.join(scratch, `${stage}-${report.runs}`);
    fs.cpSync(before, runs, { recursive: true });
    const points: string[] = [];
    let finished = false;
    const kills = Math.min(KILLS_A_RUN, target.kills - report.kills);
    for (let i = 0; i < kills && !finished; i++) {
      const timed = random.next() < TIMED_SHARE;
      // Small steps leave something for the kills after this one.
      const share = 1 / (kills - i);
      const write = Math.max(1, Math.ceil(random.next() * share * alone.writes));
      const part = (["before", "half", "after"] as const)[random.integer(0, 2)]!;
      const after = Math.round(random.next() * share * alone.milliseconds);
      const kill: KillPoint | undefined = timed ? undefined : { write, part };
      const point = timed ? `after ${after} ms` : `${part} write ${write} of ${alone.writes}`;
      finished = (await workers.run({ stage, runs, kill }, timed ? after : undefined)) !== undefined;
      if (finished) break;
      points.push(point);
      report.kills++;
      report[timed ? "atTimes" : "atWrites"]++;
      onKill(report.kills, `${stage}: ${point}`);
    }
    let failure: string | undefined;
    if (!finished) await workers.run({ stage, runs }).catch((error: Error) => (failure = error.message));
    report.runs++;
    const lost = failure ? [failure] : differences(reference, runs);
    report.losses.push(...lost.map((what) => `${what} (killed ${points.join("; ")})`));
    if (lost.length === 0) fs.rmSync(runs, { recursive: true });
  }
  return report;
}
