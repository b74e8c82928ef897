// Parity of BERTScore with bert_score: over given states, and with the folder's encoders run by the engine.
import { existsSync } from "node:fs";
import { BertScorer } from "../../metrics/bertscore/bert-scorer";
import {
  bertscoreHash,
  greedyMatch,
  idfWeight,
  plainWeight,
  readBaseline,
  type TokenStates,
  tokenStates,
} from "../../metrics/bertscore/bertscore";
import { type Encoder, loadEncoder } from "../../models/encoder";
import { loadEncoderTokenizer } from "../../prompts/encoder-tokenizer";
import type { PRF } from "../../results/scores";
import { attempt, type Case, exact, failed, measured } from "./case";
import type { ReferenceFolder } from "./reference-folder";

type Value = number | "NaN";
interface Expected {
  P: Value[];
  R: Value[];
  F: Value[];
  hash?: string;
}
interface Config {
  num_layers: number;
  idf?: boolean;
  batch_size?: number;
  rescale_with_baseline?: boolean;
  lang?: string;
  baseline_path?: string;
}
type Run = Expected & { config: Config };

const KNOWN_SETTINGS = ["num_layers", "idf", "batch_size", "rescale_with_baseline", "lang", "baseline_path"];
/** Beyond this, two runs of bert_score itself differ by more than rounding: a match was clipped by padding. */
const PADDING_TRACE = 1e-4;

const toleranceOf = ({ idf, rescale_with_baseline: rescaled }: Config) =>
  rescaled ? 5e-5 : idf ? 2e-5 : 1e-5;

function difference(value: number, expected: Value): number {
  if (expected === "NaN") return Number.isNaN(value) ? 0 : Number.POSITIVE_INFINITY;
  return Math.abs(value - expected);
}

function largest(
  found: readonly PRF[],
  expected: Expected,
  counts: (i: number) => boolean = () => true,
): number {
  if (found.length !== expected.P.length)
    throw new Error(`expected ${expected.P.length} pairs, found ${found.length}`);
  let most = 0;
  found.forEach(({ precision, recall, f }, i) => {
    if (!counts(i)) return;
    const all = [
      difference(precision, expected.P[i]!),
      difference(recall, expected.R[i]!),
      difference(f, expected.F[i]!),
    ];
    for (const one of all) if (!(one <= most)) most = one;
  });
  return most;
}

const settingName = ({ num_layers, idf, batch_size, rescale_with_baseline }: Config) =>
  `layer ${num_layers}${idf ? ", idf" : ""}${rescale_with_baseline ? ", rescaled" : ""}, batch ${batch_size}`;

/** The same encoder, with every text run once a layer: the runs of a file share their texts. */
function remembering(encoder: Encoder): Encoder {
  const known = new Map<string, Float32Array>();
  return Object.assign(Object.create(encoder) as Encoder, {
    hidden(ids: number[][], layer: number): Float32Array[] {
      const keys = ids.map((text) => `${layer} ${text.join()}`);
      const missing = [...new Set(keys)].filter((key) => !known.has(key));
      if (missing.length > 0) {
        const states = encoder.hidden(
          missing.map((key) => ids[keys.indexOf(key)]!),
          layer,
        );
        missing.forEach((key, i) => {
          known.set(key, states[i]!);
        });
      }
      return keys.map((key) => known.get(key)!);
    },
  });
}

