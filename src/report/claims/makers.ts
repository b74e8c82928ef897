// Who makes the numbers of a stage: the cell of a notebook that calls its definition, or a command.
import type { StudyResults } from "../../results/study-results";
import { systemsOf } from "../../results/systems";

/** What no notebook makes. */
const COMMANDS: Record<string, string> = {
  seeds: "npm run seeds",
  study: "npm run study",
  tests: "npm test",
  report: "npm run report",
  published: "data/published.json",
};

export interface Cell {
  notebook: string;
  cell: number;
  source: string;
}

/** Notebook and cell, or command, of a stage; of one that no cell calls, those of the results. */
export function makerOf(
  stage: string,
  cells: readonly Cell[],
  results: Pick<StudyResults, "calls" | "recipes">,
): { notebook: string; cell: number | null } {
  const command = COMMANDS[stage];
  if (command !== undefined) return { notebook: command, cell: null };
  const call = results.calls[stage] ?? results.calls.results;
  const calling = cells.filter(({ source }) => source.includes(`${call}(study`));
  // Teachers are trained in a notebook before their students'.
  const student = systemsOf(results).some(({ id, role }) => stage === `train-${id}` && role !== "teacher");
  const found = calling[student ? calling.length - 1 : 0];
  return found ? { notebook: found.notebook, cell: found.cell } : { notebook: "npm run study", cell: null };
}

/** Place of a stage in the order in which they run; -1 of one that the results were collected from under no name of its own. */
export const placeInOrder = (stage: string, { calls }: Pick<StudyResults, "calls">): number =>
  [...Object.keys(calls), ...Object.keys(COMMANDS)].indexOf(stage);
