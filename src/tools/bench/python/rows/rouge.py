"""Row "rouge" with rouge-score."""
import time

import numpy
from rouge_score import rouge_scorer, scoring

TYPES = ["rouge1", "rouge2", "rougeL", "rougeLsum"]


class Whitespace:
    def tokenize(self, text):
        return text.split()


class Character:
    def tokenize(self, text):
        return [c for c in text if not c.isspace()]


TOKENIZERS = {"default": None, "whitespace": Whitespace(), "character": Character()}


def prepare(spec):
    scorer = rouge_scorer.RougeScorer(TYPES, tokenizer=TOKENIZERS[spec["tokenizer"]])

    def score():
        numpy.random.seed(12345)
        items = [scorer.score(r, p) for r, p in zip(spec["references"], spec["predictions"], strict=True)]
        aggregator = scoring.BootstrapAggregator()
        for item in items:
            aggregator.add_scores(item)
        return items, aggregator.aggregate()

    def run():
        started = time.perf_counter()
        score()
        return {"seconds": time.perf_counter() - started}

    score()
    items, intervals = score()
    check = {name: [item[name].fmeasure for item in items] for name in TYPES}
    check["intervals"] = [
        bound.fmeasure for name in TYPES for bound in (intervals[name].low, intervals[name].mid, intervals[name].high)
    ]
    return check, run
