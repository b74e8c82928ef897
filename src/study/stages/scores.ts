// Stage "scores": every system on both test sets, and which differences between them are more than chance.
import * as path from "node:path";
import { writeFileAtomic } from "../../base/atomic-write";
import { compareSystems } from "../../metrics/compare-systems";
import { COMPARED, METRICS } from "../../metrics/registry";
import { samplesOf } from "../../metrics/sample-rows";
import { encodeItem } from "../../prompts/example";
import { loadTokenizer } from "../../prompts/tokenizer";
import type { Provenance } from "../../results/provenance";
import type { Comparison, SystemResult } from "../../results/scores";
import { modelName } from "../file/load";
import { type Artifact, hashOf, stage } from "../stage";
import { studentModel } from "../systems";
import { baseModel, encoderFiles } from "./base-model";
import type { StudyContext } from "./context";
import { corpusStage, itemsOf } from "./corpus";
import { studyScorer, TOKENIZERS } from "./scorer";
import { readTexts, summaries } from "./summaries";
import { modelHash } from "./train";

export interface Scores {
  systems: SystemResult[];
  comparisons: Comparison[];
  provenance: Provenance;
}

/** Scores all systems, or finds them scored; samples.jsonl lies in its folder. */
export async function scoreStage(context: StudyContext): Promise<Artifact<Scores>> {
  const ids = Object.keys(context.recipes);
  const corpus = await corpusStage(context);
  const written: Artifact<unknown>[] = [];
  for (const system of ids) written.push(await summaries(context, system));
  const models = {} as Provenance["models"];
  for (const system of ids) models[system] = await modelHash(context, system);
  const inputs = {
    summaries: written.map((w) => w.key),
    corpus: corpus.value.hash,
    encoder: (await encoderFiles(context)).hash,
    layer: context.encoder.layer,
    tokenizers: TOKENIZERS,
    metrics: METRICS.map(({ id, role }) => [id, role]),
  };
  return stage(context, "scores", 4, inputs, async (directory) => {
    const items = itemsOf(corpus, "test-in-domain", "test-other");
    const { scorer, encoder, encoderTokenizer } = await studyScorer(context, items);
    const scored = ids.map((system, i) => {
      const texts = readTexts(written[i]!.directory);
      return scorer.score(
        system,
        modelName(context, context.recipes[system]!.base),
        items.map((item) => texts.get(item.id) ?? ""),
      );
    });
    encoder.dispose();
    const tokenizer = await loadTokenizer((await baseModel(context, studentModel(context))).folder);
    const prompts = items.map((item) => encodeItem(tokenizer, item).promptIds);
    const rows = samplesOf(items, scored, prompts);
    writeFileAtomic(
      path.join(directory, "samples.jsonl"),
      rows.map((row) => `${JSON.stringify(row)}\n`).join(""),
    );
    return {
      systems: scored.map((s) => s.result),
      comparisons: compareSystems(scored, { metrics: COMPARED }),
      provenance: {
        data: corpus.value.hash,
        prompts: hashOf(prompts),
        models,
        predictions: Object.fromEntries(
          scored.map((s) => [s.result.system, hashOf(s.texts)]),
        ) as Provenance["predictions"],
        encoder: {
          name: modelName(context, context.encoder.model),
          layer: context.encoder.layer,
          model: encoder.hash,
          tokenizer: encoderTokenizer.hash,
        },
        signatures: scored[0]!.signatures,
      },
    };
  });
}
