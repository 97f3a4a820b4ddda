"""What a corpus is, and how to open one."""

from __future__ import annotations

from datakit.corpora.corpus import Corpus, shards
from datakit.corpora.open import open_corpus

__all__ = ["Corpus", "open_corpus", "shards"]
