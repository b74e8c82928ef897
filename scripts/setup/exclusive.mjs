// A lock file that lets one set-up run at a time; the lock of a process that is gone is taken over.
import { readFileSync, rmSync, writeFileSync } from "node:fs";

const isAlive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
};

/** Waits until this process holds `file`; returns the function that gives it back. */
export async function exclusive(file, say = console.log) {
  for (let waited = false; ; waited = true) {
    try {
      writeFileSync(file, String(process.pid), { flag: "wx" });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    let holder = 0;
    try {
      holder = Number(readFileSync(file, "utf8"));
    } catch {
      continue; // given back between the two calls
    }
    if (holder > 0 && !isAlive(holder)) {
      rmSync(file, { force: true });
      continue;
    }
    if (!waited) say(`another set-up is running (process ${holder}); waiting for it`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
