// The rooms of src import only from rooms before them, and one file alone opens TensorFlow's package.
import * as fs from "node:fs";
import * as path from "node:path";
import { expect, it } from "vitest";

const SRC = path.resolve(__dirname, "../../src");
/** The rooms in the order in which docs/architecture.md lists them. */
const MAP = fs.readFileSync(path.resolve(__dirname, "../../docs/architecture.md"), "utf8");
const ROOMS = [...MAP.matchAll(/^\| ([a-z]+) \| (?!what it knows)/gm)].map(([, room]) => room!);

const files = (fs.readdirSync(SRC, { recursive: true }) as string[]).filter(
  // The command line stands above all rooms.
  (file) => file.endsWith(".ts") && file !== "cli.ts",
);
const textOf = (file: string) => fs.readFileSync(path.join(SRC, file), "utf8");
const IMPORT = /(?:from|require\(|import\()\s*"([^"]+)"/g;
const importsOf = (file: string) => [...textOf(file).matchAll(IMPORT)].map(([, id]) => id!);
/** Imports that exist at run time: those of types alone vanish. */
const loadedBy = (file: string) =>
  [
    ...textOf(file)
      .replace(/^(?:import|export) type [^;]*;/gm, "")
      .matchAll(IMPORT),
  ].map(([, id]) => id!);

it("finds the rooms of the design", () => {
  expect([...new Set(files.map((file) => file.split(path.sep)[0]))].sort()).toEqual([...ROOMS].sort());
});

it("imports flow one way", () => {
  const backwards = files.flatMap((file) => {
    const room = ROOMS.indexOf(file.split(path.sep)[0]!);
    return importsOf(file)
      .filter((id) => id.startsWith("."))
      .map((id) => path.relative(SRC, path.resolve(SRC, path.dirname(file), id)).split(path.sep)[0]!)
      .filter((target) => ROOMS.indexOf(target) > room)
      .map((target) => `${file} imports from ${target}`);
  });
  expect(backwards).toEqual([]);
});

it("no import goes in a circle", () => {
  const resolve = (file: string, id: string) =>
    `${path.relative(SRC, path.resolve(SRC, path.dirname(file), id))}.ts`;
  const graph = new Map(
    files.map((file) => [
      file,
      loadedBy(file)
        .filter((id) => id.startsWith("."))
        .map((id) => resolve(file, id)),
    ]),
  );
  const done = new Set<string>();
  const visit = (file: string, trail: string[]): string | undefined => {
    if (trail.includes(file)) return [...trail.slice(trail.indexOf(file)), file].join(" -> ");
    if (done.has(file)) return undefined;
    for (const target of graph.get(file) ?? []) {
      const circle = visit(target, [...trail, file]);
      if (circle) return circle;
    }
    done.add(file);
    return undefined;
  };
  expect(files.map((file) => visit(file, [])).filter(Boolean)).toEqual([]);
});

it("only the engine's door loads the TensorFlow package", () => {
  const loading = files.filter((file) => importsOf(file).includes("@tensorflow/tfjs-node-gpu"));
  expect(loading.sort()).toEqual([path.join("engine", "load-engine.ts"), path.join("engine", "tf.ts")]);
});
