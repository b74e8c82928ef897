// Sequence-level distillation (Kim & Rush 2016): the teacher's own texts, as captured, in place of the summaries.
import type { Example } from "../prompts/example";
import type { LogitCache } from "./cache";

/** The examples with the cached tokens as targets: sequence-level distillation learns the teacher's own texts. */
export function withCachedTargets(examples: readonly Example[], cache: LogitCache): Example[] {
  return examples.map((example) => ({ ...example, targetIds: [...cache.row(example.id).targetIds] }));
}
