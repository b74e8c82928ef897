// A folder's lock file: one process writes a cache at a time.
import * as fs from "node:fs";
import * as path from "node:path";

const lockFile = (directory: string) => path.join(directory, "writer.lock");

/**
 * One writer a folder: the lock file holds its process id. That of a dead process does not count, nor does this one's,
 * so that a notebook cell whose capture failed can be run again.
 */
export function lock(directory: string): void {
  const file = lockFile(directory);
  for (let attempt = 0; ; attempt++) {
    try {
      fs.writeFileSync(file, String(process.pid), { flag: "wx" });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const owner = Number(fs.readFileSync(file, "utf8"));
    if (attempt > 0 || (owner !== process.pid && isAlive(owner))) {
      throw new Error(
        `${directory}: process ${owner} is writing this cache. Wait for it, or delete ${file} if it is not.`,
      );
    }
    fs.rmSync(file, { force: true });
  }
}

/** Lets another writer in. */
export function unlock(directory: string): void {
  fs.rmSync(lockFile(directory), { force: true });
}

function isAlive(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
