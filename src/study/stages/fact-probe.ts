// Stage "fact-probe": how often each metric prefers one wrong number to a correct paraphrase, on the generated test items.
import { factProbe, type ProbeResult, probeItems } from "../../analysis/fact-probe";
import { furtherSummaries, STUDY_SEED } from "../../corpus/corpus";
import { loadBertScorer } from "../../metrics/bertscore/load-bert-scorer";
import { metricOf } from "../../metrics/registry";
import { rougeTokenizer } from "../../metrics/rouge/tokenizers";
import { type Artifact, stage } from "../stage";
import { encoderFiles } from "./base-model";
import type { StudyContext } from "./context";
import { corpusStage, itemsOf } from "./corpus";

/** Further annotators asked per item, of whom the first that keeps all facts gives the paraphrase. */
const ANNOTATORS = 40;

const PROBED = ["rouge1.whitespace", "rouge1.morpheme", "rouge1.default", "bertscore.f", "keptFacts"];

/** Runs the probe, or finds it run. The user's own data have no second annotator: the result is empty then. */
export async function probeStage(context: StudyContext): Promise<Artifact<ProbeResult[]>> {
  const { layer } = context.encoder;
  const { counts } = context.data;
  const corpus = await corpusStage(context);
  const encoder = await encoderFiles(context);
  const inputs = { corpus: corpus.value.hash, encoder: encoder.hash, layer };
  return stage(context, "fact-probe", 2, inputs, async () => {
    if (!counts) return [];
    const items = itemsOf(corpus, "test-in-domain", "test-other");
    const probe = probeItems(items, furtherSummaries(ANNOTATORS, STUDY_SEED, counts));
    if (probe.length === 0) return [];
    const bertScorer = await loadBertScorer({ encoder: encoder.folder, layer });
    const tokenizers = await Promise.all(["whitespace", "morpheme", "default"].map(rougeTokenizer));
    return factProbe(probe, PROBED.map(metricOf), {
      bertScorer,
      tokenizers: new Map(tokenizers.map((tokenizer) => [tokenizer.name, tokenizer])),
    });
  });
}
