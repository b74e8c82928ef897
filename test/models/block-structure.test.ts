// What drawings and tables say of a block, for each family by its model card and paper.
import { describe, expect, it } from "vitest";
import { architectureDiagram } from "../../src/figures/architecture";
import { blockStructure } from "../../src/models/block-structure";
import { decoderHubConfig } from "../../src/models/config";
import { referenceModel } from "./reference-models";

const plain = { gate: "SwiGLU", postNorms: false, scalesEmbedding: false, sliding: undefined };
const gemma = { gate: "GeGLU", postNorms: true, scalesEmbedding: true };

describe.each<[string, object, string[], string[]]>([
  [
    "gemma2",
    { ...gemma, queryKeyNorm: false, sliding: "alternating" },
    ["GeGLU", "홀짝", "× √48"],
    ["질의·키"],
  ],
  [
    "gemma3",
    { ...gemma, queryKeyNorm: true, sliding: "most" },
    ["GeGLU", "질의·키 RMSNorm", "θ = 1,000,000; 슬라이딩 층 10,000", "대부분의 층은 슬라이딩 윈도 6"],
    ["홀짝", "소프트캡"],
  ],
  ["gemma3_mm_v5", { ...gemma, queryKeyNorm: true, sliding: "most" }, ["× √48"], []],
  ["qwen3", { ...plain, queryKeyNorm: true }, ["SwiGLU", "질의·키"], ["윈도", "√"]],
  ["llama32", { ...plain, queryKeyNorm: false }, ["SwiGLU"], ["윈도", "√", "질의·키"]],
])("%s", (name, structure, said, unsaid) => {
  const config = decoderHubConfig(referenceModel(name));

  it("has the structure of its family", () => {
    expect(blockStructure(config)).toEqual(structure);
  });

  it("is drawn so", () => {
    const drawing = JSON.stringify(architectureDiagram(config, name));
    for (const words of said) expect(drawing).toContain(words);
    for (const words of unsaid) expect(drawing).not.toContain(words);
  });
});
