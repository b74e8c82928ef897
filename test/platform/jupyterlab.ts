// JupyterLab with the project's kernel, and a browser to drive it: what the browser test stands on.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { Page } from "playwright-core";
import { root } from "./notebook";

/** Path of Chromium under the names that Debian, Ubuntu and Fedora give it; undefined where there is none. */
export function findChromium(): string | undefined {
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
  const folders = (process.env.PATH ?? "").split(delimiter);
  return [process.env.CHROMIUM, ...names.flatMap((name) => folders.map((folder) => join(folder, name)))].find(
    (file) => file && existsSync(file),
  );
}

function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const server = createServer();
    server.on("error", failed);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => (address && typeof address === "object" ? done(address.port) : failed()));
    });
  });
}

export interface Lab {
  /** Address of a file, by its path from the repository root. */
  address: (file: string) => string;
  /** What the server has said, for messages. */
  log: () => string;
  stop: () => Promise<void>;
}

/** Starts JupyterLab at the repository root, with nothing of the user's own settings. */
export async function startLab(): Promise<Lab> {
  const home = mkdtempSync(join(tmpdir(), "lab-"));
  const port = await freePort();
  const token = "browser-test";
  const folders = ["CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR"].map((name) => [`JUPYTER_${name}`, home]);
  const lab: ChildProcess = spawn(
    process.execPath,
    [
      ...["scripts/run.mjs", "jupyter", "lab", "--no-browser", "--allow-root", "--ip=127.0.0.1"],
      ...[`--port=${port}`, "--ServerApp.port_retries=0", `--IdentityProvider.token=${token}`],
      ...["--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"],
      // Seconds after which it gives up a kernel that starts slowly.
      "--MappingKernelManager.kernel_info_timeout=100000",
    ],
    {
      cwd: root,
      env: {
        ...process.env,
        ...Object.fromEntries(folders),
        JUPYTERLAB_SETTINGS_DIR: join(home, "settings"),
      },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let said = "";
  for (const stream of [lab.stdout, lab.stderr]) {
    stream?.on("data", (chunk) => {
      said += chunk;
    });
  }
  const origin = `http://127.0.0.1:${port}`;
  const ended = new Promise<void>((done) => lab.on("exit", () => done()));
  await until(async () => {
    if (lab.exitCode !== null) throw new Error(`JupyterLab did not start:\n${said}`);
    return (await fetch(`${origin}/api/status?token=${token}`).catch(() => undefined))?.ok === true;
  });
  return {
    address: (file) => `${origin}/lab/tree/${file}?token=${token}&reset`,
    log: () => said,
    stop: async () => {
      lab.kill("SIGTERM");
      await ended;
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Waits until the open notebook's kernel is idle. */
export const kernelIsIdle = (page: Page) =>
  page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').waitFor();

/** Runs all cells by the menu; asks again now and then until the first cell has begun. */
export async function runAllCells(page: Page): Promise<void> {
  let looks = 0;
  await until(async () => {
    const prompt = await page.locator(".jp-CodeCell .jp-InputPrompt").first().textContent();
    if (/\[(\*|\d+)\]/.test(prompt ?? "")) return true;
    if (looks++ % 40 === 0) {
      await page.getByRole("menuitem", { name: "Run", exact: true }).click();
      await page.locator('li[data-command="runmenu:run-all"]').click();
    }
    return false;
  });
}

/** Looks again and again until it is so. */
export async function until(reached: () => Promise<boolean>): Promise<void> {
  while (!(await reached())) await new Promise((done) => setTimeout(done, 150));
}
