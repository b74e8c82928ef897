// The audit of the published table, on the outputs of one run: what ROUGE rests on, what BERTScore follows, whether the metrics
// agree, which differences can be seen, and where the systems fail. Every number of the audit's sentences comes from here.
import { scoreFacts } from "../metrics/facts/facts";
import { PRIMARY } from "../metrics/registry";
import type { RougeTokenizer } from "../metrics/rouge/tokenizers";
import type { Audit, Correlation, ItemOfNote, RepeatedRun } from "../results/audit";
import type { FactCounts, FactKind } from "../results/facts";
import type { PublishedSystem } from "../results/published";
import type { SampleRow } from "../results/samples";
import type { SystemId } from "../results/systems";
import { itemCorrelation } from "../statistics/correlation";
import { meanOf } from "../statistics/significance";
import { copied } from "./copied";
import { errorGroups } from "./error-groups";
import { latinHits } from "./latin-hits";
import { publishedDifferences } from "./published-differences";
import { repetition } from "./repetition";

export interface AuditInputs {
  samples: readonly SampleRow[];
  systems: readonly SystemId[];
  /** Tokenizers whose tokens are text: a subword's id has no letters. */
  tokenizers: readonly RougeTokenizer[];
  published: readonly PublishedSystem[];
  repeated: readonly RepeatedRun[];
}

const characters = (text: string): number => [...text].length;
/** Best and worst items that are kept of each system. */
const NOTED_ITEMS = 5;

/** Computes the audit; throws where there is no sample. */
export function audit({ samples, systems, tokenizers, published, repeated }: AuditInputs): Audit {
  if (samples.length === 0) throw new Error("Audit: expected scored items, found none.");
  const outputs = (system: SystemId) => samples.map((row) => row.outputs[system]!);
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
            characters(row.outputs[system]!),
            row.scores[system]![`bertscore.${column}`],
          ]),
        };
      }),
    ),
    agreement: [...systems, "all" as const].map((who) => ({
      system: who,
      ...correlation(samples, who === "all" ? systems : [who], ({ scores }, system) => [
        scores[system]!["rouge1.whitespace"],
        scores[system]!["bertscore.f"],
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
  /** Over the texts that have one. */
  const mean = (share: "coverage" | "trigrams") => {
    const values = rows.flatMap((row) => row[share] ?? []);
    return values.length > 0 ? meanOf(values) : null;
  };
  return {
    system,
    words: meanOf(rows.map((row) => row.words)),
    coverage: mean("coverage"),
    longest: meanOf(rows.map((row) => row.longest)),
    trigrams: mean("trigrams"),
  };
}

function factKinds(system: SystemId, samples: readonly SampleRow[]): Audit["facts"] {
  const sums = new Map<FactKind, FactCounts>();
  for (const row of samples) {
    const { kinds } = scoreFacts(row.outputs[system]!, row.reference, row.document);
    for (const [kind, counts] of Object.entries(kinds) as [FactKind, FactCounts][]) {
      const sum = sums.get(kind) ?? { expected: 0, kept: 0, stated: 0, invented: 0 };
      for (const key of Object.keys(sum) as (keyof FactCounts)[]) sum[key] += counts[key];
      sums.set(kind, sum);
    }
  }
  return [...sums].map(([kind, counts]) => ({ system, kind, ...counts }));
}

/** All items of a system, the worst first: by the primary metrics in their order, then by id, so that ties have one order. */
function itemsOfNote(samples: readonly SampleRow[], system: SystemId): ItemOfNote[] {
  return samples
    .map((row) => ({
      system,
      id: row.id,
      topic: row.topic,
      scores: Object.fromEntries(PRIMARY.map(({ id }) => [id, row.scores[system]![id] ?? null])),
      lost: row.facts?.[system]?.lost ?? [],
      invented: row.facts?.[system]?.invented ?? [],
    }))
    .sort((a, b) => {
      const differing = PRIMARY.find(({ id }) => a.scores[id] !== b.scores[id]);
      return differing ? (a.scores[differing.id] ?? 0) - (b.scores[differing.id] ?? 0) : a.id < b.id ? -1 : 1;
    });
}
