"""A folder in which one file crashes its reader, as a broken decoder would."""

import ctypes

from datakit.corpora.folder import Folder


class Crashing(Folder):
    def __init__(self, location, victim):
        super().__init__(location)
        self.victim = victim

    def read(self, sample):
        if sample.path == self.victim:
            ctypes.string_at(0)
        return super().read(sample)
