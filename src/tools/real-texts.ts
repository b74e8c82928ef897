// Ten bills of the National Assembly, out of a package of the Python index that is pinned by hash: Korean that nobody generated.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { writeFileAtomic } from "../base/atomic-write";
import { ROOT } from "../study/stage";
import { downloadWheel, extract } from "./wheels";

const KONLPY = {
  requirement: "konlpy==0.6.0",
  sha256: "0b7928059e20eb1c72f6fe65a3d12c104fae9e68173904e16beef869cf0ea590",
};
const MEMBERS = Array.from({ length: 10 }, (_, i) => `konlpy/data/corpus/kobill/${1_809_890 + i}.txt`);

/** Where the bills lie once they are fetched. */
export const BILLS = path.join(ROOT, "data/cache/texts/kobill");

const fileOf = (member: string) => path.join(BILLS, path.basename(member));

/** Brings the bills to `BILLS`, or finds them there. Throws where the package is not the pinned one. */
export function fetchBills(): string[] {
  const missing = MEMBERS.filter((member) => !fs.existsSync(fileOf(member)));
  if (missing.length > 0) {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "bills-"));
    try {
      const wheel = downloadWheel(KONLPY, folder);
      for (const member of missing) {
        const text = path.join(folder, "text");
        extract(wheel, member, text);
        writeFileAtomic(fileOf(member), fs.readFileSync(text));
      }
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  }
  return MEMBERS.map(fileOf);
}
