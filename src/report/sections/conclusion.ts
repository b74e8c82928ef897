// Section 5 (the original's 6): the final model, its use, the plans; then how this report was made.

import { retrievalFigure } from "../../figures/retrieval";
import type { StudyResults } from "../../results/study-results";
import { mainSystem, systemsOf } from "../../results/systems";
import { type Finding, joined, type Said, say } from "../catalogue/said";
import { type DocumentBuilder, left, right } from "../document";
import { contrast } from "../findings/contrast";
import { controlled } from "../findings/control";
import { count, fixed, score, seconds } from "../format";
import { quoted } from "../marks";
import { nameOfIndex } from "../names";
import { derived, place } from "../origin";
import { type Quantity, quantity } from "../quantity";

const MEASURES = ["ndcg10", "mrr", "recall1", "recall5", "recall10"] as const;

/** The final model, and how it stands to the control. */
function finalModel(results: StudyResults): Said {
  const pair = controlled(results);
  const named = say("conclusion.model", { system: mainSystem(results).label });
  if (!pair) return named;
  const verdict = (testSet: "in-domain" | "other") =>
    contrast(results, pair.distilled, pair.control, testSet, "rouge1.whitespace").verdict;
  const [inside, outside] = [verdict("in-domain"), verdict("other")];
  const against =
    inside === "unmeasured" || outside === "unmeasured"
      ? say("conclusion.unmeasured")
      : say("conclusion.against", {
          inside: say(`conclusion.inside.${inside}`),
          outside: say(`conclusion.outside.${outside}`),
        });
  return joined([named, against], " ");
}

function retrievalPart(doc: DocumentBuilder, results: StudyResults): void {
  const rows = results.retrieval;
  if (!rows || rows.length === 0) {
    doc.paragraph(say("retrieval.unmeasured"));
    return;
  }
  const at = (index: string, measure: string): Quantity | undefined =>
    quantity({ results }, place("results", "retrieval", index, measure));
  doc.table(
    "retrieval",
    [left(2), ...MEASURES.map(() => right())],
    rows.map(({ index }) => [
      nameOfIndex(results, index),
      ...MEASURES.map((measure) => score(at(index, measure))),
    ]),
  );
  doc.figure("retrieval", retrievalFigure(rows, systemsOf(results), doc.language));
  const best = [...rows].sort((a, b) => b.ndcg10 - a.ndcg10)[0]!;
  const main = mainSystem(results).id;
  const of = (index: string) => ({
    index: nameOfIndex(results, index),
    score: fixed(at(index, "ndcg10"), 3),
  });
  const said: Finding[] = [say("retrieval.best", of(best.index))];
  if (best.index !== main && rows.some(({ index }) => index === main))
    said.push(say("retrieval.own", of(main)));
  if (!results.search) said.push(say("retrieval.untested"));
  doc.paragraph(joined(said, " "));
}

const STAGES = ["teacher-logits", "scores", "repeatability", "audit", "retrieval"] as const;
const MACHINE = ["device", "processor", "threads", "memory", "platform"] as const;
/** What has one name in all languages. */
const PROGRAMS: Record<string, string> = { node: "Node.js", tfjs: "TensorFlow.js", tensorflow: "TensorFlow" };

/** "train-distilled" -> "training: distilled student". */
function stageName(results: StudyResults, stage: string): Said {
  for (const { id, label } of systemsOf(results)) {
    if (stage === `train-${id}`) return say("stage.training", { system: label });
    if (stage === `summaries-${id}`) return say("stage.summaries", { system: label });
  }
  const known = STAGES.find((one) => one === stage);
  return known ? say(`stage.${known}`) : stage;
}

/** Writes section 5. */
export function conclusionSection(doc: DocumentBuilder, { results }: { results: StudyResults }): void {
  doc.heading(1, "conclusion.heading");
  const point = (key: "use" | "plan1" | "plan2") => ({
    head: say(`conclusion.${key}.head`),
    text: say(`conclusion.${key}`),
  });
  doc.list([
    { head: say("conclusion.model.head"), text: finalModel(results) },
    ...(["use", "plan1", "plan2"] as const).map(point),
  ]);
  retrievalPart(doc, results);
}

/** Writes the appendix: where the numbers lie, and on what machine and in what time they were made. */
export function appendixSection(doc: DocumentBuilder, { results }: { results: StudyResults }): void {
  doc.heading(1, "appendix.heading");
  doc.paragraph(say("appendix.sources", { profile: results.profile }));
  const at = (...path: string[]) => quantity({ results }, place("results", ...path));
  const machineKey = (key: string): Said => {
    const known = MACHINE.find((one) => one === key);
    return known ? say(`machine.${known}`) : (PROGRAMS[key] ?? key);
  };
  doc.table(
    "provenance",
    [left(1), left(2)],
    [
      [say("appendix.profile"), results.profile],
      [say("appendix.seed"), count(at("seed"))],
      [say("appendix.data"), say(results.synthetic ? "appendix.synthetic" : "appendix.own")],
      ...Object.entries(results.machine).map(([key, text]): Said[] => [
        machineKey(key),
        quoted(String(text)),
      ]),
      ...Object.keys(results.seconds).map((stage): Said[] => [
        say("appendix.time", { stage: stageName(results, stage) }),
        seconds(at("seconds", stage)),
      ]),
      [
        say("appendix.total"),
        seconds(quantity({ results }, derived("sum", place("results", "seconds", "*")))),
      ],
    ],
  );
}
