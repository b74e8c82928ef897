// Are the written documents what the results give? Report and tables are written once more in memory and compared.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Language } from "../../base/language";
import { themed } from "../../figures/figure";
import { toCsv } from "../csv";
import type { ReportDocument } from "../document";
import { toHtml } from "../html";
import { toLatex } from "../latex";
import { tableToMarkdown, toMarkdown } from "../markdown";
import { unmarked } from "../marks";
import { publication, REPORT_FOLDERS, type RunData } from "../publish";
import type { Verdict } from "./check";
import { claimsFile } from "./ledger";

function compared(file: string, expected: string): Verdict {
  const got = existsSync(file) ? readFileSync(file, "utf8") : undefined;
  const same = got === expected;
  const line = same
    ? 0
    : (got ?? "").split("\n").findIndex((text, i) => text !== expected.split("\n")[i]) + 1;
  return {
    id: file,
    statement: `${file} is what the results give`,
    method: "document",
    expected: "as written from the results",
    got: got === undefined ? "no such file" : same ? "the same" : `other text from line ${line} on`,
    verdict: same ? "pass" : "fail",
    note: same ? "" : "run `npm run report`",
  };
}

/** Tables and figures that this report does not have: of an earlier one, and what they show may no longer hold. */
function leftovers(doc: ReportDocument, folder: string): Verdict[] {
  const known = new Set(doc.blocks.flatMap((block) => ("id" in block ? [block.id] : [])));
  return ["tables", "figures"]
    .map((name) => join(folder, name))
    .filter((path) => existsSync(path))
    .flatMap((path) => readdirSync(path).map((name) => ({ path, name })))
    .filter(({ name }) => !known.has(name.replace(/\.\w+$/, "")))
    .map(({ path, name }) => ({
      id: join(path, name),
      statement: `${join(path, name)} is part of the report`,
      method: "document",
      expected: "no such file",
      got: "a file that the report does not name",
      verdict: "fail",
      note: "delete it",
    }));
}

/** A language's report, its tables in all formats and its figures' JSON; report.html with the pictures as they are. */
function reportVerdicts(doc: ReportDocument, folder: string): Verdict[] {
  const svgs = new Map<string, string>();
  const parts = doc.blocks.flatMap((block) => {
    if (block.kind === "table") {
      const table = (suffix: string, text: string) =>
        compared(join(folder, "tables", `${block.id}.${suffix}`), text);
      return [
        table("csv", toCsv(block)),
        table("md", `${tableToMarkdown(block, doc)}\n`),
        table("tex", toLatex(block)),
      ];
    }
    if (block.kind !== "figure") return [];
    const picture = join(folder, "figures", `${block.id}.svg`);
    svgs.set(block.id, existsSync(picture) ? readFileSync(picture, "utf8") : "");
    const json = `${JSON.stringify(themed(block.figure), null, 1)}\n`;
    return [compared(join(folder, "figures", `${block.id}.json`), json)];
  });
  return [
    compared(join(folder, "report.md"), toMarkdown(doc)),
    compared(join(folder, "report.html"), toHtml(doc, svgs)),
    ...parts,
    ...leftovers(doc, folder),
  ];
}

/** One verdict a document: each language's report with its tables and figures, READMEs, claims.json. */
export function documentVerdicts(run: RunData, out: string): Verdict[] {
  const { reports, readmes, claims } = publication(run);
  return [
    ...Object.entries(reports).flatMap(([language, doc]) =>
      reportVerdicts(doc, join(out, REPORT_FOLDERS[language as Language])),
    ),
    ...readmes.map(({ file, text }) => compared(file, unmarked(text))),
    compared("data/claims.json", claimsFile(claims)),
  ];
}
