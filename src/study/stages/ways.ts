// The ways to distil, compared: logits from the cache, from the teacher in memory, over the teacher's own texts; five
// losses; all weights and LoRA; each beside its control, cross-entropy alone with the same steps.
import * as fs from "node:fs";
import * as path from "node:path";
import { writeJson } from "../../base/atomic-write";
import { progress } from "../../base/progress";
import { LogitCache, LogitCacheWriter } from "../../distillation/cache";
import { withCachedTargets } from "../../distillation/cached-targets";
import { captureGenerated } from "../../distillation/capture";
import { distillStep } from "../../distillation/distill";
import { optionsDuring } from "../../distillation/divergences/registry";
import { scoreFacts } from "../../metrics/facts/facts";
import { rougeItems } from "../../metrics/rouge/rouge";
import { whitespaceTokenizer } from "../../metrics/rouge/tokenizers";
import { RougeVocabulary } from "../../metrics/rouge/vocabulary";
import type { Decoder } from "../../models/decoder";
import { loadDecoder } from "../../models/load";
import { type ChatTokenizer, loadTokenizer } from "../../prompts/tokenizer";
import { meanInterval95, meanOf } from "../../statistics/significance";
import { crossEntropyStep } from "../../training/finetune";
import { removeCheckpoint } from "../../training/loop";
import { type Artifact, ROOT, stage } from "../stage";
import { baseModel } from "./base-model";
import type { StudyContext } from "./context";
import { corpusStage, itemsOf } from "./corpus";
import { type Data, examples, type Fit, type FittedRun, runSettings } from "./fit";
import { readTexts, summaries, summarise, writeTexts } from "./summaries";
import { teacherLogits } from "./teacher-logits";
import { fitAllWeights, openTeacherLogits } from "./train-full";
import { adaptedDecoder, fitAdapter, loraDecoder, trainLora } from "./train-lora";
import { trainSystem } from "./train-system";

/**
 * Where the teacher's part comes from. "none": cross-entropy on the summaries. "cache": the stored logits over the
 * summaries. "online": the teacher runs beside the student. "texts": cross-entropy on what the teacher wrote (Kim & Rush
 * 2016). "texts-and-logits": what it wrote, with its logits taken while it wrote.
 */
export type TeacherSource = "none" | "cache" | "online" | "texts" | "texts-and-logits";

export interface Way {
  student: "full" | "lora";
  source: TeacherSource;
  loss?: string;
}

/** One trained student with its scores; ROUGE-1 F over whitespace words, means over a test set's items. */
export interface WayRow extends Way {
  /** Nats per token of the validation summaries, at the last step. */
  validationLoss: number;
  steps: number;
  seconds: number;
  scores: Record<"in-domain" | "other", WayScores>;
}

interface WayScores {
  items: number;
  rouge1: number;
  rouge1Interval95: [number, number];
  keptFacts: number;
  inventedFacts: number;
}

export interface WayResults {
  profile: string;
  seed: number;
  alpha: number;
  temperature: number;
  rows: WayRow[];
}

const of = (student: Way["student"], source: TeacherSource, ...losses: string[]): Way[] =>
  losses.length > 0 ? losses.map((loss) => ({ student, source, loss })) : [{ student, source }];

/** What is compared, controls first, in the order in which it is trained. */
export const WAYS: readonly Way[] = [
  ...of("full", "none"),
  ...of("lora", "none"),
  ...of("full", "cache", "forward-kl", "reverse-kl", "jsd", "tvd", "taid"),
  ...of("full", "texts"),
  ...of("full", "online", "forward-kl"),
  ...of("lora", "cache", "forward-kl"),
  ...of("full", "texts-and-logits", "forward-kl"),
  ...of("lora", "texts"),
  ...of("lora", "cache", "reverse-kl", "jsd", "tvd", "taid"),
  ...of("lora", "online", "forward-kl"),
];

/** Where TAID's target begins: arXiv 2501.16937. */
const TAID_START = 0.4;
/** What the losses of the sweep ask for beside alpha and temperature. */
const PARAMETERS: Record<string, Record<string, number>> = {
  jsd: { beta: 0.5 },
  taid: { interpolation: TAID_START },
};
const CAPTURE_BATCH = 64;

