// docs/benchmarks.json: the last measurement of every row, with the machine, versions, date and command that it came from.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { writeJson } from "../../base/atomic-write";
import { engineFacts } from "../../engine/facts";
import type { CaseResult } from "./measure";
import { threads } from "./processes";
import { pythonVersions } from "./python-environment";

export const ROOT = path.join(__dirname, "../../..");
const FILE = path.join(ROOT, "docs/benchmarks.json");

/** Where and with what a row was measured. */
export interface Setting {
  machine: string;
  versions: Record<string, string>;
  /** Of the measured sources; ends in "+" where they held changes not committed. */
  commit: string;
}

export interface RowResult extends Setting {
  date: string;
  command: string;
  cases: CaseResult[];
}

export type Results = Record<string, RowResult>;

export function readResults(): Results {
  return fs.existsSync(FILE) ? (JSON.parse(fs.readFileSync(FILE, "utf8")) as Results) : {};
}

export function storeResult(name: string, result: RowResult): Results {
  const results = { ...readResults(), [name]: result };
  writeJson(FILE, results);
  return results;
}

function commit(): string {
  const git = (...args: string[]) =>
    spawnSync("git", args, { cwd: ROOT, encoding: "utf8" }).stdout?.trim() ?? "";
  const changed = git("status", "--porcelain", "--", "src", "scripts", "package-lock.json");
  return `${git("rev-parse", "--short=12", "HEAD") || "unknown"}${changed ? "+" : ""}`;
}

/** Vector extensions that decide which matrix kernels an engine takes, as Linux names them. */
function extensions(): string {
  const flags = /^flags\s*:(.*)$/m.exec(fs.readFileSync("/proc/cpuinfo", "utf8"))?.[1]?.split(" ") ?? [];
  return ["avx2", "avx512f", "avx512_bf16", "amx_bf16"].filter((flag) => flags.includes(flag)).join(", ");
}

export function setting(): Setting {
  const { processor, device, node, tfjs, tensorflow, memory } = engineFacts();
  return {
    machine: `${processor} (${extensions()}), ${threads()} threads, ${memory}, ${os.platform()} ${os.arch()}, engine on ${device}`,
    versions: { node: node!, tfjs: tfjs!, tensorflow: tensorflow!, ...pythonVersions() },
    commit: commit(),
  };
}
