// The claims: every number that report and READMEs show, with where it is read, how it was made and how far it may differ.
// Written by `npm run report` as data/claims.json from the very marks that put the numbers there; read by `npm run check`.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { evaluate, pieces, type Sources } from "../quantity";
import { isQuoted } from "../quoted";
import { shownAgrees } from "./shown";
import { MAKERS, statementOf } from "./statement";

export interface Claim {
  id: string;
  statement: string;
  /** Notebook and number of its cell, counted from 1 over all cells; of what no notebook makes, the command. */
  notebook: string;
  cell: number | null;
  artifact: string;
  path: string;
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

const ARTIFACTS: Record<string, string> = {
  results: "reports/results.json",
  samples: "reports/samples.jsonl",
  published: "data/published.json",
  records: "reports/records.json",
  // Rules over the audit in the results: src/report/audit-findings.ts.
  findings: "reports/results.json",
};

interface Cell {
  notebook: string;
  cell: number;
  source: string;
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

function makerOf(id: string, cells: readonly Cell[]): { notebook: string; cell: number | null } {
  const maker = MAKERS.find(([pattern]) => pattern.test(id))?.[1];
  if (!maker) return { notebook: "", cell: null };
  if ("command" in maker) return { notebook: maker.command, cell: null };
  const found = cells.find(({ source }) => source.includes(maker.call));
  return found ? { notebook: found.notebook, cell: found.cell } : { notebook: "npm run study", cell: null };
}

/** Times and speeds, and what follows from the mix of bits, which is chosen by measured divergences. */
const MEASURED =
  /seconds|perSecond|PerSecond|firstTokenMs|memoryBytes|records\/|lighter\/rows\/(?:mixed|onnx-q4)\/fileBytes/;

/** Half of a score's 95 % interval: another processor rounds otherwise, and a training goes another way as with another seed. */
function rerunTolerance(id: string, sources: Sources): number | null {
  if (MEASURED.test(id)) return null;
  if (/^published\/|architecture|counts|settings|parameters|fileBytes|topK|\/items$/.test(id)) return 0;
  const scored = /^(results\/(?:systems|lighter\/rows)\/[^/]+)\/scores\/([^/]+)\/(.+)$/.exec(id);
  if (scored) {
    const [, owner, set, metric] = scored;
    const [low, high] = [0, 1].map((end) => evaluate(sources, `${owner}/interval95/${set}/${metric}/${end}`));
    if (low !== undefined && high !== undefined) return (high - low) / 2;
  }
  return null;
}

/** A document's texts, with marks, under the name of its file. */
export interface MarkedDocument {
  place: string;
  texts: string[];
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
  for (const { place, texts } of documents) {
    for (const piece of texts.flatMap(pieces)) {
      if (piece.id === undefined || isQuoted(piece)) continue;
      const { id } = piece;
      let claim = found.get(id);
      if (!claim) {
        const value = evaluate(sources, id);
        if (value === undefined)
          throw new Error(`${place}: ${piece.text} comes from ${id}, which has no value.`);
        const source = /(results|samples|published|records|findings)\//.exec(id)?.[1] ?? "";
        claim = {
          id,
          statement: statementOf(id),
          ...makerOf(id, cells),
          artifact: ARTIFACTS[source] ?? "",
          path: id.replace(/\b(results|samples|published|records)\//g, ""),
          value,
          tolerance: Number.isInteger(value) ? 0 : 1e-9 * Math.max(1, Math.abs(value)),
          rerunTolerance: rerunTolerance(id, sources),
          seed: /^(results|samples|findings)/.test(source)
            ? /results\/seeds\/(\d+)/.exec(id)
              ? Number(/seeds\/(\d+)/.exec(id)![1])
              : run.seed
            : null,
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
