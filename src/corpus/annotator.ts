// Reference summaries as different annotators would write them: a core sentence, then one to three further facts.
// The variety is deliberate: two annotators of one document agree only in part, so no system can reach ROUGE 1.
import type { Draw } from "./draw";
import { fill } from "./draw";
import type { Draft, Kind } from "./kind";

const CORE_SHARES = [0.5, 0.3, 0.2];
const WORDING_SHARES = [0.65, 0.35];
const COUNT_SHARES = [0.2, 0.6, 0.2];
const USUAL_ORDER = 0.7;

/** The slots that a template names. */
export const slotNames = (template: string): string[] =>
  [...template.matchAll(/\{(\w+)\}/g)].map((match) => match[1] as string);

/** One annotator's summary of a draft. */
export function summarise(draw: Draw, kind: Kind, draft: Draft): string {
  const { random } = draw;
  const core = kind.core[random.weighted(CORE_SHARES)]!;
  const told = slotNames(core);
  // Nobody says in a further sentence only what the first one has said.
  const left = kind.further.flatMap((further, i) =>
    slotNames(further.wordings[0]).every((name) => told.includes(name)) ? [] : [i],
  );
  const count = Math.min(left.length, 1 + random.weighted(COUNT_SHARES));
  const chosen: number[] = [];
  for (let n = 0; n < count; n++) {
    const at = random.weighted(left.map((i) => kind.further[i]!.weight));
    chosen.push(...left.splice(at, 1));
  }
  if (draw.chance(USUAL_ORDER)) chosen.sort((a, b) => a - b);
  const templates: string[] = [core];
  for (const i of chosen) templates.push(kind.further[i]!.wordings[random.weighted(WORDING_SHARES)]!);
  return templates.map((template) => fill(template, draft.slots)).join(" ");
}

/** One annotator's sentence on one fact, with the facts it uses; for tasks other than summarising. */
export function clauses(draw: Draw, kind: Kind, count: number): string[] {
  const groups: (readonly string[])[] = [kind.core, ...kind.further.map((f) => f.wordings)];
  return draw.random
    .shuffle(groups)
    .slice(0, count)
    .map((wordings) => draw.choice(wordings));
}
