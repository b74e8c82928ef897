// What a claim says in words, from its id; and which notebook cell or command makes its number.
import type { TestSet } from "../../results/scores";
import type { SystemId } from "../../results/system-id";
import { english } from "../en/words";

const { names } = english;
const system = (id: string) => `the ${names.system(id as SystemId)}`;
const set = (id: string) => names.testSet(id as TestSet);

/** A metric as it stands in a path. */
const metricName = (segment: string) => names.metric(segment.replace(/~1/g, "/").replace(/~0/g, "~"));

/** Patterns of ids, the first that fits counts. */
const STATEMENTS: [RegExp, (...parts: string[]) => string][] = [
  [
    /^results\/systems\/([^/]+)\/scores\/([^/]+)\/([^/]+)$/,
    (id, where, metric) => `${metricName(metric!)} of ${system(id!)}, ${set(where!)} items`,
  ],
  [/^results\/systems\/([^/]+)\/items\/([^/]+)$/, (_, where) => `${set(where!)} items`],
  [
    /^results\/systems\/([^/]+)\/interval95\/([^/]+)\/([^/]+)\/([01])$/,
    (id, where, metric, end) =>
      `${end === "0" ? "lower" : "upper"} end of the 95 % interval of ${metricName(metric!)} of ${system(id!)}, ${set(where!)} items`,
  ],
  [
    /results\/comparisons\/([^:/]+):([^:/]+):([^:/]+):([^/]+)\/([^)]+)/,
    (a, b, where, metric, field) =>
      `${field} of the paired test of ${system(a!)} and ${system(b!)} in ${metricName(metric!)}, ${set(where!)} items`,
  ],
  [
    /^results\/seeds\/(\d+)\/systems\/([^/]+)\/scores\/([^/]+)\/([^/]+)$/,
    (seed, id, where, metric) =>
      `${metricName(metric!)} of ${system(id!)} with seed ${seed}, ${set(where!)} items`,
  ],
  [/^results\/models\/([^/]+)\/(.+)$/, (model, path) => `${path} of the untuned model ${model}`],
  [/^(\w+)\(results\/training\/([^/]+)\/(.+)\)$/, (f, run, path) => `${f} of ${path} of the training ${run}`],
  [/^results\/training\/([^/]+)\/(.+)$/, (run, path) => `${path} of the training ${run}`],
  [
    /^results\/retrieval\/([^/]+)\/(\w+)$/,
    (index, measure) => `${measure} when ${names.index(index!)} is embedded`,
  ],
  [/^results\/seconds\/(.+)$/, (stage) => `seconds of the stage ${stage}`],
  [
    /^samples\/([^/]+)\/scores\/([^/]+)\/(.+)$/,
    (item, id, metric) => `${metricName(metric!)} of ${system(id!)} on item ${item}`,
  ],
  [/^published\/(.+)$/, (path) => `published value: ${path}`],
  [
    /^results\/lighter\/rows\/([^/]+)\/scores\/([^/]+)\/([^/]+)$/,
    (form, where, metric) =>
      `${metricName(metric!)} of the distilled student as ${form}, ${set(where!)} items`,
  ],
  [
    /^results\/lighter\/rows\/([^/]+)\/interval95\/([^/]+)\/([^/]+)\/([01])$/,
    (form, where, metric, end) =>
      `${end === "0" ? "lower" : "upper"} end of the 95 % interval of ${metricName(metric!)} of the distilled student as ${form}, ${set(where!)} items`,
  ],
  [/^results\/lighter\/rows\/([^/]+)\/(.+)$/, (form, path) => `${path} of the distilled student as ${form}`],
  [/^results\/lighter\/(.+)$/, (path) => `lighter forms of the distilled student: ${path}`],
  [/^findings\/(.+)$/, (path) => `finding of the audit: ${path}`],
  [/^records\/(.+)$/, (path) => `recorded: ${path}`],
];

/** One sentence for a claim's id; an id without a pattern is its own statement. */
export function statementOf(id: string): string {
  for (const [pattern, say] of STATEMENTS) {
    const found = pattern.exec(id);
    if (found) {
      const said = say(...found.slice(1));
      return /^(ratio|difference|negative)\(/.test(id) && !/^\w+\(results\/training/.test(id)
        ? `${/^\w+/.exec(id)![0]}: ${said}`
        : said;
    }
  }
  return id;
}

/** Where a number is made: the call in a notebook's cell that makes it, or a command. */
export const MAKERS: [RegExp, { call: string } | { command: string }][] = [
  [/published\//, { command: "data/published.json" }],
  [/results\/seeds\//, { command: "npm run seeds" }],
  [/records\/tests/, { command: "npm test" }],
  [/records\/study/, { command: "npm run study" }],
  [/records\//, { command: "npm run report" }],
  [/findings\//, { call: "resultsStage(study" }],
  [/results\/models\//, { call: "modelRows(study)" }],
  [/results\/architecture\//, { call: "resultsStage(study" }],
  [/results\/cache\//, { call: "teacherLogits(study)" }],
  [/results\/training\/lora-teacher/, { call: 'trainSystem(study, "lora-teacher")' }],
  [/results\/training\/lora-student/, { call: 'trainSystem(study, "lora-student")' }],
  [/results\/training\/full-student/, { call: 'trainSystem(study, "full-student")' }],
  [/results\/training\/distilled/, { call: 'trainSystem(study, "distilled")' }],
  [/results\/counts\//, { call: "corpusStage(study)" }],
  [/results\/(retrieval|search)\//, { call: "retrievalStage(study" }],
  [/results\/lighter\//, { call: "lighterResults(study)" }],
  [/results\/(systems|comparisons)|samples\//, { call: "scoreStage(study)" }],
  [/results\//, { call: "resultsStage(study" }],
];
