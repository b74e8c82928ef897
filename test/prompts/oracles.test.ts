// Every tokenizer reference file through the project's own code; the files come from the Python packages (see their README).
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openTokenizerFolder } from "../../src/prompts/tokenizer-folder";
import { checkTokenizers, isTokenizersFolder } from "../../src/tools/parity/tokenizers";

const FOLDER = "test/fixtures/oracles/tokenizers";

describe("tokenizers against the Python packages", () => {
  it("agree on every row of ids, text, pairs and chat templates", async () => {
    expect(isTokenizersFolder(FOLDER)).toBe(true);
    const cases = await checkTokenizers(FOLDER);
    expect(cases.filter((one) => !one.ok).map((one) => `${one.name}: ${one.note}`)).toEqual([]);
    // Six styles with ids, special ids, plain ids and text; four with chat text, ids and prompts; the files themselves.
    expect(cases.length).toBeGreaterThan(6 * 4 + 4 * 3);
  });

  it("composes decomposed Hangul for an encoder, where the reference has unknown tokens", async () => {
    const { rows } = JSON.parse(readFileSync(join(FOLDER, "xlmr.encode.json"), "utf8"));
    const { encodePlain } = await openTokenizerFolder(join(FOLDER, "models/xlmr"));
    const decomposed = rows.filter(({ id }: { id: string }) =>
      ["nfd", "nfd-sentence", "nfd-mixed"].includes(id),
    );
    expect(decomposed).toHaveLength(3);
    for (const { text } of decomposed) {
      expect(encodePlain(text)).toEqual(encodePlain(text.normalize("NFC")));
      expect(text).not.toBe(text.normalize("NFC"));
    }
  });

  it("notice a changed id, a file of an unknown kind and a missing model", async () => {
    const copy = mkdtempSync(join(tmpdir(), "tokenizers-"));
    cpSync(FOLDER, copy, { recursive: true });
    const file = join(copy, "gemma.encode.json");
    const data = JSON.parse(readFileSync(file, "utf8"));
    data.rows[10].ids[0] += 1;
    writeFileSync(file, JSON.stringify(data));
    writeFileSync(join(copy, "unknown.json"), "{}");
    writeFileSync(join(copy, "other.encode.json"), JSON.stringify(data));
    const wrong = (await checkTokenizers(copy)).filter((one) => !one.ok);
    const names = wrong.map((one) => one.name).join("\n");
    expect(names).toContain("gemma ids");
    expect(names).toContain("unknown.json");
    expect(names).toContain("other.encode.json");
    expect(wrong.find((one) => one.name.startsWith("gemma ids ("))!.note).toContain(data.rows[10].id);
  });
});
