// Row "startup": the first cell of a notebook on a fresh kernel, against a Python that imports torch and transformers.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { ROOT } from "../results";
import type { Row } from "../row";

interface Spec {
  notebooks: string[];
}

const notebookFiles = () =>
  fs
    .readdirSync(path.join(ROOT, "notebooks"))
    .filter((name) => name.endsWith(".ipynb"))
    .sort();

/** Seconds from the start of a kernel to the output of a notebook's first cell. Throws when the cell fails. */
function firstCell(notebook: string): number {
  const script = path.join(ROOT, "src/tools/bench/python/first_cell.py");
  const { status, stdout, stderr } = spawnSync(path.join(ROOT, ".venv/bin/python"), [script, notebook], {
    cwd: ROOT,
    encoding: "utf8",
    env: { ...process.env, NODE: process.execPath },
  });
  if (status !== 0) throw new Error(`The first cell of ${notebook} failed: ${stderr}`);
  return Number(stdout);
}

export const startup: Row = {
  name: "startup",
  title:
    "The first cell of a notebook, from the start of its kernel, against `import torch, transformers` in a fresh Python: at most 1.0 × its time, and at most 5 s in every notebook.",
  method:
    "Here: a new TypeScript kernel runs a notebook's parameters and its first cell (study opened, engine loaded, fact sheet printed), 01's for the comparison. There: a new Python process imports and ends; no kernel. One untimed run before: files are in the page cache, the sources that the kernel has compiled in node_modules/.cache, and Python has its .pyc files.",
  cases: () => {
    const notebooks = notebookFiles();
    return [
      {
        name: "first cell",
        sides: [
          { name: "this project", runtime: "node", spec: { notebooks: notebooks.slice(0, 1) } },
          { name: "python", runtime: "python", spec: {} },
        ],
        goals: [{ measure: "seconds", atMost: 1 }],
        tolerance: 0,
        runs: 5,
      },
      {
        name: "every notebook",
        sides: [{ name: "this project", runtime: "node", spec: { notebooks } }],
        goals: [],
        alone: [{ measure: "slowest, seconds", atMost: 5 }],
        tolerance: 0,
        runs: 3,
      },
    ];
  },
  prepare({ notebooks }: Spec) {
    firstCell(notebooks[0]!);
    return {
      check: { started: 1 },
      run: () => {
        const seconds = notebooks.map(firstCell);
        if (notebooks.length === 1) return { seconds: seconds[0]! };
        const each = notebooks.map((name, i) => [`${name.replace(/\.ipynb$/, "")}, seconds`, seconds[i]!]);
        return { ...Object.fromEntries(each), "slowest, seconds": Math.max(...seconds) };
      },
    };
  },
};
