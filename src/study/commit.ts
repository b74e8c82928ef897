// The commit of the code at hand, for records and claims.
import { spawnSync } from "node:child_process";
import { ROOT } from "./stage";

function git(...args: string[]): string | undefined {
  const { status, stdout } = spawnSync("git", args, { cwd: ROOT, encoding: "utf8" });
  return status === 0 ? stdout.trim() : undefined;
}

/** The commit in hex, with "+changes" where src differs from it; "unknown" outside a git repository. */
export function commitAtHand(): string {
  const commit = git("rev-parse", "HEAD");
  if (commit === undefined) return "unknown";
  return git("status", "--porcelain", "--", "src", "package-lock.json", "engine.json", "data/models")
    ? `${commit}+changes`
    : commit;
}
