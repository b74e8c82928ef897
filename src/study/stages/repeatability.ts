// Stage "repeatability": the report claims that the same input gives almost the same text; here it is written again and compared.
import { generate } from "../../generation/generate";
import { encodeItem } from "../../prompts/example";
import type { RepeatedRun } from "../../results/audit";
import type { StudyResults } from "../../results/study-results";
import { mainSystem, type SystemId } from "../../results/systems";
import { defineStage } from "../define-stage";
import { corpusStage, itemsOf } from "./corpus";
import { readTexts, summaries, summarise } from "./summaries";
import { openModel } from "./system-model";
import { modelNeeds } from "./train";

/** Documents at once where the first run took 64, and documents summarised alone. */
const OTHER_BATCH = 7;
const SINGLE_ITEMS = 20;

/** Summarises every test document twice more: in the same batches, in others, and some alone, without padding. */
export const repeatabilityStage = defineStage({
  name: () => "repeatability",
  version: 2,
  needs: (study) => {
    const { id } = mainSystem(study);
    return { first: summaries.job(study, id), corpus: corpusStage.job(study), model: modelNeeds(study, id) };
  },
  key: (_, { first }) => ({ summaries: first.key }),
  run: async ({ study, needs: { first, corpus, model } }): Promise<RepeatedRun[]> => {
    const { maxNewTokens } = study.decoding;
    const { decoder, tokenizer } = await openModel(study, model);
    const items = itemsOf(corpus, "test-in-domain", "test-other");
    const texts = readTexts(first.directory);
    const identical = (of: typeof items, again: readonly string[]) =>
      of.filter((item, i) => texts.get(item.id) === again[i]).length;
    const inBatches = (of: typeof items, batchSize: number) =>
      generate(
        decoder,
        of.map((item) => encodeItem(tokenizer, item).promptIds),
        {
          maxNewTokens,
          batchSize,
          stopIds: tokenizer.stopIds,
          padId: tokenizer.padId,
          vocabSize: tokenizer.vocabSize,
        },
      ).map((ids) => tokenizer.decode(ids).trim());
    const same = summarise(decoder, tokenizer, items, maxNewTokens, "summaries again").texts;
    const turned = [...items].reverse();
    const alone = items.slice(0, SINGLE_ITEMS);
    const runs: RepeatedRun[] = [
      { composition: "same", items: items.length, identical: identical(items, same) },
      {
        composition: "other",
        items: items.length,
        identical: identical(turned, inBatches(turned, OTHER_BATCH)),
      },
      { composition: "single", items: alone.length, identical: identical(alone, inBatches(alone, 1)) },
    ];
    decoder.dispose();
    return runs;
  },
});

/** The hardest of the runs, as the report's claims are judged by: documents alone, where the first run padded them. */
export function repeatabilityOf(
  system: SystemId,
  runs: readonly RepeatedRun[],
): StudyResults["repeatability"] {
  const { items, identical } = runs.find(({ composition }) => composition === "single")!;
  return { system, items, identical };
}
