// Where a decoder's parameters are, module by module.
import type { Decoder } from "./decoder";

export interface ParameterRow {
  module: string;
  shape: string;
  /** How many such tensors: one a layer, or one. */
  count: number;
  parameters: number;
  percent: number;
}

/** One row per kind of tensor, in the order of the weights. */
export function parameterTable(decoder: Decoder): ParameterRow[] {
  const rows = new Map<string, ParameterRow>();
  for (const [name, weight] of decoder.weights) {
    const module = name.replace(/\.weight$/, "").replace(/layers\.\d+/, "layers.*");
    const row = rows.get(module) ?? {
      module,
      shape: weight.shape.join(" × "),
      count: 0,
      parameters: 0,
      percent: 0,
    };
    row.count++;
    row.parameters += weight.size;
    row.percent = (100 * row.parameters) / decoder.parameters;
    rows.set(module, row);
  }
  return [...rows.values()];
}
