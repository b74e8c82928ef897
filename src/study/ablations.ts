// Ablations: many recipes trained, scored and recorded, to see what each part of the main one brings.
import * as fs from "node:fs";
import * as path from "node:path";
import { writeJson } from "../base/atomic-write";
import { COMPARED } from "../metrics/registry";
import { linesOfSentences } from "../metrics/rouge/lines";
import { rougeTokenizer } from "../metrics/rouge/tokenizers";
import { SystemScorer } from "../metrics/score-system";
import type { Scores } from "../results/scores";
import type { CurvePoint } from "../results/training";
import type { Recipe, RecipeTeacher, TeacherSource } from "./file/definition";
import { ROOT } from "./stage";
import type { StudyContext } from "./stages/context";
import { corpusStage, itemsOf } from "./stages/corpus";
import { readTexts, summaries } from "./stages/summaries";
import { trainSystem } from "./stages/train";
import { recipeOf, studentModel } from "./systems";

type Side = "in-domain" | "other";

/** One trained student with its scores by metric id, and the 95 % intervals of means. */
export interface AblationRow {
  recipe: string;
  tune: Recipe["tune"];
  /** "none": cross-entropy on the summaries alone. */
  source: TeacherSource | "none";
  loss?: Recipe["loss"];
  /** What else of the recipe makes it another way to learn. */
  way?: Pick<Recipe, "texts" | "states" | "quantised"> &
    Pick<RecipeTeacher, "prompt" | "others"> & { teacher?: string };
  /** Target tokens that the student has learned from, its own among them: what ways are compared at. Older records lack it. */
  tokens?: number;
  /** Nats per token of the validation summaries, at the last step. */
  validationLoss: number;
  steps: number;
  seconds: number;
  items: Record<Side, number>;
  scores: Record<Side, Scores>;
  interval95: Record<Side, Record<string, [number, number]>>;
}

export interface AblationResults {
  study: string;
  seed: number;
  rows: AblationRow[];
}

const fileOf = (name: string): string => path.join(ROOT, "data", `${name}.json`);

/** What `npm run ablations` recorded for a study; undefined when it was not run, or the data are the user's own. */
export function ablationResults({ name, data }: StudyContext): AblationResults | undefined {
  const file = fileOf(`ablations-${name}`);
  return data.counts && fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : undefined;
}

/** What of a recipe no other field of its row says; nothing where there is none. */
function wayOf({ texts, states, quantised, teacher }: Recipe): Pick<AblationRow, "way"> {
  const way = {
    ...(teacher && { teacher: teacher.recipe }),
    ...(texts && { texts }),
    ...(states && { states }),
    ...(quantised && { quantised }),
    ...(teacher?.prompt && { prompt: teacher.prompt }),
    ...(teacher?.others && { others: teacher.others }),
  };
  return Object.keys(way).length > 0 ? { way } : {};
}

/** The rate of a step times its seconds is its number of tokens. */
const tokensOf = (curve: readonly CurvePoint[]): number =>
  curve.reduce(
    (sum, { tokensPerSecond, seconds }, i) =>
      sum + Math.round(tokensPerSecond * (seconds - (curve[i - 1]?.seconds ?? 0))),
    0,
  );

/** What is compared between systems, but for what needs an encoder: so many students would keep it long. */
const MEASURED = COMPARED.filter(({ needs }) => !needs?.encoder);

/** Trains and scores every student of the study, or finds it done, and records the rows in data/<study>.json after each. */
export async function recordAblations(
  context: StudyContext,
  onRow: (row: AblationRow) => void = () => {},
): Promise<AblationResults> {
  const items = itemsOf(await corpusStage(context), "test-in-domain", "test-other");
  const names = [...new Set(MEASURED.flatMap(({ needs }) => needs?.tokenizer ?? []))];
  const tokenizers = await Promise.all(names.map(rougeTokenizer));
  const scorer = new SystemScorer({
    items,
    metrics: MEASURED,
    tokenizers: new Map(tokenizers.map((tokenizer) => [tokenizer.name, tokenizer])),
    lines: linesOfSentences,
  });
  const results: AblationResults = { study: context.name, seed: context.seed, rows: [] };
  for (const system of Object.keys(context.recipes)) {
    const recipe = recipeOf(context, system);
    const { base, tune, teacher, loss } = recipe;
    if (base !== studentModel(context) || tune === "none") continue;
    const { value: run, seconds } = await trainSystem(context, system);
    const written = readTexts((await summaries(context, system)).directory);
    const texts = items.map(({ id }) => written.get(id) ?? "");
    const { result } = scorer.score(system, base, texts);
    const sides = <Value>(of: Record<Side, Value>): Record<Side, Value> => ({
      "in-domain": of["in-domain"],
      other: of.other,
    });
    const row: AblationRow = {
      recipe: system,
      tune,
      source: teacher?.source ?? "none",
      ...(loss && { loss }),
      ...wayOf(recipe),
      tokens: tokensOf(run.curve),
      validationLoss: run.validation[run.validation.length - 1]!.loss,
      steps: run.curve.length,
      seconds,
      items: sides(result.items),
      scores: sides(result.scores),
      interval95: sides(result.interval95),
    };
    results.rows.push(row);
    writeJson(fileOf(context.name), results);
    onRow(row);
  }
  return results;
}
