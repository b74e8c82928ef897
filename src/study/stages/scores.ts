// Stage "scores": every system on both test sets, and which differences between them are more than chance.
import * as path from "node:path";
import { writeFileAtomic } from "../../engine/atomic-write";
import { compareSystems } from "../../evaluation/compare-systems";
import type { Comparison, SystemId, SystemResult } from "../../evaluation/results";
import type { SampleRow } from "../../evaluation/samples";
import type { ScoredSystem } from "../../evaluation/score-system";
import { type Artifact, stage } from "../stage";
import { type StudyContext, SYSTEMS } from "./context";
import { corpusStage, itemsOf } from "./corpus";
import { encoderFiles, studyScorer, TOKENIZERS } from "./scorer";
import { readTexts, summaries } from "./summaries";

export interface Scores {
  systems: SystemResult[];
  comparisons: Comparison[];
  signatures: Record<string, string>;
  /** Texts that BERTScore's encoder had to cut, per system. */
  truncated: Partial<Record<SystemId, number>>;
}

/** What is compared pair by pair. */
const COMPARED_METRICS = [
  "rouge1.whitespace",
  "rouge2.whitespace",
  "rougeLsum.whitespace",
  "rouge1.default",
  "bertscore.f",
  "keptFacts",
  "inventedFacts",
];

/** Scores all five systems, or finds them scored; samples.jsonl lies in its folder. */
export async function scoreStage(context: StudyContext): Promise<Artifact<Scores>> {
  const { profile } = context;
  const corpus = await corpusStage(context);
  const written: Artifact<unknown>[] = [];
  for (const system of SYSTEMS) written.push(await summaries(context, system));
  const inputs = {
    summaries: written.map((w) => w.key),
    corpus: corpus.value.hash,
    encoder: (await encoderFiles(context)).hash,
    layer: profile.encoder.layer,
    tokenizers: TOKENIZERS,
    metrics: COMPARED_METRICS,
  };
  return stage(profile.name, "scores", 1, inputs, async (directory) => {
    const items = itemsOf(corpus, "test-in-domain", "test-other");
    const { scorer, encoder } = await studyScorer(context, items);
    const scored = SYSTEMS.map((system, i) => {
      const texts = readTexts(written[i]!.directory);
      const model = system === "lora-teacher" ? profile.teacher : profile.student;
      return scorer.score(
        system,
        model,
        items.map((item) => texts.get(item.id) ?? ""),
      );
    });
    encoder.dispose();
    const rows: SampleRow[] = items.map((item, i) => ({
      id: item.id,
      testSet: item.split === "test-other" ? "other" : "in-domain",
      topic: item.topic,
      document: item.document,
      reference: item.summary,
      outputs: bySystem(scored, (s) => s.samples[i]!.text),
      scores: bySystem(scored, (s) => itemScores(s, i)),
    }));
    writeFileAtomic(
      path.join(directory, "samples.jsonl"),
      rows.map((row) => `${JSON.stringify(row)}\n`).join(""),
    );
    return {
      systems: scored.map((s) => s.result),
      comparisons: compareSystems(scored, { metrics: COMPARED_METRICS }),
      signatures: scored[0]!.signatures,
      truncated: bySystem(scored, (s) => s.truncated),
    };
  });
}

function bySystem<T>(
  scored: readonly ScoredSystem[],
  value: (system: ScoredSystem) => T,
): Record<SystemId, T> {
  return Object.fromEntries(scored.map((s) => [s.result.system, value(s)])) as Record<SystemId, T>;
}

/** One item's scores by metric; metrics that it has no value for are left out. */
function itemScores({ perItem }: ScoredSystem, item: number): Record<string, number> {
  const known = Object.entries(perItem).map(([metric, values]) => [metric, values[item]!] as const);
  return Object.fromEntries(known.filter(([, value]) => !Number.isNaN(value)));
}
