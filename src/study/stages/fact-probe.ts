// Stage "fact-probe": how often each metric prefers one wrong number to a correct paraphrase, on the generated test items.
import {
  factProbe,
  keptFactsMetric,
  type ProbeMetric,
  type ProbeResult,
  probeItems,
} from "../../analysis/fact-probe";
import { furtherSummaries, STUDY_SEED } from "../../corpus/corpus";
import { loadBertScorer } from "../../metrics/bertscore/load-bert-scorer";
import { RougeVocabulary, rougeItems } from "../../metrics/rouge/rouge";
import { textTokenizer } from "../../metrics/rouge/text-tokenizers";
import { type Artifact, stage } from "../stage";
import type { StudyContext } from "./context";
import { corpusStage, itemsOf } from "./corpus";
import { encoderFiles } from "./scorer";

/** Further annotators asked per item, of whom the first that keeps all facts gives the paraphrase. */
const ANNOTATORS = 40;

/** Runs the probe, or finds it run. The user's own data have no second annotator: the result is empty then. */
export async function probeStage(context: StudyContext): Promise<Artifact<ProbeResult[]>> {
  const { profile, dataFile } = context;
  const corpus = await corpusStage(context);
  const encoder = await encoderFiles(context);
  const inputs = { corpus: corpus.value.hash, encoder: encoder.hash, layer: profile.encoder.layer };
  return stage(profile.name, "fact-probe", 1, inputs, async () => {
    if (dataFile) return [];
    const items = itemsOf(corpus, "test-in-domain", "test-other");
    const probe = probeItems(items, furtherSummaries(ANNOTATORS, STUDY_SEED, profile.counts));
    if (probe.length === 0) return [];
    const bertScorer = await loadBertScorer({ encoder: encoder.folder, layer: profile.encoder.layer });
    const rouge1 = async (name: string): Promise<ProbeMetric> => {
      const tokenizer = await textTokenizer(name);
      return (references, texts) =>
        rougeItems(references, texts, new RougeVocabulary(tokenizer)).scores.rouge1.map((score) => score.f);
    };
    return factProbe(probe, {
      "ROUGE-1 (whitespace)": await rouge1("whitespace"),
      "ROUGE-1 (morpheme)": await rouge1("morpheme"),
      "ROUGE-1 (default)": await rouge1("default"),
      "BERTScore F1": (references, texts) =>
        bertScorer.score(bertScorer.references(references), texts).items.map(({ f }) => f),
      "kept facts": keptFactsMetric,
    });
  });
}
