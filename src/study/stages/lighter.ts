// Stage "lighter": the main system in all its forms: size, memory, speed, scores, and which form to take.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { recommend } from "../../analysis/lighter";
import { writeJson } from "../../base/atomic-write";
import { progress } from "../../base/progress";
import { compareSystems } from "../../metrics/compare-systems";
import { METRICS, metricOf, PRIMARY } from "../../metrics/registry";
import type { ScoredSystem } from "../../metrics/score-system";
import { encodeItem } from "../../prompts/example";
import { loadTokenizer } from "../../prompts/tokenizer";
import { schemeName } from "../../quantization/scheme";
import type { Form, LighterComparison, LighterResults, LighterRow } from "../../results/lighter";
import { mainSystem } from "../../results/systems";
import { asFamily } from "../../statistics/paired-family";
import { defineStage } from "../define-stage";
import { writeOnnxFolder } from "../export-system";
import { FORMS, openEngineForm, openForm, weightsFile, writeEngineForms } from "../forms";
import { ROOT, RUNS } from "../stage";
import type { StudyContext } from "./context";
import { corpusStage, itemsOf } from "./corpus";
import { decodingStage } from "./decoding";
import { planFrom, type Quantization, quantizationStage } from "./quantization";
import { scorerNeeds, studyScorer } from "./scorer";
import { summarise } from "./summaries";
import { modelHash, openModel } from "./system-model";
import { modelNeeds } from "./train";

/** Timed one by one; of few texts, one in 24. */
const TIMED_TEXTS = 8;

/** Makes, times and scores every form of the main system, or finds that done. */
export const lighterStage = defineStage({
  name: () => "lighter",
  version: 3,
  needs: (study) => {
    const { id } = mainSystem(study);
    return {
      corpus: corpusStage.job(study),
      model: modelNeeds(study, id),
      quantization: quantizationStage.job(study, id),
      scorer: scorerNeeds(study),
    };
  },
  key: (study, { corpus, model, quantization, scorer }) => ({
    model: modelHash(model),
    quantization: quantization.key,
    corpus: corpus.value.hash,
    encoder: scorer.encoder.hash,
    layer: study.encoder.layer,
    maxNewTokens: study.decoding.maxNewTokens,
    forms: FORMS,
    metrics: METRICS.map(({ id, role }) => [id, role]),
  }),
  run: async ({ study, needs, directory }): Promise<Omit<LighterResults, "decoding">> => {
    const { corpus, model, quantization, scorer: parts } = needs;
    const system = mainSystem(study).id;
    const { base } = model;
    const { maxNewTokens } = study.decoding;
    const { decoder } = await openModel(study, model);
    writeEngineForms(directory, decoder, planFrom(quantization.value));
    decoder.dispose();
    await writeOnnxFolder(study, system, path.join(directory, "onnx"));

    const tokenizer = await loadTokenizer(base.folder);
    const items = itemsOf(corpus, "test-in-domain", "test-other");
    const prompts = items.map((item) => encodeItem(tokenizer, item).promptIds);
    const options = {
      maxNewTokens,
      stopIds: tokenizer.stopIds,
      padId: tokenizer.padId,
    };
    const timedTexts = Math.min(TIMED_TEXTS, Math.ceil(prompts.length / 24));
    const apart = Math.floor(prompts.length / timedTexts);
    const timed = path.join(directory, "prompts.json");
    writeJson(timed, { prompts: prompts.filter((_, i) => i % apart === 0).slice(0, timedTexts), options });

    const texts = new Map<Form, string[]>();
    for (const form of FORMS) {
      if (!form.startsWith("onnx")) {
        const opened = openEngineForm(directory, form);
        texts.set(form, summarise(opened, tokenizer, items, maxNewTokens, form).texts);
        opened.dispose();
        continue;
      }
      const writer = await openForm(directory, form, options);
      const bar = progress(form, prompts.length);
      const written: string[] = [];
      for (const prompt of prompts) {
        written.push(tokenizer.decode(await writer.write(prompt)).trim());
        bar.update(written.length);
      }
      bar.finish();
      await writer.dispose();
      texts.set(form, written);
    }

    const { scorer, encoder } = await studyScorer(study, parts, items);
    const scored = new Map(
      FORMS.map((form) => [form, scorer.score(system, base.name, texts.get(form)!)] as const),
    );
    encoder.dispose();
    const plain = texts.get("fp32")!;
    const rows = FORMS.map((form): LighterRow => {
      const { scores, interval95 } = scored.get(form)!.result;
      return {
        form,
        fileBytes: fs.statSync(weightsFile(directory, form)).size,
        ...measured(directory, form, timed),
        identical: texts.get(form)!.filter((text, i) => text === plain[i]).length,
        scores,
        interval95,
      };
    });
    const comparisons = compareWithPlain(scored);
    return {
      system,
      model: modelHash(model),
      texts: items.length,
      rows,
      comparisons,
      quantization: summary(quantization.value),
      recommended: {
        engine: recommend(rows, comparisons, "engine"),
        onnx: recommend(rows, comparisons, "onnx"),
      },
    };
  },
});

type Measured = Pick<LighterRow, "weightBytes" | "memoryBytes" | "firstTokenMs" | "tokensPerSecond">;

/** Memory and speed of a form, in a process of its own: what one form left behind never meets another. */
function measured(directory: string, form: Form, prompts: string): Measured {
  const command = path.join(ROOT, "src/study/commands/measure-form.ts");
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ["--require", path.join(ROOT, "node_modules/tsx/dist/cjs/index.cjs"), command, directory, form, prompts],
    { cwd: ROOT, encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`Measuring ${form} ended with exit ${status}: ${stderr.trim()}`);
  return JSON.parse(stdout.trim().split("\n").pop()!) as Measured;
}

/** Every form against fp32 in the engine; a metric and test set make a family for Holm. */
function compareWithPlain(scored: ReadonlyMap<Form, ScoredSystem>): LighterComparison[] {
  const plain = scored.get("fp32")!;
  const raw = FORMS.filter((form) => form !== "fp32").flatMap((form) =>
    compareSystems([scored.get(form)!, plain], { metrics: PRIMARY }).map(({ a, b, ...row }) => ({
      ...row,
      form,
    })),
  );
  const family = (row: { testSet: string; metric: string }) => `${row.testSet} ${row.metric}`;
  return [...new Set(raw.map(family))].flatMap((name) => {
    return asFamily(raw.filter((row) => family(row) === name)).map(
      ({ higher, ...row }): LighterComparison => {
        const isBetter = (higher === "a") !== (metricOf(row.metric).better === "lower");
        return { ...row, verdict: higher === "tie" ? "tie" : isBetter ? "better" : "worse" };
      },
    );
  });
}

function summary({ measured: divergences, budgetBytes, plan }: Quantization): LighterResults["quantization"] {
  const bitsByPart: Record<string, string> = {};
  for (const [matrix, scheme] of plan) {
    const part = matrix.replace(/^model\.(layers\.)?/, "").replace(/\.(\w+_proj\.)?weight$/, "");
    bitsByPart[part] = schemeName(scheme);
  }
  return { measured: divergences, budgetBytes, bitsByPart };
}

/** The forms' table with that of the ways of decoding, also written to lighter.json beside the study's results.json, where figures and report read it. */
export async function lighterResults(context: StudyContext): Promise<LighterResults> {
  const forms = await lighterStage(context);
  const decoding = await decodingStage(context);
  const value = { ...forms.value, decoding: decoding.value };
  writeJson(path.join(RUNS, context.name, "lighter.json"), value);
  return value;
}
