"""Row "generate-2b": as "generate", but the first writing is the one that is timed."""
from rows.generate import writer


def prepare(spec):
    texts, measures = writer(spec)()
    return {"tokens": [len(text) for text in texts]}, lambda: measures
