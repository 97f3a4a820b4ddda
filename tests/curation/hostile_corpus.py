"""A corpus whose samples kill or hang the worker that reads them."""

import os
import signal
import time


class Hostile:
    """Another corpus; reading "kill..." ends a worker process, "hang..." never returns."""

    def __init__(self, corpus):
        self._corpus = corpus
        self._home = os.getpid()
        self.location, self.modality, self.notes = corpus.location, corpus.modality, {}

    def __len__(self):
        return len(self._corpus)

    def __iter__(self):
        return iter(self._corpus)

    def read(self, sample):
        if os.getpid() != self._home:
            if sample.path.startswith("kill"):
                os.kill(os.getpid(), signal.SIGKILL)
            if sample.path.startswith("hang"):
                time.sleep(1000)
        return self._corpus.read(sample)
