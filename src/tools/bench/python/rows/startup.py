"""Row "startup": a fresh Python that imports torch and transformers."""
import subprocess
import sys
import time


def prepare(_spec):
    def run():
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import torch, transformers"], check=True)
        return {"seconds": time.perf_counter() - started}

    run()
    return {"started": 1}, run
