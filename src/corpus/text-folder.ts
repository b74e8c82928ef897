// A folder of plain texts as documents, and long documents cut into passages where sentences end.
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { decodeText } from "./files/decode";
import { readBytes } from "./files/rows";

export interface PlainDocument {
  /** The file's name; of the second passage on with its number, "bill.txt §2". */
  id: string;
  text: string;
}

/** The .txt files of a folder in order of their names, empty ones left out. Throws where there is none, DataFileError for other bytes. */
export function readTextFolder(folder: string): PlainDocument[] {
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new Error(`${folder}: expected a folder of .txt files, found no such folder.`);
  const names = readdirSync(folder).filter((name) => /\.txt$/i.test(name));
  const documents = names.sort().map((id) => {
    const file = join(folder, id);
    return { id, text: decodeText(file, readBytes(file)).text.trim() };
  });
  const found = documents.filter(({ text }) => text !== "");
  if (found.length === 0)
    throw new Error(
      `${folder}: expected .txt files with text in them, found ${names.length} files, all empty.`,
    );
  return found;
}

/** The sentences and lines of a text, with what stands between them; joined they are the text. */
export const sentencePieces = (text: string): string[] =>
  (text.match(/[^\n]*?(?:[.!?。](?=\s)|\n+|$)\s*/g) ?? []).filter((piece) => piece !== "");

/** Cuts a text where sentences or lines end into passages that `fits` takes, each as long as it can be; what no cut makes fit is halved. */
export function passages(text: string, fits: (passage: string) => boolean): string[] {
  const whole = text.trim();
  if (whole === "") return [];
  if (fits(whole)) return [whole];
  const pieces = sentencePieces(whole);
  if (pieces.length === 1) {
    const characters = [...whole];
    if (characters.length === 1) throw new Error("Not even one character fits into the model's context.");
    const half = Math.ceil(characters.length / 2);
    return [characters.slice(0, half), characters.slice(half)].flatMap((part) =>
      passages(part.join(""), fits),
    );
  }
  const groups: string[] = [];
  for (const piece of pieces) {
    const longer = (groups[groups.length - 1] ?? "") + piece;
    if (groups.length > 0 && fits(longer.trim())) groups[groups.length - 1] = longer;
    else groups.push(piece);
  }
  return groups.flatMap((group) => (group === whole ? [] : passages(group, fits)));
}

/** Documents cut into passages that `fits` takes. */
export const passagesOf = (
  documents: readonly PlainDocument[],
  fits: (passage: string) => boolean,
): PlainDocument[] =>
  documents.flatMap(({ id, text }) =>
    passages(text, fits).map((part, i) => ({ id: i === 0 ? id : `${id} §${i + 1}`, text: part })),
  );
