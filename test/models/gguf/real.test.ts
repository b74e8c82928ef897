// A real GGUF file against transformers and llama.cpp, some of its texts; `npm run parity -- test/fixtures/real` compares all, and Gemma 3.
// Made models stand in for it in models.test.ts; this runs where `npm run cli -- fetch-real` has brought the file.
import * as fs from "node:fs";
import * as path from "node:path";
import { expect, it } from "vitest";
import { checkRealModel } from "../../../src/tools/parity/real-models";
import { ReferenceFolder } from "../../../src/tools/parity/reference-folder";
import { realModelFile } from "../../../src/tools/real-models";

const FOLDER = path.join(__dirname, "../../fixtures/real");
/** Of which log-probabilities and continuations are compared here; ids of all. */
const SCORED = ["english", "system text"];
const missing = !fs.existsSync(realModelFile("smollm2"));
const why = missing ? " (left out, not fetched: npm run cli -- fetch-real)" : "";

it.skipIf(missing)(`SmolLM2 gives transformers' log-probabilities, llama.cpp's ids${why}`, async () => {
  const cases = await checkRealModel(new ReferenceFolder(FOLDER), "smollm2", (id) => SCORED.includes(id));
  expect(cases.filter(({ ok }) => !ok)).toEqual([]);
  expect(cases.filter(({ name }) => name.endsWith(": log-probabilities")).length).toBe(SCORED.length);
});
