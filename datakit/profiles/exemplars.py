"""What reports show of the samples: thumbnails of images, excerpts of texts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from datakit.corpora.corpus import Corpus
from datakit.executors.executor import Executor
from datakit.profiles.profile import Profile

if TYPE_CHECKING:
    from datakit.measures.text_contamination import Against

__all__ = ["write_exemplars"]


def write_exemplars(
    profile: Profile,
    corpus: Corpus,
    executor: Executor,
    earlier: Path,
    against: Against | None = None,
) -> None:
    """Write what a report needs of the corpus into the profile.

    Parameters
    ----------
    profile
        With rows and issues.
    corpus
        Reads the samples.
    executor
        Maps the shown samples.
    earlier
        An earlier profile, whose exemplars are taken where the content is the same.
    against
        The evaluation items that texts were searched for, so that reports can mark them.
    """
    if profile.modality == "text":
        from datakit.profiles.excerpts import write_excerpts

        write_excerpts(profile, corpus, executor, against)
    else:
        from datakit.profiles.thumbnails import write_thumbnails

        write_thumbnails(profile, corpus, executor, earlier)
