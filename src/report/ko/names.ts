// Korean names of what the tables and findings hold under keys.
import type { SystemId } from "../../evaluation/results";
import { TEST_SET_NAMES, tokenizerName } from "../../figures/labels";
import { SYSTEM_STYLES } from "../../figures/systems";
import { splitMetric } from "../findings";

export const systemName = (id: SystemId): string => SYSTEM_STYLES[id].name;

export const testSetName = (testSet: keyof typeof TEST_SET_NAMES): string => TEST_SET_NAMES[testSet];

const ROUGE_NAMES: Record<string, string> = {
  rouge1: "ROUGE-1",
  rouge2: "ROUGE-2",
  rougeL: "ROUGE-L",
  rougeLsum: "ROUGE-Lsum",
};

/** "rouge1.whitespace" -> "ROUGE-1(공백)", "bertscore.f" -> "BERTScore F1". */
export function metricName(metric: string): string {
  if (metric === "keptFacts") return "지킨 사실";
  if (metric === "inventedFacts") return "지어낸 사실";
  const [family, detail] = splitMetric(metric);
  if (family === "bertscore") return `BERTScore ${{ precision: "P", recall: "R" }[detail] ?? "F1"}`;
  return `${ROUGE_NAMES[family] ?? family}(${tokenizerName(detail)})`;
}

export const ROUGE2SUM_LABEL = "ROUGE2SUM (원 보고서 표기; rougeLsum으로 해석)";

export const NOT_MEASURED = "측정하지 않음";
