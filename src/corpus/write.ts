// Writes items as JSON Lines, whole or not at all.
import { writeFileAtomic } from "../base/atomic-write";
import type { Item } from "./item";

/** Writes one item a line as UTF-8 JSON; an interrupted write leaves the old file as it was. */
export function writeItems(file: string, items: readonly Item[]): void {
  writeFileAtomic(file, items.map((item) => `${JSON.stringify(item)}\n`).join(""));
}
