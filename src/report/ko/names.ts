// Korean names of what the tables and findings hold under keys.
import { namesIn } from "../names";

export const NOT_MEASURED = "측정하지 않음";

export const ROUGE2SUM_LABEL = "ROUGE2SUM (원 보고서 표기; rougeLsum으로 해석)";

export const names = namesIn("ko");
