// Teacher and student of one tokenizer whose embeddings have rows beyond its tokens, and not the same number: distilling is over the
// tokens, as if the rows were not there; cross-entropy sees all rows, as a language model's does.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Random } from "../../src/base/random";
import { type CacheHeader, LogitCache, LogitCacheWriter } from "../../src/distillation/cache";
import { cacheError, captureGenerated, captureGold } from "../../src/distillation/capture";
import { type DistillStepOptions, distillStep } from "../../src/distillation/distill";
import { tokenKl } from "../../src/distillation/heatmap";
import { distillationRows } from "../../src/distillation/losses";
import { sparseTeacher } from "../../src/distillation/teacher-targets";
import { measurePrior } from "../../src/distillation/token-prior";
import { valueAndGradients } from "../../src/engine/gradient";
import { type Tensor, tf } from "../../src/engine/tf";
import { modelDrafter } from "../../src/generation/draft";
import { generate } from "../../src/generation/generate";
import { generateSpeculative } from "../../src/generation/speculative";
import { Decoder } from "../../src/models/decoder";
import { keepWeight, loadDecoder } from "../../src/models/load";
import { collate } from "../../src/prompts/batch";
import { AdamW } from "../../src/training/adamw";
import type { TrainingState } from "../../src/training/checkpoint";
import { headLoss } from "../../src/training/head-loss";
import { type StepBatch, train } from "../../src/training/loop";
import { referenceModel } from "../models/reference-models";
import { examples, PAD } from "./tiny-teacher";

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "padded-"));
afterAll(() => fs.rmSync(scratch, { recursive: true }));
let folders = 0;
const fresh = () => path.join(scratch, String(folders++));

/** The model with so many rows in embedding and head; the new ones as large as the others, so that they would be seen. */
function model(family: string, rows: number, { factor = 1, trainable = false } = {}): Decoder {
  const plain = loadDecoder(referenceModel(family));
  const random = new Random(9);
  const weights = new Map(
    [...plain.weights].map(([name, weight]) => {
      const [count, width] = weight.shape as [number, number];
      const own = Float32Array.from((weight as Tensor).dataSync(), (x) => x * factor);
      if (!/embed_tokens|lm_head/.test(name)) return [name, keepWeight(own, [...weight.shape], trainable)];
      const size = Math.sqrt(own.reduce((sum, x) => sum + x * x, 0) / own.length);
      const padded = new Float32Array(rows * width).map(() => 3 * size * (2 * random.next() - 1));
      padded.set(own);
      expect(rows).toBeGreaterThanOrEqual(count);
      return [name, keepWeight(padded, [rows, width], trainable)];
    }),
  );
  plain.dispose();
  return new Decoder({ ...plain.config, vocabSize: rows }, weights, trainable);
}

// Gemma-2 ties head and embedding, SOLAR does not.
const FAMILIES = [
  ["gemma2", 256],
  ["solar", 160],
] as const;

