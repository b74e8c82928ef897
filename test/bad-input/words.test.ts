// Bad tokenizers, profiles, notebook parameters and command lines.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { loadTokenizer } from "../../src/prompts/tokenizer";
import { readRun } from "../../src/report/run-files";
import { loadReportSettings } from "../../src/report/settings";
import { ROOT } from "../../src/study/stage";
import { openStudy } from "../../src/study/study";
import { file, type Refusal, refuses } from "./refusal";

const GEMMA = path.join(__dirname, "../fixtures/oracles/tokenizers/models/gemma");
const NAMES = ["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"];
// biome-ignore lint/suspicious/noExplicitAny: fields of any depth are spoilt
type Json = Record<string, any>;

const tokenizer = (
  name: string,
  change: (json: Json, config: Json) => unknown,
  says: Refusal["says"],
  where = "tokenizer.json",
): Refusal => ({
  name,
  prepare(folder) {
    const [json, config] = NAMES.map(
      (one) => JSON.parse(fs.readFileSync(path.join(GEMMA, one), "utf8")) as Json,
    );
    const changed = change(json!, config!);
    const whole =
      typeof changed === "object" && changed !== null && "whole" in changed ? changed.whole : undefined;
    file(
      "tokenizer.json",
      where === "tokenizer.json" && typeof whole === "string" ? whole : JSON.stringify(json),
    )(folder);
    file(
      "tokenizer_config.json",
      where === "tokenizer_config.json" && typeof whole === "string" ? whole : JSON.stringify(config),
    )(folder);
  },
  act: (folder) => loadTokenizer(folder),
  error: "TokenizerError",
  says: [where === "" ? "$" : `$/${where}`, ...says],
});

