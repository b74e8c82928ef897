"""Row "bertscore" with bert_score."""
import time

from bert_score import BERTScorer


def prepare(spec):
    scorer = BERTScorer(model_type=spec["folder"], num_layers=spec["layer"], device="cpu", use_fast_tokenizer=True)

    def score():
        return scorer.score(spec["predictions"], spec["references"])

    def run():
        started = time.perf_counter()
        score()
        return {"seconds": time.perf_counter() - started}

    score()
    precision, recall, f = score()
    return {"precision": precision.tolist(), "recall": recall.tolist(), "f": f.tolist()}, run
