// The README.md of an exported model: what it is, from what data and training, how it scored, under which licence, its limits.
import { COMPARED } from "../metrics/registry";
import { intervalText } from "../metrics/value-text";
import type { SystemResult, TestSet } from "../results/scores";
import type { TrainingRun } from "../results/training";

export interface CardFacts {
  system: string;
  profile: string;
  synthetic: boolean;
  /** Name of the base model and the licence that its own card states; undefined where it states none. */
  base: string;
  baseLicence: string | undefined;
  parameters: number;
  counts: Record<string, number>;
  training: TrainingRun | undefined;
  scores: SystemResult | undefined;
  files: { file: string; bytes: number; what: string }[];
  notes: string[];
}

const SETS: readonly (readonly [TestSet, string])[] = [
  ["in-domain", "in-domain"],
  ["other", "other topics"],
  ["all", "all"],
];

function scoreTable({ items, scores, interval95 }: SystemResult): string[] {
  const metrics = COMPARED.filter(({ id }) => id in scores.all);
  return [
    `| test items | ${metrics.map(({ label }) => label.en).join(" | ")} |`,
    `|---|${metrics.map(() => "---|").join("")}`,
    ...SETS.map(([set, name]) => {
      const cells = metrics.map((metric) =>
        intervalText(
          metric,
          scores[set][metric.id],
          metric.role === "primary" ? interval95[set][metric.id] : undefined,
        ),
      );
      return `| ${items[set]} ${name} | ${cells.join(" | ")} |`;
    }),
    "",
    "ROUGE as F1; in brackets 95 % bootstrap intervals over items.",
  ];
}

/** The card as Markdown with the hub's metadata on top. */
export function modelCard(facts: CardFacts): string {
  const { training, scores, base, baseLicence } = facts;
  const settings = training
    ? Object.entries(training.settings)
        .map(([name, value]) => `${name} ${value}`)
        .join(", ")
    : "none: the base model as it is";
  const lines = [
    "---",
    "language: ko",
    `license: ${baseLicence ?? "other"}`,
    `base_model: ${base}`,
    "pipeline_tag: text-generation",
    "library_name: transformers.js",
    "tags: [summarization, distillation, onnx]",
    "---",
    "",
    `# ${facts.system}: Korean paragraph summaries`,
    "",
    `The system \`${facts.system}\` of the profile \`${facts.profile}\`, from ${base} (${facts.parameters.toLocaleString("en-US")} parameters).`,
    "",
    "## Data and training",
    "",
    `- Data: ${facts.synthetic ? "generated Korean paragraphs with summaries" : "the user's own items"}; ${Object.entries(
      facts.counts,
    )
      .map(([split, count]) => `${count} ${split}`)
      .join(", ")}.`,
    `- Training: ${settings}.`,
    "",
    "## Scores",
    "",
    ...(scores ? scoreTable(scores) : ["Not scored."]),
    "",
    "## Files",
    "",
    "| file | bytes | |",
    "|---|---|---|",
    ...facts.files.map(({ file, bytes, what }) => `| ${file} | ${bytes} | ${what} |`),
    "",
    ...facts.notes.flatMap((note) => [note, ""]),
    "## Use",
    "",
    "```js",
    'import { pipeline } from "@huggingface/transformers";',
    'const write = await pipeline("text-generation", "FOLDER", { dtype: "q4" }); // or "q8", "fp32"',
    'const text = "…paragraph…\\n\\n위 글을 요약하세요.";',
    'const [{ generated_text }] = await write([{ role: "user", content: text }], { max_new_tokens: 80 });',
    "```",
    "",
    "## Licence and limits",
    "",
    baseLicence
      ? `The base model's card states the licence \`${baseLicence}\`; it binds this model too.`
      : "The base model's files state no licence: its own terms bind this model too; read them before passing it on.",
    ...(facts.synthetic
      ? [
          "Trained on generated paragraphs of some dozen kinds; on other text it invents. Its scores above say how often.",
        ]
      : ["It can invent numbers and names; its scores above say how often."]),
    "",
  ];
  return lines.join("\n");
}
