"""A curated corpus: a corpus again, with the plan that made it and the lineage of its samples."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datakit.corpora import Corpus, open_corpus
from datakit.corpora.curated import MARKER
from datakit.errors import InputError
from datakit.sample import Sample

if TYPE_CHECKING:
    import pandas as pd

    from datakit.curation.plan import Plan

__all__ = ["Curated", "facts_of_curated"]


class Curated:
    """A curated corpus on disk. It is a `Corpus`, and can be profiled, gated and trained on.

    Parameters
    ----------
    path
        The folder that `datakit curate` wrote.

    Raises
    ------
    InputError
        It is not such a folder.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.facts = facts_of_curated(self.path)
        self.corpus: Corpus = open_corpus(path)
        self.location = self.corpus.location
        self.modality = self.corpus.modality

    def __repr__(self) -> str:
        return f"Curated({str(self.path)!r}, n_samples={self.facts['n_out']})"

    def __getstate__(self) -> dict[str, Any]:
        tables = ("lineage", "plan")  # read again where they are wanted
        return {name: value for name, value in self.__dict__.items() if name not in tables}

    def __len__(self) -> int:
        return len(self.corpus)

    def __iter__(self) -> Iterator[Sample]:
        return iter(self.corpus)

    def read(self, sample: Sample) -> bytes:
        """Bytes of one sample."""
        return self.corpus.read(sample)

    @property
    def notes(self) -> dict[str, int]:
        """What the last listing saw that is no sample: reason -> count."""
        return self.corpus.notes

    @cached_property
    def lineage(self) -> pd.DataFrame:
        """sample_id, path, parents, edits, reason, seed, hash_before, hash_after."""
        import pandas as pd

        return pd.read_parquet(self.path / "lineage.parquet")

    @cached_property
    def plan(self) -> Plan:
        """The plan as it was applied."""
        from datakit.curation.plan import load_plan

        return load_plan(self.path / "plan.parquet")

    @property
    def profile_path(self) -> Path:
        """Where the profile of the curated corpus is: beside it."""
        return self.path.with_name(self.path.name + ".profile")


def facts_of_curated(path: Path) -> dict[str, Any]:
    """What curation.json says.

    Raises
    ------
    InputError
        There is none, or it cannot be read.
    """
    try:
        facts: dict[str, Any] = json.loads((path / MARKER).read_text(encoding="utf-8"))
        _ = [facts[key] for key in ("schema", "layout", "modality", "data", "key", "n_out")]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{path} is not a curated corpus ({type(error).__name__} on {MARKER}): give the folder "
            "that `datakit curate` wrote"
        ) from error
    return facts
