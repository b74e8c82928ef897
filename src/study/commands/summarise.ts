// Summarises any folder of texts, and measures what needs no reference summary.
// Run: npm run cli -- summarise FOLDER --model data/models/gemma2-student    or: --system distilled [--profile tiny]
import type { Command } from "commander";
import { visible } from "../../base/visible";
import { loadDecoder } from "../../models/load";
import { modelPlace } from "../../models/place";
import { loadTokenizer } from "../../prompts/tokenizer";
import { systemDecoder } from "../stages/train";
import { openStudy } from "../study";
import { type FolderSummaries, summariseFolder } from "../summarise-folder";
import { wholeNumber } from "./whole-number";

interface Options {
  model?: string;
  system?: string;
  profile: string;
  seed: number;
  newTokens: number;
  passage?: number;
  json?: boolean;
}

async function modelOf({ model, system, profile, seed }: Options) {
  if ((model === undefined) === (system === undefined)) throw new Error("Give either --model or --system.");
  if (system !== undefined) return systemDecoder(openStudy(profile, seed), system);
  const { place } = await modelPlace(model!);
  return { decoder: loadDecoder(place), tokenizer: await loadTokenizer(place) };
}

function report({ texts, all }: FolderSummaries): string {
  const share = (part: number, whole: number) => `${part} of ${whole}`;
  const decimal = (value: number | null, digits: number) => value?.toFixed(digits) ?? "–";
  const lines = texts.map(({ id, documentLength, length, facts, invented, copied, longestCopy, summary }) =>
    [
      `${id}: ${documentLength} characters -> ${length}; copied ${decimal(copied, 2)}, longest ${longestCopy} words; ` +
        `invented facts ${facts === 0 ? "–" : share(invented.length, facts)}${invented.length > 0 ? ` (${invented.join(", ")})` : ""}`,
      ...summary.split("\n").map((line) => `  ${line}`),
    ].join("\n"),
  );
  return visible(
    [
      ...lines,
      "",
      `texts                               ${all.texts}`,
      `mean length, share of the document  ${all.meanLength.toFixed(1)} characters, ${all.compression.toFixed(3)}`,
      `invented facts                      ${decimal(all.inventedShare, 3)} (${share(all.inventedFacts, all.facts)}, in ${all.withInvented} texts)`,
      `copied words                        ${decimal(all.copied, 3)}`,
      `sentences a text                    ${all.sentences.toFixed(2)}`,
      `texts with a sentence twice         ${all.repeatedSentence}`,
      `texts with a word three times over  ${all.stutter}`,
      `empty texts                         ${all.empty}`,
      `texts that another document has too ${all.shared}`,
      `the same text in a second run       ${share(all.again, all.texts)}`,
    ].join("\n"),
  );
}

export const define = (command: Command): Command =>
  command
    .argument("<folder>", "a folder of .txt files; long ones are summarised passage by passage")
    .option(
      "--model <model>",
      "a model folder, a GGUF file, or org/name[@revision] of the hub, with a chat template",
    )
    .option("--system <id>", "a system of the study, trained or found trained")
    .option("--profile <study>", "the system's study, by name or file", "tiny")
    .option("--seed <n>", "the system's seed", Number, 0)
    .option("--new-tokens <n>", "longest summary in tokens", wholeNumber(6), 96)
    .option("--passage <n>", "longest passage in tokens; else what the model's context takes", wholeNumber(6))
    .option("--json", "print one JSON object with all texts")
    .action(async (folder: string, options: Options) => {
      const result = summariseFolder(await modelOf(options), folder, options.newTokens, options.passage);
      console.log(options.json ? JSON.stringify(result, null, 1) : report(result));
    });
