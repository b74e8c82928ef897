// The dictionary of the morphological analyser Mecab, out of a pinned package of the Python index: fetched on demand into data/cache.
import * as fs from "node:fs";
import * as path from "node:path";
import { type Analyser, fetchedFolder } from "../metrics/analyser-folder";
import { MECAB_FILES } from "../metrics/mecab/dictionary";
import { downloadWheel, extract, type Wheel } from "./wheels";

interface AnalyserWheel extends Wheel {
  /** Where the files stand in it. */
  folder: string;
  files: readonly string[];
  licence: string;
}

export const ANALYSERS: Record<Analyser, AnalyserWheel> = {
  mecab: {
    requirement: "python-mecab-ko-dic==2.1.1.post2",
    sha256: "ef8f4e80c8976f1340a7264abb0c96f384fe059fd897584aeba0151753c6ae9b",
    folder: "mecab_ko_dic/dictionary",
    files: MECAB_FILES,
    licence: "Apache-2.0",
  },
};

/** Brings an analyser's files to `fetchedFolder`, or finds them there. Throws where the package is not the pinned one. */
export function fetchAnalyser(analyser: Analyser): string {
  const folder = fetchedFolder(analyser);
  if (fs.existsSync(folder)) return folder;
  fs.mkdirSync(path.dirname(folder), { recursive: true });
  // Beside its place, so that the whole folder appears there at once.
  const work = fs.mkdtempSync(`${folder}-`);
  try {
    const { files, folder: inside, ...wheel } = ANALYSERS[analyser];
    const archive = downloadWheel(wheel, work);
    const unpacked = path.join(work, "files");
    fs.mkdirSync(unpacked);
    for (const file of files) extract(archive, `${inside}/${file}`, path.join(unpacked, file));
    fs.renameSync(unpacked, folder);
    return folder;
  } finally {
    fs.rmSync(work, { recursive: true });
  }
}
