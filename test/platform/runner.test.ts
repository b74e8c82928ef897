// The notebook runner through the real kernel: every kind of failure really fails, and says where.
import { existsSync, readFileSync, rmSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import {
  type Run,
  readNotebook,
  runCells,
  runner,
  streamText,
  temporaryFolder,
  writeNotebook,
} from "./notebook";

const folders: string[] = [];
async function run(sources: string[], args: string[] = []): Promise<Run> {
  const result = await runCells(sources, args);
  folders.push(result.folder);
  return result;
}
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const options = { concurrent: true };

describe(
  "a failing notebook ends with exit code 1, its cell and its error, and nothing runs after it",
  options,
  () => {
    const failures: [kind: string, cells: string[], expected: (string | RegExp)[], args?: string[]][] = [
      [
        "a throw, with lines of the TypeScript cell",
        [
          "const a = 1;",
          "interface Box {\n  size: number;\n}\nconst box: Box = { size: a };\nthrow new Error('bad ' + box.size);",
        ],
        ["cell 2", "Error: bad 1", "cell 2:5:7", /> {3}5 \| throw new Error/],
      ],
      [
        "a type error",
        ["const a = 1;", "const b = 2;\nconst text: string = b;"],
        ["cell 2", "2:7 - Type 'number' is not assignable to type 'string'", /> {3}2 \| const text/],
      ],
      [
        "an unhandled rejection",
        [
          'const later = async () => {\n  throw new Error("nobody listens");\n};',
          "later();\nconst after = 1;",
        ],
        ["cell 2", "Error: nobody listens"],
      ],
      [
        "a throw from a timer while a later cell waits",
        [
          'setTimeout(() => {\n  throw new Error("late");\n}, 400);',
          "await new Promise((done) => setTimeout(done, 60_000));",
        ],
        ["Error: late", "thrown by cell 1", /> {3}2 \| {3}throw new Error/],
      ],
      ["a dead kernel", ["process.exit(3);"], ["cell 1", "the kernel died", "process.exit(3)"]],
      [
        "a kernel that the system killed",
        ["const a = 1;", 'process.kill(process.pid, "SIGKILL");\nawait new Promise(() => {});'],
        ["cell 2", "the kernel died", "SIGKILL"],
      ],
      ["an endless loop, by timeout", ["while (true) {}"], ["cell 1", "timeout", "3 s"], ["--timeout", "3"]],
      [
        "an endless wait, by timeout",
        ["await new Promise(() => {});"],
        ["cell 1", "timeout", "3 s"],
        ["--timeout", "3"],
      ],
    ];
    test.each(failures)("%s", async (_, cells, expected, args) => {
      const result = await run(cells, args);
      expect(result.text).toContain("FAILED");
      for (const part of expected)
        expect(result.text).toMatch(part instanceof RegExp ? part : new RegExp(literal(part)));
      expect(result.code).toBe(1);
      expect(result.reachedEnd).toBe(false);
      expect(existsSync(result.executed)).toBe(false);
      expect(existsSync(result.executed.replace(".ipynb", ".failed.ipynb"))).toBe(true);
    });

    test("a throw from a timer after the last cell", async () => {
      const result = await run(['setTimeout(() => {\n  throw new Error("too late");\n}, 250);']);
      expect(result.text).toContain("Error: too late");
      expect(result.text).toContain("thrown by cell 1");
      expect(result.code).toBe(1);
    });
  },
);

const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

describe("a good notebook", options, () => {
  const cells = [
    '// parameters\nconst steps = 3;\nconst name: string = "first";\nconst options = { rate: 1 };',
    'if (steps === 3) console.log("default");\nconsole.log(steps * 2, name, options.rate);',
  ];

  test("takes parameters as JSON or else as a string, and leaves the source alone", async () => {
    const result = await run(cells, [
      "-p",
      "steps=21",
      "-p",
      "name=한국어 요약",
      "-p",
      'options={"rate":0.5}',
    ]);
    expect(result.code, result.text).toBe(0);
    const executed = readNotebook(result.executed);
    expect(streamText(executed)).toBe("42 한국어 요약 0.5\n");
    expect(executed.cells[1]?.metadata).toEqual({ tags: ["injected-parameters"] });
    expect(readNotebook(`${result.folder}/short.ipynb`).cells).toHaveLength(3);
    expect(result.reachedEnd).toBe(true);
  });

  test("takes true and false, numbers with a sign, and words that look like numbers where a string is declared", async () => {
    const result = await run(
      [
        '// parameters\nconst quick = false;\nconst rate = 0.5;\nconst name = "first";\nconst list = [1];',
        "if (quick) console.log(rate * 2, name.length, list.length);",
      ],
      ["-p", "quick=true", "-p", "rate=-1e-3", "-p", "name=007", "-p", "list=[1,2,3]"],
    );
    expect(result.code, result.text).toBe(0);
    expect(streamText(readNotebook(result.executed))).toBe("-0.002 3 3\n");
    const refused = await run(["// parameters\nconst quick = false;"], ["-p", "quick=yes"]);
    expect(refused.code).toBe(2);
    expect(refused.text).toContain(
      "parameter quick: expected true or false, as its default false; found 'yes'",
    );
  });

  test("refuses an unknown parameter before anything runs", async () => {
    const result = await run(cells, ["-p", "stepz=4"]);
    expect(result.code).toBe(2);
    expect(result.text).toContain("unknown parameter 'stepz'");
    expect(result.text).toContain("name, options, steps");
    expect(result.reachedEnd).toBe(false);
  });

  test("refuses a value of another kind than the default", async () => {
    const result = await run(cells, ["-p", "steps=many"]);
    expect(result.code).toBe(2);
    expect(result.text).toContain("parameter steps: expected a number, as its default 3; found 'many'");
  });

  test("gives the same bytes when it is run again, without ids, times and paths of this machine", async () => {
    const folder = temporaryFolder();
    folders.push(folder);
    const source = `${folder}/again.ipynb`;
    writeNotebook(source, [
      'import { progress } from "./src/base/progress";\nconst bar = progress("단계", 4);\nfor (let i = 1; i <= 4; i++) bar.update(i, "loss 0.5");\nbar.finish();',
      "console.log(process.cwd() + '/data');",
    ]);
    const outs = [`${folder}/one`, `${folder}/two`];
    for (const out of outs) {
      const { code, text } = await runner([source, "--out", out]);
      expect(code, text).toBe(0);
    }
    const [one, two] = outs.map((out) => readFileSync(`${out}/again.ipynb`, "utf8"));
    expect(two).toBe(one);
    const notebook = JSON.parse(one ?? "");
    expect(notebook.cells.map((cell: { id: string }) => cell.id)).toEqual(["cell-0", "cell-1"]);
    expect(notebook.metadata.kernelspec.name).toBe("tslab");
    expect(one).toContain("단계");
    expect(one).not.toMatch(/\d s\b|남은/);
    expect(one).not.toContain(folder);
  });
});
