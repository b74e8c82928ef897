// The audit of the published table, on the outputs of one run: what ROUGE rests on, what BERTScore follows, whether the metrics
// agree, which differences can be seen, and where the systems fail. Every number of the audit's sentences comes from here.
import { type Copied, copied } from "./copied";
import { type Correlation, itemCorrelation } from "./correlation";
import { type ErrorGroup, errorGroups } from "./error-groups";
import { type FactCounts, scoreFacts } from "./facts";
import type { FactKind } from "./facts-numbers";
import { type LatinHits, latinHits } from "./latin-hits";
import {
  type PublishedDifference,
  type PublishedScores,
  publishedDifferences,
} from "./published-differences";
import { type Repetition, repetition } from "./repetition";
import type { SystemId } from "./results";
import type { SampleRow } from "./samples";
import { meanOf } from "./significance";
import type { TextTokenizer } from "./text-tokenizers";

type Who = SystemId | "all";

/** How often a system writes the same text again for the same document. */
export interface RepeatedRun {
  /** In the same batches, in batches of another size and order, or one document at a time. */
  composition: "same" | "other" | "single";
  items: number;
  identical: number;
}

export interface ItemOfNote {
  system: SystemId;
  id: string;
  topic: string;
  rouge1: number;
  bertscore: number;
  keptFacts: number | null;
  lost: string[];
  invented: string[];
}

export interface Audit {
  items: number;
  /** ROUGE-1's shared tokens by tokenizer and system. */
  latin: ({ tokenizer: string; system: SystemId } & LatinHits)[];
  /** Characters of the output against BERTScore: precision, recall, F. */
  length: ({ system: Who; column: "precision" | "recall" | "f"; meanCharacters: number } & Correlation)[];
  /** ROUGE-1 (whitespace) against BERTScore F. */
  agreement: ({ system: Who } & Correlation)[];
  published: PublishedDifference[];
  groups: ErrorGroup[];
  /** Means over a system's texts; `reference` is what the references themselves copy. */
  copied: (Omit<Copied, "trigrams"> & { trigrams: number; system: SystemId | "reference" })[];
  facts: ({ system: SystemId; kind: FactKind } & FactCounts)[];
  repetition: ({ system: SystemId } & Repetition)[];
  best: ItemOfNote[];
  worst: ItemOfNote[];
  /** Of the distilled student. */
  repeated: RepeatedRun[];
}

export interface AuditInputs {
  samples: readonly SampleRow[];
  systems: readonly SystemId[];
  /** Tokenizers whose tokens are text: a subword's id has no letters. */
  tokenizers: readonly TextTokenizer[];
  published: readonly PublishedScores[];
  repeated: readonly RepeatedRun[];
}

const characters = (text: string): number => [...text].length;
/** Best and worst items that are kept of each system. */
const NOTED_ITEMS = 5;

/** Computes the audit; throws where there is no sample. */
export function audit({ samples, systems, tokenizers, published, repeated }: AuditInputs): Audit {
  if (samples.length === 0) throw new Error("Audit: expected scored items, found none.");
  const outputs = (system: SystemId) => samples.map((row) => row.outputs[system]);
  const references = samples.map((row) => row.reference);
  return {
    items: samples.length,
    latin: tokenizers.flatMap((tokenizer) =>
      systems.map((system) => ({
        tokenizer: tokenizer.name,
        system,
        ...latinHits(references, outputs(system), tokenizer),
      })),
    ),
    length: [...systems, "all" as const].flatMap((who) =>
      (["precision", "recall", "f"] as const).map((column) => {
        const of = who === "all" ? systems : [who];
        return {
          system: who,
          column,
          meanCharacters: meanOf(of.flatMap((system) => outputs(system).map(characters))),
          ...correlation(samples, of, (row, system) => [
            characters(row.outputs[system]),
            row.scores[system][`bertscore.${column}`],
          ]),
        };
      }),
    ),
    agreement: [...systems, "all" as const].map((who) => ({
      system: who,
      ...correlation(samples, who === "all" ? systems : [who], ({ scores }, system) => [
        scores[system]["rouge1.whitespace"],
        scores[system]["bertscore.f"],
      ]),
    })),
    published: publishedDifferences(published, samples),
    groups: systems.flatMap((system) =>
      (["topic", "length", "format"] as const).flatMap((by) => errorGroups(samples, system, by)),
    ),
    copied: [
      meanCopied("reference", samples, references),
      ...systems.map((system) => meanCopied(system, samples, outputs(system))),
    ],
    facts: systems.flatMap((system) => factKinds(system, samples)),
    repetition: systems.map((system) => ({ system, ...repetition(outputs(system)) })),
    best: systems.flatMap((system) => itemsOfNote(samples, system).slice(-NOTED_ITEMS).reverse()),
    worst: systems.flatMap((system) => itemsOfNote(samples, system).slice(0, NOTED_ITEMS)),
    repeated: [...repeated],
  };
}

function correlation(
  samples: readonly SampleRow[],
  systems: readonly SystemId[],
  point: (row: SampleRow, system: SystemId) => [number | undefined, number | undefined],
): Correlation {
  return itemCorrelation(
    samples.map((row) =>
      systems.flatMap((system) => {
        const [x, y] = point(row, system);
        return x === undefined || y === undefined ? [] : [[x, y] as const];
      }),
    ),
  );
}

function meanCopied(
  system: SystemId | "reference",
  samples: readonly SampleRow[],
  texts: readonly string[],
): Audit["copied"][number] {
  const rows = texts.map((text, i) => copied(text, samples[i]!.document));
  const trigrams = rows.flatMap((row) => row.trigrams ?? []);
  return {
    system,
    words: meanOf(rows.map((row) => row.words)),
    coverage: meanOf(rows.map((row) => row.coverage)),
    longest: meanOf(rows.map((row) => row.longest)),
    trigrams: trigrams.length > 0 ? meanOf(trigrams) : 0,
  };
}

function factKinds(system: SystemId, samples: readonly SampleRow[]): Audit["facts"] {
  const sums = new Map<FactKind, FactCounts>();
  for (const row of samples) {
    const { kinds } = scoreFacts(row.outputs[system], row.reference, row.document);
    for (const [kind, counts] of Object.entries(kinds) as [FactKind, FactCounts][]) {
      const sum = sums.get(kind) ?? { expected: 0, kept: 0, stated: 0, invented: 0 };
      for (const key of Object.keys(sum) as (keyof FactCounts)[]) sum[key] += counts[key];
      sums.set(kind, sum);
    }
  }
  return [...sums].map(([kind, counts]) => ({ system, kind, ...counts }));
}

/** All items of a system, the worst first: by ROUGE-1, then BERTScore, then id, so that ties have one order. */
function itemsOfNote(samples: readonly SampleRow[], system: SystemId): ItemOfNote[] {
  return samples
    .map((row) => ({
      system,
      id: row.id,
      topic: row.topic,
      rouge1: row.scores[system]["rouge1.whitespace"]!,
      bertscore: row.scores[system]["bertscore.f"]!,
      keptFacts: row.scores[system].keptFacts ?? null,
      lost: row.facts?.[system].lost ?? [],
      invented: row.facts?.[system].invented ?? [],
    }))
    .sort((a, b) => a.rouge1 - b.rouge1 || a.bertscore - b.bertscore || (a.id < b.id ? -1 : 1));
}
