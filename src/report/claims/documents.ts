// Are the written documents what the results give? Report and tables are written once more in memory and compared.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { themed } from "../../figures/figure";
import type { Language } from "../../figures/labels";
import { toCsv } from "../csv";
import { toMarkdown } from "../markdown";
import { publication, REPORT_FOLDERS, type RunData } from "../publish";
import { unmarked } from "../quantity";
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

/** One verdict a document: report.md, tables and figures' JSON in each language, READMEs, claims.json. */
export function documentVerdicts(run: RunData, out: string): Verdict[] {
  const { reports, readmes, claims } = publication(run);
  return [
    ...Object.entries(reports).flatMap(([language, doc]) => {
      const folder = join(out, REPORT_FOLDERS[language as Language]);
      return [
        compared(join(folder, "report.md"), toMarkdown(doc)),
        ...doc.blocks.flatMap((block) => {
          if (block.kind === "table")
            return [compared(join(folder, "tables", `${block.id}.csv`), toCsv(block))];
          if (block.kind !== "figure") return [];
          const json = `${JSON.stringify(themed(block.figure), null, 1)}\n`;
          return [compared(join(folder, "figures", `${block.id}.json`), json)];
        }),
      ];
    }),
    ...readmes.map(({ file, text }) => compared(file, unmarked(text))),
    compared("data/claims.json", claimsFile(claims)),
  ];
}
