// Elements of a model's weights, read here from the safetensors headers.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export function weightsIn(folder: string): { elements: number } {
  let elements = 0;
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".safetensors"))) {
    const bytes = readFileSync(join(folder, file));
    const header = JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE(0))).toString("utf8"));
    delete header.__metadata__;
    for (const { shape } of Object.values(header) as { shape: number[] }[]) {
      elements += shape.reduce((a, b) => a * b, 1);
    }
  }
  return { elements };
}