refuses("tokenizers", [
  tokenizer("not JSON", () => ({ whole: "{" }), ["not valid JSON"]),
  tokenizer("a list", () => ({ whole: "[]" }), ["a JSON object"]),
  tokenizer("null", () => ({ whole: "null" }), ["a JSON object"]),
  tokenizer(
    "configuration that is not JSON",
    () => ({ whole: "{" }),
    ["not valid JSON"],
    "tokenizer_config.json",
  ),
  tokenizer(
    "configuration that is a text",
    () => ({ whole: '"x"' }),
    ["a JSON object"],
    "tokenizer_config.json",
  ),
  tokenizer(
    "configuration with a name twice",
    () => ({ whole: '{"add_bos_token": true,\n"add_bos_token": false}' }),
    ["line 2", 'the name "add_bos_token" stands twice'],
    "tokenizer_config.json",
  ),
  tokenizer("no model", (json) => delete json.model, ["model", "an object", "nothing"]),
  tokenizer("a model that is a list", (json) => (json.model = []), ["model", "an object", "[]"]),
  tokenizer("an unknown model", (json) => (json.model.type = "Magic"), [
    "model.type",
    "BPE, Unigram",
    "Magic",
  ]),
  tokenizer("no vocabulary", (json) => delete json.model.vocab, ["model.vocab", "an object of ids"]),
  tokenizer("an empty vocabulary", (json) => (json.model.vocab = {}), [
    "model.vocab",
    "an object of ids",
    "{}",
  ]),
  tokenizer("a vocabulary that is a list", (json) => (json.model.vocab = ["a"]), [
    "model.vocab",
    "an object of ids",
  ]),
  tokenizer("a negative id", (json) => (json.model.vocab.x = -1), [
    'model.vocab "x"',
    "an id from 0",
    "found -1",
  ]),
  tokenizer("an id that is a text", (json) => (json.model.vocab.x = "1"), [
    'model.vocab "x"',
    "an id from 0",
    '"1"',
  ]),
  tokenizer("an enormous id", (json) => (json.model.vocab.x = 4e9), [
    'model.vocab "x"',
    "an id from 0",
    "4000000000",
  ]),
  tokenizer("an id twice", (json) => (json.model.vocab.xxxx = 5), ['"xxxx"', "an id of its own", "found 5"]),
  tokenizer("no merges", (json) => delete json.model.merges, ["model.merges", "a list", "nothing"]),
  tokenizer("a merge of one token", (json) => json.model.merges.push("abc"), [
    "model.merges[",
    "two tokens",
    '"abc"',
  ]),
  tokenizer("a merge that is a number", (json) => json.model.merges.unshift(7), [
    "model.merges[0]",
    "two tokens",
    "7",
  ]),
  tokenizer("a merge of null", (json) => json.model.merges.unshift([null, 1]), [
    "model.merges[0]",
    "two tokens",
  ]),
  tokenizer("a Unigram model with a BPE vocabulary", (json) => (json.model.type = "Unigram"), [
    "model.vocab",
    "[token, score]",
  ]),
  tokenizer("added tokens as an object", (json) => (json.added_tokens = { a: 1 }), [
    "added_tokens",
    "a list",
  ]),
  tokenizer("an added token of null", (json) => (json.added_tokens[0] = null), [
    "added_tokens[0].id",
    "a number from 0",
  ]),
  tokenizer("an added token without text", (json) => (json.added_tokens[1].content = ""), [
    "added_tokens[1].content",
    "a text",
  ]),
  tokenizer("an added token with id -3", (json) => (json.added_tokens[2].id = -3), [
    "added_tokens[2].id",
    "from 0",
    "-3",
  ]),
  tokenizer("special that is a text", (json) => (json.added_tokens[0].special = "no"), [
    "added_tokens[0].special",
    "true or false",
  ]),
  tokenizer("a decoder of null steps", (json) => (json.decoder = { type: "Sequence", decoders: [null] }), [
    "decoder.decoders[0]",
    'an object with a "type"',
    "null",
  ]),
  tokenizer("a decoder that is a number", (json) => (json.decoder = 3), ["decoder", "an object", "3"]),
  tokenizer(
    "a pre-tokenizer's sequence without a list",
    (json) => (json.pre_tokenizer = { type: "Sequence" }),
    ["pre_tokenizer.pretokenizers", "a list", "nothing"],
  ),
  tokenizer(
    "a decoder that fails at use",
    (json) => (json.decoder = { type: "Replace", pattern: { String: 5 }, content: " " }),
    ["is not understood"],
  ),
  tokenizer("an unknown normalizer", (json) => (json.normalizer = { type: "Magic" }), [
    "is not understood",
    "Magic",
  ]),
  tokenizer(
    "a pre-tokenizer with a broken pattern",
    (json) => (json.pre_tokenizer = { type: "Split", pattern: { Regex: "(" }, behavior: "Isolated" }),
    ["is not understood"],
  ),
  tokenizer("no chat template", (_, config) => delete config.chat_template, ["no chat template"], ""),
  tokenizer(
    "a template that is no Jinja",
    (_, config) => (config.chat_template = "{% for %}"),
    ["chat template cannot be filled in"],
    "tokenizer_config.json",
  ),
  tokenizer(
    "a template that drops the text",
    (_, config) => (config.chat_template = "hello"),
    ["must write the user's text exactly once", "0 times"],
    "tokenizer_config.json",
  ),
  tokenizer(
    "a template that doubles the text",
    (_, config) => (config.chat_template = "{{ messages[0].content }}{{ messages[0].content }}"),
    ["exactly once", "2 times"],
    "tokenizer_config.json",
  ),
  tokenizer(
    "a template that raises",
    (_, config) => (config.chat_template = "{{ raise_exception('no') }}"),
    ["chat template cannot be filled in"],
    "tokenizer_config.json",
  ),
  {
    name: "an empty folder",
    act: (folder) => loadTokenizer(folder),
    error: "TokenizerError",
    says: ["$/tokenizer_config.json is missing", "tokenizer.json"],
  },
  ...[
    ["generation_config.json that is not JSON", "{", "not valid JSON"],
    ["generation_config.json with a text for an id", '{"eos_token_id": "x"}', "a token id or a list of them"],
    ["generation_config.json with a name twice", '{"eos_token_id": 1, "eos_token_id": 2}', "stands twice"],
    ["generation_config.json with half an id", '{"eos_token_id": [1, 1.5]}', "a token id or a list of them"],
  ].map(
    ([name, text, says]): Refusal => ({
      name: name!,
      prepare(folder) {
        for (const one of NAMES) fs.copyFileSync(path.join(GEMMA, one), path.join(folder, one));
        file("generation_config.json", text!)(folder);
      },
      act: (folder) => loadTokenizer(folder),
      error: "TokenizerError",
      says: ["$/generation_config.json", says!],
    }),
  ),
]);

const study = (name: string, act: () => unknown, says: Refusal["says"]): Refusal => ({
  name,
  act,
  error: "StudyError",
  says,
});

refuses("profiles and notebook parameters", [
  study("an unknown profile", () => openStudy("huge", 0), ['"huge"', "smoke, tiny"]),
  study("an empty profile", () => openStudy("", 0), ['""', "smoke, tiny"]),
  study("a profile named like a method", () => openStudy("toString", 0), ['"toString"', "smoke, tiny"]),
  study("seed -1", () => openStudy("smoke", -1), ["seed", "a whole number from 0", "-1"]),
  study("seed 1.5", () => openStudy("smoke", 1.5), ["seed", "a whole number from 0", "1.5"]),
  study("a seed that is no number", () => openStudy("smoke", Number.NaN), [
    "seed",
    "a whole number from 0",
    "NaN",
  ]),
  study("a seed that is a text", () => openStudy("smoke", "1" as never), [
    "seed",
    "a whole number from 0",
    '"1"',
  ]),
  study("an enormous seed", () => openStudy("smoke", 2 ** 40), ["seed", "a whole number from 0"]),
  study("a data file that is not there", () => openStudy("smoke", 0, "no/such.jsonl"), [
    "no/such.jsonl",
    "there is no such file",
  ]),
]);

const results = (
  name: string,
  files: Record<string, string>,
  says: Refusal["says"],
  error = "Error",
): Refusal => ({
  name,
  prepare: (folder) => {
    for (const [one, text] of Object.entries(files)) file(one, text)(folder);
  },
  act: (folder) => readRun(folder),
  error,
  says,
});