const fileOf = ({ profile }: StudyContext): string => path.join(ROOT, "data", `ways-${profile.name}.json`);

/** What `npm run ways` recorded for this profile; undefined when it was not run, or the data are the user's own. */
export function wayResults(context: StudyContext): WayResults | undefined {
  const file = fileOf(context);
  return !context.dataFile && fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : undefined;
}

/** Trains and scores every way, or finds it done, and records the rows in data/ways-<profile>.json after each. */
export async function recordWays(
  context: StudyContext,
  onRow: (row: WayRow) => void = () => {},
): Promise<WayResults> {
  const { alpha, temperature } = context.profile.distillation;
  const results: WayResults = {
    profile: context.profile.name,
    seed: context.seed,
    alpha,
    temperature,
    rows: [],
  };
  for (const way of WAYS) {
    const row = await wayRow(context, way);
    results.rows.push(row);
    writeJson(fileOf(context), results);
    onRow(row);
  }
  return results;
}

/** Three of the ways are systems of the study and trained there. */
async function wayRow(context: StudyContext, way: Way): Promise<WayRow> {
  const system =
    way.source === "none"
      ? (`${way.student}-student` as const)
      : way.student === "full" && way.source === "cache" && way.loss === "forward-kl"
        ? "distilled"
        : undefined;
  const run = system ? await trainSystem(context, system) : await trainWay(context, way);
  const texts = system ? await summaries(context, system) : await waySummaries(context, way, run);
  const corpus = await corpusStage(context);
  const written = readTexts(texts.directory);
  const scores = (split: "test-in-domain" | "test-other"): WayScores => {
    const items = itemsOf(corpus, split);
    const predictions = items.map(({ id }) => written.get(id) ?? "");
    const rouge = rougeItems(
      items.map(({ summary }) => summary),
      predictions,
      new RougeVocabulary(whitespaceTokenizer),
    ).scores.rouge1.map(({ f }) => f);
    const facts = items.map((item, i) => scoreFacts(predictions[i]!, item.summary, item.document));
    return {
      items: items.length,
      rouge1: meanOf(rouge),
      rouge1Interval95: meanInterval95(rouge),
      keptFacts: meanOf(facts.flatMap(({ kept }) => (kept === undefined ? [] : [kept]))),
      inventedFacts: meanOf(facts.map(({ invented }) => invented)),
    };
  };
  const { validation, curve } = run.value;
  return {
    ...way,
    validationLoss: validation[validation.length - 1]!.loss,
    steps: curve.length,
    seconds: run.seconds,
    scores: { "in-domain": scores("test-in-domain"), other: scores("test-other") },
  };
}

const nameOf = ({ student, source, loss }: Way): string =>
  [student, source, loss].filter((part) => part !== undefined).join("-");