/** All runs of one model's `<model>.scores.json`, with the model folder beside it. */
export async function checkBertscore(set: ReferenceFolder, file: string): Promise<Case[]> {
  const scores = set.json(file);
  const folder = file.replace(/[^/]+$/, "");
  const model = set.at(`${folder}models/${scores.model}`);
  if (!existsSync(model)) return [failed(file, `there is no model folder ${folder}models/${scores.model}`)];
  for (const name of set.files()) if (name.startsWith(`${folder}models/${scores.model}/`)) set.at(name);
  const loaded = loadEncoder(model);
  const encoder = remembering(loaded);
  const tokenizer = await loadEncoderTokenizer(model, encoder.maxLength);
  const scorer = ({
    num_layers: layer,
    idf = false,
    rescale_with_baseline: rescaled,
    baseline_path,
  }: Config) =>
    new BertScorer({
      encoder,
      tokenizer,
      layer,
      idf,
      ...(rescaled && { baseline: readBaseline(set.at(`${folder}${baseline_path}`), layer) }),
    });
  const score = (config: Config, references: (string | string[])[], candidates: string[]) => {
    const one = scorer(config);
    return one.score(one.references(references), candidates).items;
  };
  const references = scores.pairs.map((pair: { reference: string }) => pair.reference);
  const candidates = scores.pairs.map((pair: { candidate: string }) => pair.candidate);

  const runCase = (runs: Run[], run: Run, what: string, from: (string | string[])[], to: string[]): Case => {
    const name = `${file}: ${what}${settingName(run.config)}`;
    return attempt(name, () => {
      const unknown = Object.keys(run.config).filter((key) => !KNOWN_SETTINGS.includes(key));
      if (unknown.length > 0) return failed(name, `not understood: ${unknown.join()}`);
      const found = score(run.config, from, to);
      if (run.config.batch_size === undefined || run.config.batch_size === 1) {
        return measured(name, largest(found, run), toleranceOf(run.config));
      }
      // Larger batches clip a negative best match to 0 where the other side is padded; that is not reproduced.
      const alone = runs.find(
        ({ config }) =>
          settingName({ ...config, batch_size: 1 }) === settingName(config) &&
          settingName({ ...run.config, batch_size: 1 }) === settingName(config),
      );
      if (!alone) return failed(name, "there is no run at batch size 1 to tell padding from error");
      const unclipped = (i: number) =>
        (["P", "R", "F"] as const).every(
          (c) => !(Math.abs(Number(run[c][i]) - Number(alone[c][i])) > PADDING_TRACE),
        );
      const clipped = found.filter((_, i) => !unclipped(i)).length;
      return measured(
        name,
        largest(found, run, unclipped),
        toleranceOf(run.config),
        `${clipped} pairs clipped by padding left out`,
      );
    });
  };
  const hashCase = ({ config, hash }: Run): Case[] => {
    if (!hash) return [];
    const made = bertscoreHash({
      model: scores.model_type_in_hash ?? scores.model,
      layer: config.num_layers,
      idf: config.idf ?? false,
      rescaled: config.rescale_with_baseline ?? false,
      engine: /\((.*)\)/.exec(hash)?.[1] ?? "",
    });
    return made === hash ? [] : [exact(`${file}: hash of ${settingName(config)}`, false, made)];
  };

  try {
    const runs = scores.runs as Run[];
    const cases = runs.flatMap((run) => [runCase(runs, run, "", references, candidates), ...hashCase(run)]);
    const several = scores.multi_reference;
    if (several) {
      for (const run of several.runs as Run[]) {
        cases.push(
          runCase(several.runs, run, "several references, ", several.references, several.candidates),
        );
      }
    }
    for (const [i, one] of (scores.idf_single_reference ?? []).entries()) {
      const name = `${file}: idf of a single reference ${i + 1}`;
      const config = { num_layers: one.num_layers, idf: true };
      cases.push(
        attempt(name, () =>
          measured(name, largest(score(config, [one.reference], [one.candidate]), one), 2e-5),
        ),
      );
    }
    const [idealKey, idealLayer] =
      Object.keys(scores)
        .map((key) => /^ideal_float64_unpadded_layer(\d+)$/.exec(key))
        .find((match) => match !== null) ?? [];
    const ideal = idealKey && scores[idealKey];
    for (const [key, idf] of [
      ["idf_off", false],
      ["idf_on", true],
    ] as const) {
      if (!ideal?.[key]) continue;
      const name = `${file}: float64 evaluation, ${key}`;
      const rows = ideal[key] as Value[][];
      const expected = {
        P: rows.map((row) => row[0]!),
        R: rows.map((row) => row[1]!),
        F: rows.map((row) => row[2]!),
      };
      cases.push(
        attempt(name, () =>
          measured(
            name,
            largest(score({ num_layers: Number(idealLayer), idf }, references, candidates), expected),
            1e-5,
          ),
        ),
      );
    }
    const unscaled = scores.rescale_without_baseline_file;
    if (unscaled) {
      const name = `${file}: rescaling without a baseline file leaves raw scores`;
      const count = unscaled.P.length;
      const layer = Number(/_L(\d+)_/.exec(unscaled.hash)?.[1]);
      cases.push(
        attempt(name, () =>
          measured(
            name,
            largest(
              score({ num_layers: layer }, references.slice(0, count), candidates.slice(0, count)),
              unscaled,
            ),
            1e-5,
          ),
        ),
      );
    }
    return cases;
  } finally {
    loaded.dispose();
  }
}

/** Token ids as Python's, and greedy matching over the states of `<model>.embeddings.json`. */
export async function checkEmbeddings(set: ReferenceFolder, file: string): Promise<Case[]> {
  const { model, layer, special, texts } = set.json(file);
  const folder = file.replace(/[^/]+$/, "");
  const tokenizer = await loadEncoderTokenizer(set.at(`${folder}models/${model}`));
  const states = new Map<string, TokenStates>();
  const other: string[] = [];
  for (const { text, ids, truncated, [`layer${layer}_f32_le_base64`]: base64 } of texts) {
    const found = tokenizer.encode(text);
    if (JSON.stringify(found) !== JSON.stringify({ ids, truncated })) other.push(text);
    const bytes = Buffer.from(base64, "base64");
    states.set(
      text,
      tokenStates(
        ids,
        new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)),
      ),
    );
  }
  const cases = [
    exact(
      `${file}: token ids of ${texts.length} texts`,
      texts.length > 0 && other.length === 0,
      other.join(" | "),
    ),
  ];
  const scoresFile = file.replace(".embeddings.", ".scores.");
  if (!set.has(scoresFile)) return cases;
  const { runs, pairs } = set.json(scoresFile) as {
    runs: Run[];
    pairs: { reference: string; candidate: string }[];
  };
  for (const run of runs) {
    const { num_layers, batch_size, rescale_with_baseline, idf } = run.config;
    if (num_layers !== layer || batch_size !== 1 || rescale_with_baseline) continue;
    const name = `${file}: greedy matching over given states${idf ? ", idf" : ""}`;
    cases.push(
      attempt(name, () => {
        const weight = idf
          ? idfWeight(pairs.map(({ reference }) => states.get(reference)!.ids))
          : plainWeight(new Set([special.cls, special.sep]));
        const found = pairs.map(({ reference, candidate }) =>
          greedyMatch(states.get(candidate)!, states.get(reference)!, weight),
        );
        return measured(name, largest(found, run), toleranceOf(run.config));
      }),
    );
  }
  return cases;
}
