// The rows of docs/benchmarks.md, in its order.
import type { Row } from "./row";
import { bertscore } from "./rows/bertscore";
import { rouge } from "./rows/rouge";

export const rows: readonly Row[] = [rouge, bertscore];