/** Trains a student in one of the ways, or finds it trained. */
async function trainWay(context: StudyContext, way: Way): Promise<Artifact<FittedRun>> {
  // A teacher in memory and TAID's moving target make no graph; all ways are trained op by op, so that they compare.
  const profile = { ...context.profile, compileFrom: Number.POSITIVE_INFINITY };
  const { seed } = context;
  const { alpha, temperature } = profile.distillation;
  const base = await baseModel(context, profile.student);
  const tokenizer = await loadTokenizer(base.folder);
  const data = await examples(context, tokenizer);
  const teacher =
    way.source === "cache"
      ? await teacherLogits(context)
      : way.source === "online"
        ? await trainLora(context, "lora-teacher")
        : await teacherTexts(context, tokenizer, data);
  const { learningRate } = profile.full;
  const inputs = {
    way,
    teacher: teacher.key,
    base: base.hash,
    corpus: data.corpusHash,
    rates: way.student === "lora" ? profile.lora.student : learningRate,
    ...(way.source !== "texts" && { alpha, temperature }),
    ...(way.loss === "taid" && { taidStart: TAID_START }),
    epochs: profile.epochs,
    batchSize: profile.batchSize,
    seed,
    ...runSettings(profile),
  };
  const trained = await stage(profile.name, `way-${nameOf(way)}`, 1, inputs, async (directory, key) => {
    const cache = way.source === "online" ? undefined : openTeacherLogits(teacher, tokenizer);
    const online = way.source === "online" ? (await loraDecoder(context, "lora-teacher")).decoder : undefined;
    const ownTexts = way.source === "texts" || way.source === "texts-and-logits";
    const train = ownTexts ? withCachedTargets(data.train, cache!) : data.train;
    const stepOf =
      (student: Decoder): Fit["step"] =>
      (batch, done) =>
        way.source === "texts"
          ? crossEntropyStep(student, batch, tokenizer.padId)
          : distillStep(student, batch, (online ?? cache)!, {
              padId: tokenizer.padId,
              vocabSize: tokenizer.vocabSize,
              alpha,
              temperature,
              ...optionsDuring({ divergence: way.loss!, ...PARAMETERS[way.loss!] }, done),
            });
    const place = { label: nameOf(way), directory, key, base, tokenizer, data: { ...data, train } };
    const run =
      way.student === "full"
        ? await fitAllWeights({ ...context, profile }, place, stepOf)
        : await fitAdapter({ ...context, profile }, place, profile.student, profile.lora.student, stepOf);
    cache?.close();
    online?.dispose();
    return run;
  });
  removeCheckpoint(trained.directory);
  return trained;
}

/** What the tuned teacher writes for every training document, with its logits while it wrote. */
async function teacherTexts(
  context: StudyContext,
  tokenizer: ChatTokenizer,
  data: Data,
): Promise<Artifact<{ tokens: number }>> {
  const { profile } = context;
  const teacher = await trainLora(context, "lora-teacher");
  const base = await baseModel(context, profile.teacher);
  const { topK } = profile.distillation;
  const { maxNewTokens } = profile;
  const inputs = { teacher: teacher.key, corpus: data.corpusHash, topK, maxNewTokens };
  return stage(profile.name, "teacher-texts", 2, inputs, async (directory, key) => {
    const { decoder } = await loraDecoder(context, "lora-teacher");
    const folder = path.join(directory, "cache");
    const header = {
      vocabSize: tokenizer.vocabSize,
      topK,
      tokenizerHash: tokenizer.hash,
      templateHash: tokenizer.templateHash,
      teacherHash: `${base.hash}+${teacher.key}`,
      dataHash: data.corpusHash,
      settingsHash: key,
      source: "generated" as const,
    };
    const writer = LogitCacheWriter.open(folder, header);
    const bar = progress("teacher-texts", data.train.length);
    captureGenerated(decoder, data.train, writer, {
      padId: tokenizer.padId,
      topK,
      batchSize: CAPTURE_BATCH,
      stopIds: tokenizer.stopIds,
      maxNewTokens,
      onProgress: (done) => bar.update(done),
    });
    bar.finish();
    writer.close();
    decoder.dispose();
    const cache = LogitCache.open(folder, header);
    const { tokens } = cache;
    cache.close();
    return { tokens };
  });
}

/** The student's summaries of both test sets, or finds them written. */
async function waySummaries(
  context: StudyContext,
  way: Way,
  run: Artifact<FittedRun>,
): Promise<Artifact<{ seconds: number }>> {
  const { profile } = context;
  const corpus = await corpusStage(context);
  const inputs = { run: run.key, corpus: corpus.value.hash, maxNewTokens: profile.maxNewTokens };
  return stage(profile.name, `way-summaries-${nameOf(way)}`, 1, inputs, async (directory) => {
    const base = await baseModel(context, profile.student);
    const decoder =
      way.student === "full"
        ? loadDecoder(path.join(run.directory, "model"))
        : adaptedDecoder(profile, base, path.join(run.directory, "adapter"));
    const items = itemsOf(corpus, "test-in-domain", "test-other");
    const tokenizer = await loadTokenizer(base.folder);
    const written = summarise(decoder, tokenizer, items, profile.maxNewTokens, `summaries ${nameOf(way)}`);
    decoder.dispose();
    writeTexts(directory, items, written.texts);
    return { seconds: written.seconds };
  });
}
