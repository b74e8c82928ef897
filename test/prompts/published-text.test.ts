// A text's ids against the library's own, special tokens included: bos only where the tokenizer begins texts with it.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { AutoTokenizer, env } from "@huggingface/transformers";
import { expect, it } from "vitest";
import { openPublishedText } from "../../src/prompts/published-text";

const ROOT = path.resolve(__dirname, "../..");
const TEXTS = ["서울의 날씨는 맑다.", "the day", ""];
env.allowRemoteModels = false;

it.each(["gemma2-student", "llama32", "qwen3", "solar"])(
  "%s: a text begins as the library begins it",
  async (name) => {
    const folder = path.join(ROOT, "data/models", name);
    const library = await AutoTokenizer.from_pretrained(folder);
    const { encode } = await openPublishedText(folder);
    for (const text of TEXTS.slice(0, 2)) expect(encode(text)).toEqual([...library.encode(text)]);
  },
);

it("leaves out a bos that is named and begins no text", async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "named-bos-"));
  fs.cpSync(path.join(ROOT, "data/models/qwen3"), folder, { recursive: true });
  const file = path.join(folder, "tokenizer_config.json");
  const config = JSON.parse(fs.readFileSync(file, "utf8"));
  fs.writeFileSync(file, JSON.stringify({ ...config, bos_token: "<|im_start|>" }));
  const [named, unnamed] = [
    await openPublishedText(folder),
    await openPublishedText(path.join(ROOT, "data/models/qwen3")),
  ];
  for (const text of TEXTS) expect(named.encode(text)).toEqual(unnamed.encode(text));
  fs.rmSync(folder, { recursive: true });
});
