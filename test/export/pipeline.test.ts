// pipeline("text-generation") of @huggingface/transformers on exported models of all four families: the engine's greedy text.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { pipeline } from "@huggingface/transformers";
import { afterAll, expect, it } from "vitest";
import { exportDecoder } from "../../src/export/decoder";
import { copyModelFiles } from "../../src/export/model-files";
import { generate } from "../../src/generation/generate";
import { loadDecoder } from "../../src/models/load";
import { TEMPLATE_SETTINGS } from "../../src/prompts/render-template";
import { loadTokenizer } from "../../src/prompts/tokenizer";
import { disposePacked, quantizedDecoder, uniformPlan } from "../../src/quantization/decoder";
import type { Scheme } from "../../src/quantization/scheme";

const MODELS = path.join(__dirname, "../../data/models");
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "export-pipeline-"));
afterAll(() => fs.rmSync(scratch, { recursive: true }));

const TEXT =
  "시립도서관은 9월 3일부터 열람실을 새로 연다. 이용 시간은 오전 9시부터 오후 8시까지다. 문의는 02-123-4567로 하면 된다.\n\n위 글을 요약하세요.";
const NEW_TOKENS = 24;

it.each(["gemma2-student", "qwen3", "llama32", "solar"])("%s", async (name) => {
  const folder = path.join(MODELS, name);
  const out = path.join(scratch, name);
  const decoder = loadDecoder(folder);
  const tokenizer = await loadTokenizer(folder);
  const read = (weight: string) => decoder.weights.get(weight)!.dataSync() as Float32Array;
  const int8: Scheme = { bits: 8, groupSize: 32, symmetric: true };
  exportDecoder(decoder.config, read, out, "fp32");
  exportDecoder(decoder.config, read, out, "int8", () => int8);
  copyModelFiles(folder, out);
  // SOLAR's chat template writes no bos, and the library adds none to a chat.
  const prompt = name === "solar" ? tokenizer.turn(TEXT) : tokenizer.prompt(TEXT);
  const rounded = quantizedDecoder(decoder, uniformPlan(decoder, int8));
  for (const [dtype, model] of [
    ["fp32", decoder],
    ["q8", rounded],
  ] as const) {
    const [ids] = generate(model, [prompt], {
      maxNewTokens: NEW_TOKENS,
      stopIds: tokenizer.stopIds,
      padId: tokenizer.padId,
    });
    const write = await pipeline("text-generation", out, { dtype, local_files_only: true });
    const [answer] = await write([{ role: "user", content: TEXT }], {
      max_new_tokens: NEW_TOKENS,
      do_sample: false,
      tokenizer_encode_kwargs: TEMPLATE_SETTINGS,
    });
    const turns = (answer as { generated_text: { role: string; content: string }[] }).generated_text;
    expect(ids!.length).toBeGreaterThan(3);
    expect(turns[turns.length - 1]!.content.trim()).toBe(tokenizer.decode(ids!).trim());
    await write.dispose();
  }
  disposePacked(rounded);
  decoder.dispose();
});
