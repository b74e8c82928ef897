// Parity of ROUGE with rouge-score: scores, tokens, stems, numpy's legacy random stream and the bootstrap aggregator.
import { porterStem } from "../../metrics/rouge/porter-stemmer";
import { rouge } from "../../metrics/rouge/rouge";
import { rougeTokenizers } from "../../metrics/rouge/tokenizers";
import type { PRF } from "../../results/scores";
import { BootstrapDraws, bootstrapRouge } from "../../statistics/bootstrap";
import { MersenneTwister } from "../../statistics/mersenne-twister";
import { attempt, type Case, exact, failed, largestDifference, measured } from "./case";
import type { ReferenceFolder } from "./reference-folder";

type Columns = [precision: number, recall: number, f: number];

interface Pair {
  id: string;
  reference?: string;
  references?: string[];
  prediction: string;
  scores: Record<string, Record<string, Columns>>;
  tokens?: Record<string, [string[], string[]]>;
}

/** A double's last bits may differ where Python adds in another order; ours adds in the same. */
const ROUNDING = 1e-15;

const tokenizerOf = (config: string) => rougeTokenizers.find(({ name }) => name === config);
const columns = ({ precision, recall, f }: PRF): Columns => [precision, recall, f];

function pairDifference(pair: Pair, config: string): number {
  const tokenizer = tokenizerOf(config)!;
  const types = Object.keys(pair.scores[config] ?? {});
  const given = pair.references ?? [pair.reference as string];
  const found = rouge(given, pair.prediction, tokenizer, types);
  return Math.max(
    ...types.map((type) => largestDifference(columns(found[type]!), pair.scores[config]![type]!)),
  );
}

/** One case a tokenizer for single and for several references, one for tokens, one for longer n-grams. */
export function checkRouge(set: ReferenceFolder, file: string): Case[] {
  const { configs, pairs, multi_reference: several = [], rouge_3_4_9_default: longer = [] } = set.json(file);
  const cases: Case[] = [];
  for (const config of configs as string[]) {
    if (!tokenizerOf(config)) {
      cases.push(failed(`${file}: ${config}`, "no tokenizer of this name is known"));
      continue;
    }
    for (const [what, list] of [
      ["pairs", pairs],
      ["several references", several],
    ] as [string, Pair[]][]) {
      const scored = list.filter((pair) => pair.scores[config]);
      if (scored.length === 0) continue;
      const name = `${file}: ${config}, ${scored.length} ${what}`;
      cases.push(
        attempt(name, () =>
          measured(name, Math.max(...scored.map((p) => pairDifference(p, config))), ROUNDING),
        ),
      );
    }
    const tokenized = (pairs as Pair[]).filter((pair) => pair.tokens?.[config]);
    const other = tokenized.filter(({ reference, prediction, tokens }) => {
      const found = [reference as string, prediction].map((text) => tokenizerOf(config)!.tokenize(text));
      return JSON.stringify(found) !== JSON.stringify(tokens![config]);
    });
    if (tokenized.length > 0) {
      cases.push(
        exact(
          `${file}: ${config}, tokens of ${tokenized.length} pairs`,
          other.length === 0,
          other.map((p) => p.id).join(),
        ),
      );
    }
  }
  if (longer.length > 0) {
    const name = `${file}: longer n-grams of ${longer.length} pairs`;
    cases.push(
      attempt(name, () => {
        const differences = (longer as { id: string; scores: Record<string, Columns> }[]).map(
          ({ id, scores }) => {
            const pair = (pairs as Pair[]).find((one) => one.id === id);
            if (!pair) throw new Error(`there is no pair ${id}`);
            return pairDifference({ ...pair, scores: { default: scores } }, "default");
          },
        );
        return measured(name, Math.max(...differences), ROUNDING);
      }),
    );
  }
  return cases;
}

/** NLTK's stems, all in one case. */
export function checkStems(set: ReferenceFolder, file: string): Case[] {
  const { stems, raw_inputs } = set.json(file);
  const words = Object.entries({ ...stems, ...raw_inputs }) as [string, string][];
  const wrong = words.filter(([word, stem]) => porterStem(word) !== stem).map(([word]) => word);
  return [exact(`${file}: ${words.length} stems`, words.length > 0 && wrong.length === 0, wrong.join())];
}

/** numpy's legacy stream: raw words, doubles, choices and how many draws they use. */
export function checkMersenneTwister(set: ReferenceFolder, file: string): Case[] {
  const { raw = [], choice = [] } = set.json(file);
  const cases: Case[] = [];
  for (const { seed, uint32, random_sample } of raw) {
    const words = new MersenneTwister(seed);
    const doubles = new MersenneTwister(seed);
    const same =
      uint32.every((word: number) => words.uint32() === word) &&
      random_sample.every((value: number) => doubles.random() === value);
    cases.push(exact(`${file}: words and doubles of seed ${seed}`, same, "another stream"));
  }
  for (const { seed, n, first20, next_random_sample } of choice) {
    const random = new MersenneTwister(seed);
    const drawn = random.choice(n, new Int32Array(n));
    const same = first20.every((value: number, i: number) => drawn[i] === value);
    cases.push(
      exact(
        `${file}: choice of ${n}, seed ${seed}`,
        same && random.random() === next_random_sample,
        "another stream",
      ),
    );
  }
  return cases;
}

interface BootstrapCase {
  id: string;
  seed: number;
  confidence_interval: number;
  n_samples: number;
  types_in_order: string[];
  scores: Record<string, Columns[]>;
  aggregate: Record<string, Record<"low" | "mid" | "high", Columns>>;
  next_random_sample_after?: number;
}

/** rouge-score's aggregator, bit for bit; one case a case. */
export function checkBootstrap(set: ReferenceFolder, file: string): Case[] {
  return (set.json(file).cases as BootstrapCase[]).map((expected) => {
    const name = `${file}: ${expected.id}`;
    return attempt(name, () => {
      const scores = Object.fromEntries(
        expected.types_in_order.map((type) => [
          type,
          expected.scores[type]!.map(([precision, recall, f]): PRF => ({ precision, recall, f })),
        ]),
      );
      const items = scores[expected.types_in_order[0]!]!.length;
      const draws = new BootstrapDraws(expected.seed, items, expected.n_samples);
      const settings = { samples: expected.n_samples, confidence: expected.confidence_interval };
      const found = bootstrapRouge(scores, expected.seed, settings, draws);
      const differences = expected.types_in_order.flatMap((type) =>
        (["low", "mid", "high"] as const).map((end) =>
          largestDifference(columns(found[type]![end]), expected.aggregate[type]![end]),
        ),
      );
      const next = expected.next_random_sample_after;
      if (next !== undefined && draws.random.random() !== next) return failed(name, "other draws were used");
      return measured(name, Math.max(...differences), 0);
    });
  });
}
