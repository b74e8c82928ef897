// What a notebook's cell calls to make a stage: the name of its definition, or of the helper that a notebook asks in its place.
import { type Job, withNeeds } from "../define-stage";
import { corpusStage } from "./corpus";
import { lighterStage } from "./lighter";
import { modelLogits } from "./model-logits";
import { modelRows } from "./model-rows";
import { retrievalStage } from "./retrieval";
import { scoreStage } from "./scores";
import { trainSystem } from "./train";

const CALLED: Record<string, unknown> = {
  ...{ corpusStage, modelRows, trainSystem, scoreStage, retrievalStage },
  ...{ teacherLogits: modelLogits, lighterResults: lighterStage },
};

/** By stage, in the order in which they run: those of the jobs and of what they need that a notebook shows. */
export function callsOf(jobs: readonly Job[]): Record<string, string> {
  const names = new Map(Object.entries(CALLED).map(([name, definition]) => [definition, name]));
  const called = withNeeds(jobs).flatMap(({ stage, definition }) => {
    const name = names.get(definition);
    return name === undefined ? [] : [[stage, name] as const];
  });
  return Object.fromEntries(called);
}