/** As few tables as a run can have. */
const TABLES = JSON.stringify({
  ...{ profile: "tiny", seed: 0, machine: {}, counts: {}, cache: {} },
  ...{ models: [], systems: [], comparisons: [], training: [], recipes: {}, calls: {} },
});

refuses("saved tables", [
  results("none", {}, ["$/results.json", "does not exist", "npm run study"]),
  results("results.json that is not JSON", { "results.json": "{" }, [
    "$/results.json",
    "expected JSON",
    "npm run stage -- results",
  ]),
  results("samples.jsonl that is not JSON", { "results.json": TABLES, "samples.jsonl": "{}\n{" }, [
    "$/samples.jsonl:2",
    "expected JSON",
  ]),
  {
    name: "report settings that are not JSON",
    prepare: file("s.json", "{"),
    act: (folder) => loadReportSettings(path.join(folder, "s.json")),
    error: "Error",
    says: ["$/s.json", "expected JSON"],
  },
  {
    name: "report settings with a name twice",
    prepare: file("s.json", '{"course": "가",\n"course": "나"}'),
    act: (folder) => loadReportSettings(path.join(folder, "s.json")),
    error: "Error",
    says: ["$/s.json", 'line 2: the name "course" stands twice'],
  },
  {
    name: "report settings with an unknown field",
    prepare: file("s.json", '{"grade": "A"}'),
    act: (folder) => loadReportSettings(path.join(folder, "s.json")),
    error: "Error",
    says: ["$/s.json", '"grade"', "course"],
  },
  {
    name: "report settings with a number",
    prepare: file("s.json", '{"course": 5}'),
    act: (folder) => loadReportSettings(path.join(folder, "s.json")),
    error: "Error",
    says: ["$/s.json", '"course"', "a text", "5"],
  },
]);

/** A command of the project as a user types it; what it prints on failing is the error. */
function command(program: string, args: string[], folder: string): never {
  const words = args.map((arg) => arg.replace("$", folder));
  const python = program.endsWith(".py");
  const [executable, before] = python
    ? [path.join(ROOT, ".venv/bin/python"), [path.join(ROOT, program)]]
    : [process.execPath, ["--require", "tsx/cjs", path.join(ROOT, "src/cli.ts"), program]];
  const { status, signal, stdout, stderr } = spawnSync(executable, [...before, ...words], {
    cwd: ROOT,
    encoding: "utf8",
    env: { ...process.env, STUDY_RUNS: folder },
  });
  if (status === 0 || signal) throw new Error(`ended with ${status ?? signal}: ${stdout}${stderr}`);
  if (/\n\s+at .*:\d+:\d+/.test(stderr)) throw new Error(`a stack instead of a message: ${stderr}`);
  throw Object.assign(new Error(`${stdout}${stderr}`), { name: "CommandError" });
}
const line = (
  program: string,
  args: string,
  says: Refusal["says"],
  prepare?: Refusal["prepare"],
): Refusal => ({
  name: `${program} ${args}`,
  prepare,
  act: (folder) => command(program, args.split(" ").filter(Boolean), folder),
  error: "CommandError",
  says,
});

refuses(
  "command lines",
  [
    line("study", "--profile huge", ['"huge"', "smoke, tiny"]),
    line("study", "--data $/none.csv", ["$/none.csv", "there is no such file"]),
    line("study", "--profil tiny", ["unknown option '--profil'", "--profile"]),
    line("study", "--seed x --dry-run", ["--seed", "a whole number", "x"]),
    line("report", "--profile huge", ['no run of a study "huge"', "npm run study -- huge"]),
    line("report", "--run $/none --out $/out", ["$/none/results.json", "does not exist"]),
    line("score", "", ["--references"]),
    line("score", "--references $/a.txt --predictions $/b.txt", ["$/a.txt", "can be read", "ENOENT"]),
    line(
      "score",
      "--references $/a --predictions $/a --metrics blue",
      ["blue", "rouge,bertscore,facts"],
      file("a", "x"),
    ),
    line(
      "score",
      "--references $/a.txt --predictions $/a.txt --metrics bertscore",
      ["--encoder", "--layer"],
      file("a.txt", "x"),
    ),
    line("cache", "$/none", ["$/none", "no header.json", "Capture"]),
    line("data:check", "$/none.csv", ["$/none.csv", "ENOENT"]),
    line("download", "not-a-name", ["not-a-name", "expected"]),
    line("crash-test", "--kills 0", ["--kills", "above 0", "0"]),
    line("crash-test", "--stage sleep", ["--stage", "teacher-logits", "sleep"]),
    line("scripts/run_notebook.py", "99", ["99"]),
    line("scripts/run_notebook.py", "01 -p nonsense=1", ["'nonsense'", "profile"]),
    line("scripts/run_notebook.py", "01 -p seed", ["name=value"]),
    line("scripts/run_notebook.py", "01 -p seed=one", ["seed"]),
  ],
  60,
);
