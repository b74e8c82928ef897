// A Korean text in the tokens of two models: bytes of tokens, a step from a teacher with another vocabulary, its slope.
import * as path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../src/base/random";
import { crossVocabularyStep, type Speaker } from "../../src/distillation/vocabularies/cross-step";
import { ACROSS_VOCABULARIES, acrossVocabularies } from "../../src/distillation/vocabularies/registry";
import { valueAndGradients } from "../../src/engine/gradient";
import { type Tensor, tf, type Variable } from "../../src/engine/tf";
import { loadDecoder } from "../../src/models/load";
import { type Example, encodeItem } from "../../src/prompts/example";
import { textBytes } from "../../src/prompts/token-bytes";
import { type ChatTokenizer, loadTokenizer } from "../../src/prompts/tokenizer";

const folder = (name: string) => path.join(__dirname, "../../data/models", name);
const NAMES = ["gemma2-student", "qwen3", "llama32", "solar"];
const SUMMARIES = [
  "부산시는 3월 2일 뷁섬 축제에 1,024명이 왔다고 밝혔다.",
  "김서연 연구원은 “새 표본 12개”를 찾았다 😀",
];
const tokenizers = new Map<string, ChatTokenizer>();
beforeAll(async () => {
  for (const name of NAMES) tokenizers.set(name, await loadTokenizer(folder(name)));
});

it.each(NAMES)("the tokens of %s spell the text, byte by byte", (name) => {
  const tokenizer = tokenizers.get(name)!;
  for (const text of SUMMARIES) {
    const tokens = textBytes(tokenizer.bytes(tokenizer.encode(text)), text);
    expect(Buffer.concat(tokens).toString()).toBe(text);
  }
  // A syllable that is in no training text comes in pieces.
  expect(tokenizer.bytes(tokenizer.encode("뷁")).length).toBeGreaterThan(1);
});

it("a tokenizer that changes the text is refused", () => {
  expect(() => textBytes([Buffer.from("가 나")], "가  나")).toThrow(/spell "가 나", the text is "가 {2}나"/);
});

describe("a step from a Qwen3 teacher to a Gemma-2 student", () => {
  const items = SUMMARIES.map((summary, i) => ({
    id: `i${i}`,
    document: `${summary} 자세한 내용은 다음과 같다.`,
    summary,
    topic: "",
    split: "train" as const,
  }));
  const speaker = (name: string, trainable: boolean): Speaker => {
    const tokenizer = tokenizers.get(name)!;
    return {
      decoder: loadDecoder(folder(name), { trainable }),
      padId: tokenizer.padId,
      vocabSize: tokenizer.vocabSize,
      targetBytes: ({ id, targetIds }) =>
        textBytes(tokenizer.bytes(targetIds.slice(0, -1)), items.find((item) => item.id === id)!.summary),
    };
  };

  it.each(ACROSS_VOCABULARIES.map(({ name }) => name))("%s: its slope is that of its value", (name) => {
    const across = acrossVocabularies(name)!;
    const student = speaker("gemma2-student", true);
    const teacher = speaker("qwen3", false);
    const own = items.map((item) => encodeItem(tokenizers.get("gemma2-student")!, item));
    const taught = ({ id }: Example) =>
      encodeItem(tokenizers.get("qwen3")!, items.find((item) => item.id === id)!);
    // A policy gradient's value is no function whose slope it has: its advantage is held constant.
    const alpha = across.name === "span-policy-gradient" ? 1 : 0.5;
    const parameters = [...student.decoder.weights.values()] as Variable[];
    const run = () => crossVocabularyStep(student, teacher, own, taught, { across, alpha, temperature: 1 });
    const value = () =>
      tf.tidy(() => {
        const step = run();
        const loss = step.micro[0]!.loss().dataSync()[0]!;
        return { loss, ...step.measures!() } as never;
      }) as { loss: number; crossEntropy: number; kl: number };
    const random = new Random(2);
    const direction = parameters.map((p) => Float32Array.from({ length: p.size }, () => random.normal()));
    const slope = tf.tidy(() => {
      const step = run();
      const { gradients } = valueAndGradients(step.micro[0]!.loss, parameters as Tensor[]);
      step.measures!();
      return gradients.reduce(
        (sum, g, i) => sum + (g.dataSync() as Float32Array).reduce((s, v, k) => s + v * direction[i]![k]!, 0),
        0,
      ) as never;
    }) as number;
    const { loss, crossEntropy, kl } = value();
    expect(loss).toBeCloseTo(alpha * crossEntropy + (1 - alpha) * kl, 4);
    expect(crossEntropy).toBeGreaterThan(0);
    expect(kl).not.toBe(0);
    const move = (by: number) => {
      for (const [i, p] of parameters.entries()) {
        p.assign(
          tf.tidy(() => tf.add(p, tf.mul(tf.tensor(direction[i]!, p.shape as number[]), by))) as never,
        );
      }
    };
    const step = 2e-4;
    move(step);
    const above = value().loss;
    move(-2 * step);
    const below = value().loss;
    const measured = (above - below) / (2 * step);
    expect(Math.abs(slope)).toBeGreaterThan(0.05);
    expect(Math.abs(measured - slope) / Math.abs(slope)).toBeLessThan(0.05);
    const before = tf.memory().numTensors;
    value();
    expect(tf.memory().numTensors).toBe(before);
    for (const { decoder } of [student, teacher]) decoder.dispose();
  });
});
