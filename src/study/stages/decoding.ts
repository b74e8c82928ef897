// Stage "decoding": plain, prompt-lookup and speculative decoding of the same documents, side by side, one prompt at a time.
import { progress } from "../../base/progress";
import { newTokenLimit } from "../../generation/context-end";
import { type Drafter, lookupDrafter, modelDrafter } from "../../generation/draft";
import { generate } from "../../generation/generate";
import { generateSpeculative } from "../../generation/speculative";
import type { Decoder } from "../../models/decoder";
import { encodeItem } from "../../prompts/example";
import type { DecodingRow } from "../../results/lighter";
import { mainSystem, type SystemId } from "../../results/systems";
import { defineStage } from "../define-stage";
import type { StudyContext } from "./context";
import { corpusStage, itemsOf } from "./corpus";
import { modelHash, openModel } from "./system-model";
import { modelNeeds } from "./train";

const DOCUMENTS = 24;
const DRAFT_TOKENS = 4;

/**
 * Times the teacher (alone, by lookup, drafted by the student) and the student (alone, by lookup); one that nobody taught
 * stands alone.
 */
export const decodingStage = defineStage({
  name: () => "decoding",
  version: 2,
  needs: (study) => ({
    corpus: corpusStage.job(study),
    models: timed(study).map((system) => modelNeeds(study, system)),
  }),
  key: (study, { corpus, models }) => ({
    models: models.map(modelHash),
    corpus: corpus.value.hash,
    maxNewTokens: study.decoding.maxNewTokens,
  }),
  run: async ({ study, needs: { corpus, models } }): Promise<DecodingRow[]> => {
    const { maxNewTokens } = study.decoding;
    const systems = timed(study);
    const teacher = systems.length > 1 ? systems[0] : undefined;
    const opened: Awaited<ReturnType<typeof openModel>>[] = [];
    for (const model of models) opened.push(await openModel(study, model));
    const { decoder: studentDecoder, tokenizer } = opened[opened.length - 1]!;
    const all = itemsOf(corpus, "test-in-domain", "test-other");
    const apart = Math.max(1, Math.floor(all.length / DOCUMENTS));
    const prompts = all
      .filter((_, i) => i % apart === 0)
      .slice(0, DOCUMENTS)
      .map((item) => encodeItem(tokenizer, item).promptIds);
    const { stopIds, padId, vocabSize } = tokenizer;
    const options = { maxNewTokens, stopIds, vocabSize };
    const plain = (decoder: Decoder) => (prompt: number[]) => {
      const ids = generate(decoder, [prompt], { ...options, padId })[0]!;
      const passes = Math.min(
        ids.length + 1,
        newTokenLimit(decoder.config, prompt.length, options.maxNewTokens),
      );
      return { ids, passes, drafted: 0, accepted: 0 };
    };
    const drafted = (decoder: Decoder, drafter: Drafter) => (prompt: number[]) =>
      generateSpeculative(decoder, drafter, prompt, { ...options, draftTokens: DRAFT_TOKENS });
    const ways = systems.flatMap((system, i) => {
      const { decoder } = opened[i]!;
      const of = (method: DecodingRow["method"], run: ReturnType<typeof drafted>) => ({
        system,
        method,
        run,
      });
      return [
        of("plain", plain(decoder)),
        of("lookup", drafted(decoder, lookupDrafter())),
        ...(system === teacher
          ? [of("student", drafted(decoder, modelDrafter(studentDecoder, vocabSize)))]
          : []),
      ];
    });
    for (const { run } of ways) run(prompts[0]!);
    const rows = ways.map(({ system, method }): DecodingRow => {
      return {
        system,
        method,
        texts: prompts.length,
        identical: 0,
        tokens: 0,
        passes: 0,
        drafted: 0,
        accepted: 0,
        seconds: 0,
      };
    });
    const bar = progress("decoding", prompts.length);
    for (const [i, prompt] of prompts.entries()) {
      const alone = new Map<string, string>();
      // Every way in turn for each document: what else the machine does meets all of them alike.
      for (const [w, { system, method, run }] of ways.entries()) {
        const row = rows[w]!;
        const started = performance.now();
        const result = run(prompt);
        row.seconds += (performance.now() - started) / 1000;
        row.tokens += result.ids.length;
        row.passes += result.passes;
        row.drafted += result.drafted;
        row.accepted += result.accepted;
        if (method === "plain") alone.set(system, result.ids.join());
        if (alone.get(system) === result.ids.join()) row.identical++;
      }
      bar.update(i + 1);
    }
    bar.finish();
    for (const { decoder } of opened) decoder.dispose();
    return rows;
  },
});

/** The teacher of the main system, where it has one, and that system. */
function timed(study: StudyContext): SystemId[] {
  const { id, recipe } = mainSystem(study);
  return recipe.teacher ? [recipe.teacher.recipe, id] : [id];
}
