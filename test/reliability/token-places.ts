// Where a token stands in what a run printed and wrote: as it is, without its prefix, or in base64.
import * as fs from "node:fs";
import * as path from "node:path";
import { unzip } from "../../src/report/stable-zip";

export const TOKEN = "hf_NowhereToBeSeen123";
const FORMS = [
  TOKEN,
  TOKEN.slice(3),
  ...[0, 1, 2].map((shift) =>
    // The part of its base64 that does not depend on its neighbours.
    Buffer.from("x".repeat(shift) + TOKEN)
      .toString("base64")
      .slice(4, 24),
  ),
];

/** The output, and every file below a folder, its name and the parts of a DOCX included, that holds the token. Throws for an empty folder. */
export function places(folder: string, printed: string): string[] {
  const files = (fs.readdirSync(folder, { recursive: true, withFileTypes: true }) as fs.Dirent[])
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  if (files.length === 0) throw new Error(`${folder}: no file to search.`);
  const holds = (text: string) => FORMS.some((form) => text.includes(form));
  const contents = (file: string): Buffer[] => {
    const bytes = fs.readFileSync(file);
    return file.endsWith(".docx") ? [...unzip(bytes).values()] : [bytes];
  };
  return [
    ...(holds(printed) ? ["output"] : []),
    ...files.filter((file) => holds(file) || contents(file).some((bytes) => holds(bytes.toString("latin1")))),
  ];
}
