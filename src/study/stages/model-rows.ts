// Stage "model-scores": the four compared models' untuned summaries scored like the systems.
import { METRICS } from "../../metrics/registry";
import type { ModelRow } from "../../results/models";
import { stage } from "../stage";
import { encoderFiles } from "./base-model";
import { compareModel } from "./compare-models";
import type { StudyContext } from "./context";
import { corpusStage, itemsOf } from "./corpus";
import { studyScorer, TOKENIZERS } from "./scorer";
import { readTexts } from "./summaries";

const SHOWN_SAMPLES = 6;

/** The rows of the model comparison, in the study's order. */
export async function modelRows(context: StudyContext): Promise<ModelRow[]> {
  const corpus = await corpusStage(context);
  const compared: Awaited<ReturnType<typeof compareModel>>[] = [];
  for (const model of context.compared) compared.push(await compareModel(context, model));
  const inputs = {
    compared: compared.map((c) => c.key),
    encoder: (await encoderFiles(context)).hash,
    layer: context.encoder.layer,
    tokenizers: TOKENIZERS,
    metrics: METRICS.map(({ id }) => id),
  };
  const { value } = await stage(context, "model-scores", 2, inputs, async () => {
    const items = itemsOf(corpus, "test-in-domain", "test-other");
    const { scorer, encoder } = await studyScorer(context, items);
    const step = Math.floor(items.length / SHOWN_SAMPLES);
    const rows = compared.map(({ value: costs, directory }): ModelRow => {
      const texts = readTexts(directory);
      const { result } = scorer.score(
        "untuned",
        costs.model,
        items.map((item) => texts.get(item.id) ?? ""),
      );
      const shown = items.filter((_, i) => i % step === 0).slice(0, SHOWN_SAMPLES);
      return {
        ...costs,
        scores: result.scores,
        samples: shown.map(({ id }) => ({ id, text: texts.get(id) ?? "" })),
      };
    });
    encoder.dispose();
    return rows;
  });
  return value;
}
