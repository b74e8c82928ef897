// The rows of docs/benchmarks.md, in its order.
import type { Row } from "./row";
import { bertscore } from "./rows/bertscore";
import { cache } from "./rows/cache";
import { capture, capture2b } from "./rows/capture";
import { generate, generate2b, generateReal } from "./rows/generate";
import { load9b } from "./rows/load-9b";
import { loss256k } from "./rows/loss-256k";
import { rouge } from "./rows/rouge";
import { scaling } from "./rows/scaling";
import { startup } from "./rows/startup";
import { train2b } from "./rows/train-2b";
import { trainReal } from "./rows/train-real";
import { trainTiny } from "./rows/train-tiny";

export const rows: readonly Row[] = [
  trainTiny,
  trainReal,
  train2b,
  load9b,
  loss256k,
  generate,
  generateReal,
  generate2b,
  capture,
  capture2b,
  cache,
  rouge,
  bertscore,
  startup,
  scaling,
];
