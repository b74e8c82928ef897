// Words of the generated parts of README.md.
import type { ReadmeWords } from "../readme/blocks";
import { interpretation } from "./interpretation";
import { names } from "./names";
import { ENGLISH_TIME } from "./time";

export const readme: ReadmeWords = {
  names,
  interpretation,
  time: ENGLISH_TIME,
  run: ({ smallest, largest, seed }) =>
    `Synthetic corpus; models of ${smallest} to ${largest} parameters pre-trained here; seed ${seed}. **These are this repository's own figures, not the published models'.** ROUGE is F1 over whitespace words with the 95 % bootstrap interval over items (“default”: the tokenizer that deletes Hangul); BERTScore by the profile's tiny encoder.`,
  scores: ["system", "items"],
  seeds: {
    seed: "seed",
    items: "items",
    intro:
      "ROUGE-1 by seed of data order and adapter initialisation: the run above, and the seeds that `npm run seeds` recorded beside it.",
    none: "No other seed was run. `npm run seeds`, then `npm run report` records them beside this run.",
  },
  lighter: {
    language: "en",
    columns: ["form", "file", "memory", "first token (ms)", "tokens/s"],
    none: "The lighter forms were not measured in this run.",
    recommended: (engine, onnx) =>
      `Recommended by the rule of \`09-lighter-model\`, which takes the smallest file without a significant loss: ${engine} in the engine, ${onnx} elsewhere.`,
  },
  measured: {
    heading: ["measured", ""],
    study: "`npm run study` with nothing finished, set-up not counted",
    slowest: (notebook) => `its longest notebook, \`${notebook}\``,
    testsLabel: "`npm test`",
    tests: (passed, failed) => `${passed} passed, ${failed} failed`,
    clone: "files of a clone",
    installed: "node_modules, .venv and the engine",
    none: "No time of a whole run is recorded yet.",
    on: (processor, node) => `${processor}, Node ${node}`,
  },
};
