// The claims: every number that report and READMEs show, with where it is read, how it was made and how far it may differ.
// Written by `npm run report` as data/claims.json from the very marks that put the numbers there; read by `npm run check`.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Made, madeOf, type Rerun } from "../../results/made";
import type { StudyResults } from "../../results/study-results";
import { isQuoted, pieces } from "../marks";
import { type Origin, pathOf, place as placeAt, placesOf } from "../origin";
import { evaluate, type Numbers, type Sources } from "../quantity";
import { type Cell, makerOf, placeInOrder } from "./makers";
import { shownAgrees } from "./shown";
import { statementOf } from "./statement";

export interface Claim {
  id: string;
  statement: string;
  /** Notebook and number of its cell, counted from 1 over all cells; of what no notebook makes, the command. */
  notebook: string;
  cell: number | null;
  artifact: string;
  path: string;
  stage: string;
  rerun: Rerun;
  value: number;
  /** Largest difference between the value and what is read or recomputed from the artifacts. */
  tolerance: number;
  /** Largest difference from a new run elsewhere; null where a new run is not held to it (times, speeds). */
  rerunTolerance: number | null;
  seed: number | null;
  /** How the number stands in the documents. */
  shown: string[];
  places: string[];
}

export interface Claims {
  /** What holds for all: the commit and the machine of the run. */
  commit: string;
  machine: Record<string, string>;
  profile: string;
  claims: Claim[];
}

function codeCells(folder: string): Cell[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".ipynb"))
    .sort()
    .flatMap((file) => {
      const { cells } = JSON.parse(readFileSync(join(folder, file), "utf8")) as {
        cells: { cell_type: string; source: string | string[] }[];
      };
      return cells.flatMap(({ cell_type, source }, i) =>
        cell_type === "code" ? [{ notebook: file, cell: i + 1, source: [source].flat().join("") }] : [],
      );
    });
}

/** What is declared of a number, or of all that a formula takes: the last of the stages, the loosest of the bounds. */
function madeFrom(
  places: readonly Made[],
  results: StudyResults,
): Pick<Made, "artifact" | "stage" | "rerun"> {
  const [{ artifact }] = places as [Made, ...Made[]];
  const stage = places
    .map((made) => made.stage)
    .sort((a, b) => placeInOrder(b, results) - placeInOrder(a, results))[0]!;
  const reruns = places.map(({ rerun }) => rerun);
  const rerun =
    places.length === 1 || reruns.every((one) => one === "exact")
      ? reruns[0]!
      : reruns.includes("timing")
        ? "timing"
        : "free";
  return { artifact, stage, rerun };
}

/** How far a new run may be away; null where it is held to nothing. */
function rerunTolerance(
  rerun: Rerun,
  origin: Origin,
  places: readonly Made[],
  sources: Sources,
): number | null {
  if (rerun === "exact") return 0;
  if (rerun !== "interval" || !("keys" in origin)) return null;
  const [low, high] = ["0", "1"].map((end) => evaluate(sources, placeAt(...places[0]!.interval!, end)));
  return low !== undefined && high !== undefined ? (high - low) / 2 : null;
}

/** An id without the artifacts' names; what rules find lies in no file and keeps its own. */
const pathsIn = (origin: Origin): string =>
  "keys" in origin
    ? pathOf(origin.keys.slice(origin.keys[0] === "findings" ? 0 : 1))
    : `${origin.formula}(${origin.of.map(pathsIn).join(",")})`;

/** A document's texts, with marks, under the name of its file. */
export interface MarkedDocument {
  place: string;
  texts: string[];
  /** What the marks stand for. */
  numbers: Numbers;
}

/**
 * All claims of the documents. Throws where a number shown does not agree with its value in the sources: then a renderer
 * has shown something else than what its mark says.
 */
export function claimsOf(
  documents: readonly MarkedDocument[],
  sources: Sources,
  run: { commit: string; machine: Record<string, string>; profile: string; seed: number },
  notebooks = "notebooks",
): Claims {
  const cells = codeCells(notebooks);
  const found = new Map<string, Claim>();
  for (const { place, texts, numbers } of documents) {
    for (const piece of texts.flatMap(pieces)) {
      if (piece.id === undefined || isQuoted(piece)) continue;
      const { id } = piece;
      let claim = found.get(id);
      if (!claim) {
        const origin = numbers.get(id)?.origin;
        const value = origin && evaluate(sources, origin);
        if (!origin || value === undefined)
          throw new Error(`${place}: ${piece.text} comes from ${id}, which has no value.`);
        const made = placesOf(origin).map(({ keys }) => madeOf(keys));
        const results = sources.results as StudyResults;
        const from = madeFrom(made, results);
        const seed = made[0]!.named.seed;
        claim = {
          id,
          statement: statementOf(origin, sources),
          ...makerOf(from.stage, cells, results),
          ...from,
          path: pathsIn(origin),
          value,
          tolerance: Number.isInteger(value) ? 0 : 1e-9 * Math.max(1, Math.abs(value)),
          rerunTolerance: rerunTolerance(from.rerun, origin, made, sources),
          // What was published or recorded has no seed of a run.
          seed: ["published", "report", "tests", "study"].includes(from.stage)
            ? null
            : seed === undefined || seed === "*"
              ? run.seed
              : Number(seed),
          shown: [],
          places: [],
        };
        found.set(id, claim);
      }
      if (!shownAgrees(claim.value, piece.text)) {
        throw new Error(`${place}: ${id} is ${claim.value} and is shown as ${piece.text}.`);
      }
      if (!claim.shown.includes(piece.text)) claim.shown.push(piece.text);
      if (!claim.places.includes(place)) claim.places.push(place);
    }
  }
  return {
    commit: run.commit,
    machine: run.machine,
    profile: run.profile,
    claims: [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
  };
}

/** The claims as a file: one claim a line, so that a change shows as the lines that changed. */
export function claimsFile({ claims, ...head }: Claims): string {
  const lines = claims.map((claim) => `  ${JSON.stringify(claim)}`);
  const top = Object.entries(head).map(
    ([key, value]) => ` ${JSON.stringify(key)}: ${JSON.stringify(value)},\n`,
  );
  return `{\n${top.join("")} "claims": [\n${lines.join(",\n")}\n ]\n}\n`;
}
