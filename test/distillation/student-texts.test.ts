// Texts of the student in the course of its training: whose turn it is, what is cut, and a run that is killed and goes on to the same bits.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { onPolicyStep } from "../../src/distillation/distill";
import { StudentTexts, type StudentTextsOptions } from "../../src/distillation/student-texts";
import { valueAndGradients } from "../../src/engine/gradient";
import { type Tensor, tf, type Variable } from "../../src/engine/tf";
import type { Decoder } from "../../src/models/decoder";
import type { Example } from "../../src/prompts/example";
import { AdamW } from "../../src/training/adamw";
import { epochBatches, stepsOf } from "../../src/training/finetune";
import { train } from "../../src/training/loop";
import { sharesOf } from "../../src/training/step-batch";
import { decoderRoundings, expectRounded } from "../rounding";
import { examples, gemma, PAD, VOCAB } from "./tiny-teacher";

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "own-texts-"));
afterAll(() => fs.rmSync(scratch, { recursive: true }));
let folders = 0;
const fresh = () => path.join(scratch, String(folders++));

const tokenizer = {
  padId: PAD,
  stopIds: [1],
  endOfTurnId: 1,
  vocabSize: VOCAB,
  decode: (ids: readonly number[]) => ids.join(" "),
};
const items = examples(5, 4);
const EPOCHS = 3;
const BATCH = 2;
const steps = stepsOf(items.length, EPOCHS, BATCH);
const batches = epochBatches(items, { seed: 0, batchSize: BATCH });
const options: StudentTextsOptions = {
  share: 0.6,
  temperature: 1,
  maxNewTokens: 6,
  buffer: 3,
  seed: 0,
  scored: false,
};
const teacher = gemma();

/** A student that is not its teacher. */
function student(): Decoder {
  const decoder = gemma(true);
  for (const weight of decoder.weights.values()) {
    (weight as Variable).assign(tf.tidy(() => tf.mul(weight as Tensor, 0.8)) as never);
  }
  return decoder;
}

const texts = (decoder: Decoder, folder: string, change: Partial<StudentTextsOptions> = {}) => {
  fs.mkdirSync(folder, { recursive: true });
  return new StudentTexts(decoder, tokenizer, path.join(folder, "texts.jsonl"), batches, steps, {
    ...options,
    ...change,
  });
};

class Killed extends Error {}

/** Trains a student on its own texts; killed after the step `killAt`. */
async function run(directory: string, loss: { divergence: string; alpha: number }, killAt?: number) {
  const decoder = student();
  const names = [...decoder.weights.keys()];
  const parameters = names.map((name) => decoder.weights.get(name) as Variable);
  const trainingState = { names, parameters, optimizer: new AdamW(names, parameters) };
  const scored = loss.divergence !== "forward-kl";
  const own = texts(decoder, directory, scored ? { scored, share: 1 } : {});
  try {
    const records = await train(trainingState, {
      label: "own texts",
      directory,
      settings: "s",
      schedule: { peak: 1e-2, warmupSteps: 0, totalSteps: steps, decay: "linear" },
      maxGradientNorm: 1,
      checkpointSeconds: 0,
      batch: (step) => {
        const drawn = own.at(step);
        const given = batches(step).filter((_, i) => !drawn.some(({ place }) => place === i));
        return onPolicyStep(decoder, given, drawn, teacher, { padId: PAD, temperature: 1, ...loss });
      },
      onStep: ({ step }) => {
        if (step === killAt) throw new Killed();
      },
    });
    return {
      losses: records.map((record) => record.loss),
      ownShare: records.map((record) => record.ownShare!),
      log: fs.readFileSync(path.join(directory, "texts.jsonl"), "utf8"),
      weights: parameters.map((parameter) => [...parameter.dataSync()]),
    };
  } finally {
    trainingState.optimizer.dispose();
    decoder.dispose();
  }
}

describe("a run on the student's own texts", () => {
  const loss = { divergence: "forward-kl", alpha: 0.5 };

  it("killed in the midst of a buffer or at its first step, it goes on to the same bits", async () => {
    const whole = await run(fresh(), loss);
    const lines = whole.log
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(new Set(lines.map(({ step }) => step)).size).toBeGreaterThan(3);
    expect(Math.max(...whole.ownShare)).toBeGreaterThan(0);
    expect(Math.min(...whole.ownShare)).toBeLessThan(1);
    for (const killAt of [4, 3]) {
      const directory = fresh();
      await expect(run(directory, loss, killAt)).rejects.toThrow(Killed);
      expect(await run(directory, loss), `killed at ${killAt}`).toEqual(whole);
    }
  });

  it("a log without the texts that the checkpoint has begun is refused with what to do", async () => {
    const directory = fresh();
    await expect(run(directory, loss, 4)).rejects.toThrow(Killed);
    const file = path.join(directory, "texts.jsonl");
    fs.writeFileSync(file, fs.readFileSync(file, "utf8").split("\n").slice(0, -2).join("\n").slice(0, -9));
    await expect(run(directory, loss)).rejects.toThrow(
      /texts\.jsonl: expected the \d+ texts .* steps 3 … 5.* found \d+.*Delete checkpoint\.safetensors/,
    );
  });
});

