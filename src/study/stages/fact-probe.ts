// Stage "fact-probe": how often each metric prefers one wrong number to a correct paraphrase, on the generated test items.
import { factProbe, type ProbeResult, probeItems } from "../../analysis/fact-probe";
import { furtherSummaries, STUDY_SEED } from "../../corpus/corpus";
import { loadBertScorer } from "../../metrics/bertscore/load-bert-scorer";
import { metricOf } from "../../metrics/registry";
import { rougeTokenizer } from "../../metrics/rouge/tokenizers";
import { defineStage } from "../define-stage";
import { encoderOf } from "./base-model";
import { corpusStage, itemsOf } from "./corpus";

/** Further annotators asked per item, of whom the first that keeps all facts gives the paraphrase. */
const ANNOTATORS = 40;

const PROBED = ["rouge1.whitespace", "rouge1.morpheme", "rouge1.default", "bertscore.f", "keptFacts"];

/** Runs the probe, or finds it run. The user's own data have no second annotator: the result is empty then. */
export const probeStage = defineStage({
  name: () => "fact-probe",
  version: 2,
  needs: (study) => ({ corpus: corpusStage.job(study), encoder: encoderOf(study) }),
  key: (study, { corpus, encoder }) => ({
    corpus: corpus.value.hash,
    encoder: encoder.hash,
    layer: study.encoder.layer,
  }),
  run: async ({ study, needs: { corpus, encoder } }): Promise<ProbeResult[]> => {
    const { counts } = study.data;
    const { layer } = study.encoder;
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
  },
});
