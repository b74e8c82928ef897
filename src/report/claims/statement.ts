// What a claim says in words, from what is declared of its keys.
import { type Made, madeOf } from "../../results/made";
import type { Comparison, TestSet } from "../../results/scores";
import type { StudyResults } from "../../results/study-results";
import { mainSystem, type SystemId } from "../../results/systems";
import { inWords, type Said } from "../catalogue/said";
import { nameOf, nameOfIndex, nameOfMetric, nameOfTestSet } from "../names";
import { type Origin, place } from "../origin";
import { rowAt, type Sources } from "../quantity";

const english = (name: Said): string => inWords(name, "en");
const system = (sources: Sources, id: string): string =>
  id === "*" ? "every system" : `the ${english(nameOf(sources.results as StudyResults, id as SystemId))}`;
const main = (sources: Sources): string => system(sources, mainSystem(sources.results as StudyResults).id);
const items = (testSet: string): string => `${english(nameOfTestSet(testSet as TestSet))} items`;

/** Whose number it is: " of the distilled student with seed 1, in-domain items". */
function whose({ named }: Made, sources: Sources): string {
  const parts = [
    named.system && ` of ${system(sources, named.system)}`,
    named.form && ` of ${main(sources)} as ${named.form}`,
    named.model && (named.model === "*" ? " of every untuned model" : ` of the untuned model ${named.model}`),
    named.run && ` of the training ${named.run}`,
    named.seed && (named.seed === "*" ? " with every other seed" : ` with seed ${named.seed}`),
    named.item && (named.item === "*" ? " on every item" : ` on item ${named.item}`),
    named.testSet && `, ${items(named.testSet)}`,
  ];
  return parts.filter(Boolean).join("");
}

/** A comparison's row names both sides itself. */
function comparison(keys: readonly string[], sources: Sources): string {
  const { a, b, metric, testSet } = rowAt(sources, place(...keys.slice(0, 3))) as Comparison;
  return `${keys.slice(3).join("/")} of the paired test of ${system(sources, a)} and ${system(sources, b)} in ${english(nameOfMetric(metric))}, ${items(testSet)}`;
}

function placeSaid(keys: readonly string[], sources: Sources): string {
  const made = madeOf(keys);
  const [artifact, field] = keys;
  const { named, fields } = made;
  if (artifact === "published") return `published value: ${keys.slice(1).join("/")}`;
  if (artifact === "records") return `recorded: ${keys.slice(1).join("/")}`;
  if (artifact === "findings") return `finding of the audit: ${keys.slice(1).join("/")}`;
  if (field === "comparisons") return comparison(keys, sources);
  if (named.index)
    return `${keys[keys.length - 1]} when ${english(nameOfIndex(sources.results as StudyResults, named.index))} is embedded`;
  if (named.stage) return `seconds of ${named.stage === "*" ? "every stage" : `the stage ${named.stage}`}`;
  if (named.metric) {
    const end = { "0": "lower end of the 95 % interval of ", "1": "upper end of the 95 % interval of " }[
      keys[keys.length - 1]!
    ];
    return `${end ?? ""}${english(nameOfMetric(named.metric))}${whose(made, sources)}`;
  }
  if (field === "systems" && fields.includes("items") && named.testSet) return items(named.testSet);
  const what = keys.slice(1).filter((key) => !Object.values(named).includes(key) && key !== "rows");
  const below = ["models", "training", "lighter"].includes(field ?? "") ? what.slice(1) : what;
  return field === "lighter" && !named.form
    ? `lighter forms of ${main(sources)}: ${keys.slice(2).join("/")}`
    : `${below.join("/")}${whose(made, sources)}`;
}

/** One sentence for a claim. */
export function statementOf(origin: Origin, sources: Sources): string {
  if ("keys" in origin) return placeSaid(origin.keys, sources);
  return `${origin.formula} of ${origin.of.map((part) => statementOf(part, sources)).join(" and ")}`;
}