describe.each(FAMILIES)("%s, %i tokens", (family, tokens) => {
  const items = examples(5, 3).map((item) => {
    const within = (ids: number[]) => ids.map((id) => id % tokens);
    return { ...item, promptIds: within(item.promptIds), targetIds: within(item.targetIds) };
  });
  const teacher = model(family, tokens);
  const paddedTeacher = model(family, tokens + 24);
  const student = model(family, tokens, { factor: 0.9, trainable: true });
  const paddedStudent = model(family, tokens + 8, { factor: 0.9, trainable: true });
  const header = (source: "gold" | "generated", topK = 16): CacheHeader => ({
    ...{ source, topK, samples: 3, vocabSize: tokens },
    ...{ tokenizerHash: "", templateHash: "", teacherHash: "", dataHash: "", settingsHash: "" },
  });
  const options = { padId: PAD, topK: 16, seed: 1 };

  function gold(decoder: Decoder): LogitCache {
    const folder = fresh();
    const prior = measurePrior(decoder, items, { padId: PAD, vocabSize: tokens });
    const writer = LogitCacheWriter.open(folder, header("gold"), prior);
    captureGold(decoder, items, writer, options);
    writer.close();
    return LogitCache.open(folder);
  }
  const [cache, paddedCache] = [gold(teacher), gold(paddedTeacher)];

  it("capture stores the same rows, prior and error", () => {
    expect(paddedCache.header.vocabSize).toBe(tokens);
    for (const [i, value] of cache.prior!.logProbability.entries())
      expect(Math.abs(paddedCache.prior!.logProbability[i]! - value)).toBeLessThanOrEqual(1 / 256);
    for (const { id } of items) {
      const [here, there] = [cache.row(id), paddedCache.row(id)];
      expect([...there.topIds]).toEqual([...here.topIds]);
      expect([...there.sampledIds]).toEqual([...here.sampledIds]);
      for (const field of ["topLogits", "logSumExp", "logTail", "entropy"] as const)
        for (const [i, value] of here[field].entries()) expect(there[field][i]).toBeCloseTo(value, 2);
    }
    const error = cacheError(teacher, items, cache, { padId: PAD });
    expect(cacheError(paddedTeacher, items, paddedCache, { padId: PAD })).toBeCloseTo(error, 3);
  });

  it("capture of what the teacher writes has no row of the padding in it", () => {
    const free = generate(
      paddedTeacher,
      items.map(({ promptIds }) => promptIds),
      { padId: PAD, stopIds: [], maxNewTokens: 12 },
    );
    expect(free.flat().some((id) => id >= tokens)).toBe(true);
    const written = [teacher, paddedTeacher].map((decoder) => {
      const folder = fresh();
      const writer = LogitCacheWriter.open(folder, header("generated"));
      captureGenerated(decoder, items, writer, { ...options, stopIds: [1], maxNewTokens: 12 });
      writer.close();
      return LogitCache.open(folder);
    });
    for (const { id } of items) {
      const [here, there] = written.map((one) => one.row(id));
      expect([...there!.targetIds]).toEqual([...here!.targetIds]);
      expect([...there!.topIds]).toEqual([...here!.topIds]);
    }
  });

  /** Loss, measures and gradients by the first rows of every weight. */
  function run(decoder: Decoder, step: StepBatch) {
    const parameters = [...decoder.weights.values()] as Tensor[];
    return tf.tidy(() => {
      const { value, gradients } = valueAndGradients(step.micro[0]!.loss, parameters);
      const own = [...decoder.weights.keys()].map((name, i) => {
        const values = [...gradients[i]!.dataSync()];
        if (!/embed_tokens|lm_head/.test(name)) return { own: values, beyond: [] };
        const cut = tokens * gradients[i]!.shape[1]!;
        return { own: values.slice(0, cut), beyond: values.slice(cut) };
      });
      return {
        loss: value.dataSync()[0]!,
        gradient: own.flatMap((part) => part.own),
        beyond: own.flatMap((part) => part.beyond),
        measures: step.measures!(),
      };
    });
  }

  type Loss = Partial<DistillStepOptions> & Pick<DistillStepOptions, "divergence">;
  const losses: [string, Loss][] = [
    ...["bucket", "prior", "renormalise", "renormalise-teacher", "drop", "sampled"].map(
      (tail): [string, Loss] => [tail, { divergence: "forward-kl", tail: tail as never }],
    ),
    ...(["reverse-kl", "tvd"] as const).map((divergence): [string, Loss] => [divergence, { divergence }]),
    ["jsd", { divergence: "jsd", beta: 0.5 } as never],
  ];

  it.each(losses)("a step from the cache is that of embeddings without padding: %s", (_, loss) => {
    const settings = { padId: PAD, alpha: 0, temperature: 2, ...loss };
    const plain = run(student, distillStep(student, items, cache, settings));
    const found = run(paddedStudent, distillStep(paddedStudent, items, cache, settings));
    expect(found.measures.kl).toBeCloseTo(plain.measures.kl!, 4);
    expect(found.loss).toBeCloseTo(plain.loss, 3);
    const size = Math.hypot(...plain.gradient);
    expect(size).toBeGreaterThan(0);
    expect(Math.hypot(...plain.gradient.map((g, i) => g - found.gradient[i]!))).toBeLessThan(1e-3 * size);
    expect(found.beyond.every((g) => g === 0)).toBe(true);
  });

  it("with the teacher in memory the loss is KL over the tokens and cross-entropy over all rows, by float64", () => {
    const settings = {
      padId: PAD,
      alpha: 0.5,
      temperature: 1,
      divergence: "forward-kl",
      vocabSize: tokens,
    } as const;
    const { measures, loss, beyond } = run(
      paddedStudent,
      distillStep(paddedStudent, items, paddedTeacher, settings),
    );
    let [kl, entropy, count] = [0, 0, 0];
    for (const { promptIds, targetIds } of items) {
      const ids = Int32Array.from([...promptIds, ...targetIds]);
      const [p, q] = [paddedTeacher, paddedStudent].map(
        (decoder) => tf.tidy(() => decoder.logits(decoder.hidden(ids, 1)).arraySync()) as number[][],
      );
      const logSum = (row: number[]) => Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0));
      for (const [t, target] of targetIds.entries()) {
        const at = promptIds.length - 1 + t;
        const [ours, theirs] = [q![at]!.slice(0, tokens), p![at]!.slice(0, tokens)];
        const [a, b] = [logSum(theirs), logSum(ours)];
        kl += theirs.reduce((sum, x, id) => sum + Math.exp(x - a) * (x - a - (ours[id]! - b)), 0);
        entropy += logSum(q![at]!) - q![at]![target]!;
        count++;
      }
    }
    expect(measures.kl).toBeCloseTo(kl / count, 4);
    expect(measures.crossEntropy).toBeCloseTo(entropy / count, 4);
    expect(loss).toBeCloseTo((0.5 * (kl + entropy)) / count, 4);
    // Cross-entropy pushes down what no text holds.
    expect(beyond.some((g) => g > 0)).toBe(true);
  });

  it("compiled steps are the steps op by op", async () => {
    const losses = [];
    for (const compile of [true, false]) {
      const decoder = model(family, tokens + 8, { factor: 0.9, trainable: true });
      const names = [...decoder.weights.keys()];
      const parameters = names.map(
        (name) => decoder.weights.get(name) as TrainingState["parameters"][number],
      );
      const optimizer = new AdamW(names, parameters);
      const settings = { padId: PAD, alpha: 0.5, temperature: 2, divergence: "forward-kl" } as const;
      const records = await train(
        { names, parameters, optimizer },
        {
          ...{ label: "padded", directory: fresh(), settings: "s", maxGradientNorm: 1, compile },
          schedule: { peak: 0.01, warmupSteps: 1, totalSteps: 6, decay: "linear" },
          batch: (step) => distillStep(decoder, [items[step % 5]!, items[(step + 2) % 5]!], cache, settings),
        },
      );
      losses.push(records.map(({ loss }) => loss));
      optimizer.dispose();
      decoder.dispose();
    }
    for (const [step, loss] of losses[1]!.entries()) expect(losses[0]![step]).toBeCloseTo(loss, 3);
    expect(losses[1]![5]).not.toBeCloseTo(losses[1]![0]!, 2);
  });

  it("a frozen head too large for chunks goes by rows where the student has padding, with the same divergence", () => {
    const batch = collate(items, PAD);
    const shape = { topK: 16, samples: 3, vocabSize: tokens };
    const teacherRows = sparseTeacher(batch, (id) => cache.row(id), shape);
    const settings = { divergence: "forward-kl", alpha: 0, temperature: 1 } as const;
    const rows = distillationRows(batch.targets, teacherRows, settings);
    expect(rows.listed!(tokens)).toBeDefined();
    expect(rows.listed!(tokens + 8)).toBeUndefined();
    const [plain, padded] = [student, paddedStudent].map((decoder) =>
      tf.tidy(() => {
        const width = decoder.config.hiddenSize;
        const hidden = tf.randomNormal([batch.targets.length, width], 0, 1, "float32", 5) as Tensor;
        const { finalSoftcap: softcap } = decoder.config;
        return headLoss(hidden, decoder.head, rows, {
          softcap,
          trainable: false,
          chunkElements: tokens * 3,
        }).dataSync()[0]!;
      }),
    );
    expect(padded).toBeCloseTo(plain!, 4);
  });

  it("the heatmap and drafts are over the tokens", () => {
    const tokenizer = { vocabSize: tokens, tokens: (ids: readonly number[]) => ids.map((id) => `<${id}>`) };
    const plain = tokenKl(student, teacher, items[0]!, tokenizer);
    for (const source of [paddedTeacher, cache.row(items[0]!.id)] as const) {
      for (const [t, { kl, teacher: best, student: own }] of tokenKl(
        paddedStudent,
        source,
        items[0]!,
        tokenizer,
      ).entries()) {
        expect([best, own]).toEqual([plain[t]!.teacher, plain[t]!.student]);
        if (source === paddedTeacher) expect(kl).toBeCloseTo(plain[t]!.kl, 4);
      }
    }
    const greedy = { maxNewTokens: 10, stopIds: [] as number[], draftTokens: 3, vocabSize: tokens };
    const [alone] = generate(paddedTeacher, [items[0]!.promptIds], { ...greedy, padId: PAD });
    const drafter = modelDrafter(paddedStudent, tokens);
    expect(generateSpeculative(paddedTeacher, drafter, items[0]!.promptIds, greedy).ids).toEqual(alone);
    expect(alone!.every((id) => id < tokens)).toBe(true);
  });

  it("what lacks tokens is refused with all numbers", () => {
    const settings = { padId: PAD, alpha: 0, temperature: 1, divergence: "forward-kl" } as const;
    expect(() => distillStep(paddedStudent, items, teacher, { ...settings, vocabSize: tokens + 8 })).toThrow(
      `The teacher's vocabulary has ${tokens} tokens, the student's ${tokens + 8}, the tokenizer ${tokens + 8}`,
    );
    expect(() => distillStep(paddedStudent, items, cache, { ...settings, vocabSize: tokens + 8 })).toThrow(
      `the cache has logits of ${tokens} tokens, the tokenizer ${tokens + 8}`,
    );
    expect(() => distillStep(paddedStudent, items, paddedTeacher, settings)).toThrow(
      `The teacher's vocabulary has ${tokens + 24} tokens, the student's ${tokens + 8}: distillation needs the same tokenizer, and`,
    );
    const wide = LogitCacheWriter.open(fresh(), { ...header("gold"), vocabSize: tokens + 1 });
    expect(() => captureGold(teacher, items, wide, options)).toThrow(
      `the cache has ${tokens + 1} tokens, the teacher's embedding ${tokens} rows`,
    );
    wide.close();
  });
});
