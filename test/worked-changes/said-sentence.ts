// Runs in a changed copy of the tree: the sentences of both reports that show a number with the words of the change, and its claim.
import { LANGUAGES } from "../../src/base/language";
import { unmarked } from "../../src/report/marks";
import { publication } from "../../src/report/publish";
import { keptRecords } from "../../src/report/records";
import { readRun } from "../../src/report/run-files";
import { textsOf } from "../../src/report/texts";
import { loadPublished } from "../../src/results/published";

const shown = process.argv[2]!;
const { results, samples } = readRun("reports");
const run = { results, samples, published: loadPublished(), records: keptRecords("reports"), commit: "" };
const { reports, claims } = publication(run);
const said = (language: (typeof LANGUAGES)[number]) =>
  textsOf(reports[language])
    .map(unmarked)
    .filter((text) => text.includes(shown) && /요약 한 편을 평균|characters on average/.test(text));
console.log(
  JSON.stringify({
    ...Object.fromEntries(LANGUAGES.map((language) => [language, said(language)])),
    claim: claims.claims.find(({ id }) => id.endsWith("distilled/scores/all/characters")),
  }),
);
