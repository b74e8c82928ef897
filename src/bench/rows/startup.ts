// Row "startup": the first cell of a notebook on a fresh kernel, against a Python that imports torch and transformers.
import { spawnSync } from "node:child_process";
import * as path from "node:path";
import { ROOT } from "../results";
import type { Row } from "../row";

export const startup: Row = {
  name: "startup",
  title:
    "The first cell of a notebook, from the start of its kernel, against `import torch, transformers` in a fresh Python: at most 1.0 × its time.",
  method:
    "Here: a new TypeScript kernel runs notebook 01's parameters and its first cell (study opened, engine loaded, fact sheet printed). There: a new Python process imports and ends; no kernel. One untimed run before: files are in the page cache, the sources that the kernel has compiled in node_modules/.cache, and Python has its .pyc files.",
  cases: () => [
    {
      name: "first cell",
      sides: [
        { name: "this project", runtime: "node", spec: {} },
        { name: "python", runtime: "python", spec: {} },
      ],
      goals: [{ measure: "seconds", atMost: 1 }],
      tolerance: 0,
      runs: 5,
    },
  ],
  prepare() {
    const script = path.join(ROOT, "src/bench/python/first_cell.py");
    const run = () => {
      const { status, stdout, stderr } = spawnSync(path.join(ROOT, ".venv/bin/python"), [script], {
        cwd: ROOT,
        encoding: "utf8",
        env: { ...process.env, NODE: process.execPath },
      });
      if (status !== 0) throw new Error(`The first cell failed: ${stderr}`);
      return { seconds: Number(stdout) };
    };
    run();
    return { check: { started: 1 }, run };
  },
};