it("a text ends with the end of turn or is cut at the most tokens, and is written by the student as it is", () => {
  const decoder = student();
  const folder = fresh();
  const drawn = texts(decoder, folder, { share: 1, temperature: 3, maxNewTokens: 40, buffer: steps }).at(0);
  const lines = fs
    .readFileSync(path.join(folder, "texts.jsonl"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { finished: boolean; targetIds: number[]; text: string });
  expect(drawn).toHaveLength(BATCH);
  expect(lines).toHaveLength(steps * BATCH);
  expect(new Set(lines.map(({ finished }) => finished)).size).toBe(2);
  for (const { finished, targetIds, text } of lines) {
    const ends = targetIds.indexOf(1);
    expect(ends).toBe(finished ? targetIds.length - 1 : -1);
    if (!finished) expect(targetIds).toHaveLength(40);
    expect(text).toBe(targetIds.filter((id) => id !== 1).join(" "));
  }
  decoder.dispose();
});

it("at the draw every ratio is 1: the importance ratio's gradient is the policy gradient's", () => {
  const decoder = student();
  const drawn = texts(decoder, fresh(), { share: 1, scored: true }).at(0);
  const parameters = [...decoder.weights.values()] as Tensor[];
  const gradient = (divergence: string) =>
    tf.tidy(() => {
      const { micro, measures } = onPolicyStep(decoder, [], drawn, teacher, {
        padId: PAD,
        temperature: 1,
        alpha: 0,
        divergence,
        clipBelow: 0.2,
        clipAbove: 0.2,
      });
      const { gradients } = valueAndGradients(micro[0]!.loss, parameters);
      measures!();
      return gradients.map((g) => g.dataSync()) as never;
    }) as Float32Array[];
  const [plain, ...ratios] = ["policy-gradient", "importance-ratio", "clipped-ratio"].map(gradient);
  const flat = (of: Float32Array[]) => of.flatMap((values) => [...values]);
  const bound = 3 * (decoderRoundings(decoder.config, 24) + VOCAB);
  expect(Math.max(...flat(plain!).map(Math.abs))).toBeGreaterThan(1e-3);
  for (const ratio of ratios) expectRounded(flat(ratio), flat(plain!), bound);
  decoder.dispose();
});

it("pairs of given and own texts: skewed KL of each, a mean over its text, the two halves alike (DistiLLM-2)", () => {
  const decoder = student();
  const drawn = texts(decoder, fresh(), { share: 1 }).at(0);
  const given = batches(0);
  const skew = 0.3;
  const softmax = (row: number[]) => {
    const weights = row.map((v) => Math.exp(v - Math.max(...row)));
    const total = weights.reduce((a, b) => a + b, 0);
    return weights.map((w) => w / total);
  };
  const probabilities = (of: Decoder, { promptIds, targetIds }: Example): number[][] => {
    const ids = Int32Array.from([...promptIds, ...targetIds]);
    const rows = tf.tidy(() => of.logits(of.hidden(ids, 1)).arraySync() as never) as number[][];
    return rows.slice(promptIds.length - 1, -1).map(softmax);
  };
  const kl = (a: number[], b: number[]) => a.reduce((sum, v, i) => sum + v * Math.log(v / b[i]!), 0);
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const ofText = (example: Example, own: boolean) => {
    const [p, q] = [probabilities(teacher, example), probabilities(decoder, example)];
    return mean(
      p.map((row, t) => {
        const [left, right] = own ? [q[t]!, row] : [row, q[t]!];
        return kl(
          left,
          left.map((v, i) => skew * v + (1 - skew) * right[i]!),
        );
      }),
    );
  };
  const expected =
    mean(given.map((example) => ofText(example, false))) / 2 +
    mean(drawn.map(({ example }) => ofText(example, true))) / 2;
  const found = tf.tidy(() => {
    const options = { padId: PAD, temperature: 1, alpha: 0, divergence: "contrastive", skew };
    const { micro, measures } = onPolicyStep(decoder, given, drawn, teacher, options);
    const shares = sharesOf(micro);
    const loss = micro.reduce((sum, { loss: of }, i) => sum + shares[i]! * of().dataSync()[0]!, 0);
    measures!();
    return loss as never;
  }) as number;
  expect(Math.abs(found - expected)).toBeLessThan(1e-5);
  decoder.dispose();
});

it("leaves no tensor behind", () => {
  const decoder = student();
  const run = () => {
    const own = texts(decoder, fresh(), { buffer: 1, scored: true, share: 1 });
    for (let step = 0; step < 4; step++) own.at(step);
  };
  // The engine keeps constants of each size that it has met.
  run();
  const before = tf.memory().numTensors;
  run();
  expect(tf.memory().numTensors).toBe(before);
  decoder.dispose();
});
