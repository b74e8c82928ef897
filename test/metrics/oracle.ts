// Reads the reference outputs of the Python packages (test/fixtures/oracles/metrics, see its README).
import { readFileSync } from "node:fs";
import { join } from "node:path";

export const oracleFolder = join(__dirname, "../fixtures/oracles/metrics");

// biome-ignore lint/suspicious/noExplicitAny: the oracle files have a shape each, described in their README
export function oracle(file: string): any {
  return JSON.parse(readFileSync(join(oracleFolder, file), "utf8"));
}
