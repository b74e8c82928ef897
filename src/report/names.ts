// What the things are called that tables and findings hold under keys, in every language.
import { type Label, labelled } from "../base/language";
import { testSetName } from "../figures/labels";
import { formName } from "../figures/lighter";
import { indexName } from "../figures/retrieval";
import { countedSystems, systemName } from "../figures/systems";
import { metricOf } from "../metrics/registry";
import { tokenizerName } from "../metrics/rouge/names";
import type { Form } from "../results/lighter";
import type { TestSet } from "../results/scores";
import { type Recipes, type SystemId, systemsOf } from "../results/systems";
import { isKey, type Said, say } from "./catalogue/said";
import { quoted } from "./marks";

/** A system's name in its study; its id where the study has no such system. */
export const nameOf = (study: Recipes, id: SystemId): Label =>
  labelled((language) => systemName(id, systemsOf(study), language));
/** What was embedded for the search. */
export const nameOfIndex = (study: Recipes, index: string): Label =>
  labelled((language) => indexName(index, systemsOf(study), language));
/** "다섯 시스템", "five systems" */
export const nameOfAll = (count: number): Label => labelled((language) => countedSystems(count, language));
export const nameOfTestSet = (set: TestSet): Label => labelled((language) => testSetName(set, language));
export const nameOfTokenizer = (key: string): Label => labelled((language) => tokenizerName(key, language));
export const nameOfForm = (form: Form): Label => labelled((language) => formName(form, language));
/** The name of a topic of the study's own corpus; topics of other data are named by the data. */
export function nameOfTopic(topic: string): Said {
  const key = `topic.${topic}`;
  return isKey(key) ? say(key) : quoted(topic);
}
/** "rouge1.whitespace" -> "ROUGE-1(공백)" or "ROUGE-1 (whitespace)". */
export const nameOfMetric = (id: string): Label => metricOf(id).label;
