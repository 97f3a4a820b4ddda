"""What `verbs.profile` needs before it can begin: settings, reference, evaluation set."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datakit.errors import InputError

if TYPE_CHECKING:
    from datakit.corpora.corpus import Corpus
    from datakit.encoders.encoder import Encoder
    from datakit.executors.executor import Executor
    from datakit.measures.text_contamination import Against
    from datakit.profiles.build import Settings
    from datakit.profiles.profile import Profile
    from datakit.validators.target import Target

__all__ = [
    "check_clusters",
    "check_reference",
    "check_unused",
    "corpus_name",
    "default_out",
    "is_corpus",
    "is_profile_folder",
    "reference_of",
    "run_key",
    "settings_for",
    "source_of",
    "target_of",
    "with_basis",
]

_NO_CATEGORIES = frozenset(
    ("sample_id", "path", "content_hash", "pixel_hash", "error", "warning", "caption")
)
"""Columns whose values are of one sample each."""


def is_corpus(value: Any) -> bool:
    """Whether a value is an opened corpus, rather than a place to open one."""
    return hasattr(value, "read") and hasattr(value, "modality")


def is_profile_folder(value: Any) -> bool:
    """Whether a value names the directory of a saved profile, rather than a corpus."""
    return isinstance(value, (str, os.PathLike)) and (Path(value) / "manifest.json").exists()


def source_of(
    value: Any, *, manifest: str | None = None, text_column: str | None = None
) -> Profile | Corpus:
    """A profile where one is given (itself, or its directory), else an opened corpus.

    Parameters
    ----------
    value
        A profile, a corpus, or anything that `verbs.open` takes.
    manifest, text_column
        How a corpus is opened.

    Raises
    ------
    InputError
        There is neither, or a profile that would have to be opened in some way.
    """
    from datakit.corpora import open_corpus
    from datakit.profiles.profile import Profile

    if isinstance(value, Profile) or is_corpus(value):
        return value
    if not isinstance(value, (os.PathLike, Iterable)) or (isinstance(value, str) and not value):
        raise InputError(
            f"{value!r:.60} is neither a corpus nor a profile: give a folder, a table, tar shards, "
            "an iterable of samples, or the directory that `datakit profile` wrote"
        )
    if isinstance(value, (str, os.PathLike)) and is_profile_folder(value):
        check_unused([value], {"--manifest": manifest, "--text-column": text_column})
        return Profile(Path(value))
    return open_corpus(value, manifest=manifest, text_column=text_column)


def check_unused(profiles: Iterable[Any], given: Mapping[str, Any]) -> None:
    """Refuse what only matters while a corpus is profiled, where that is done already.

    Parameters
    ----------
    profiles
        The saved profiles, or where they are.
    given
        Option -> its value; None or "default" where it was not given.

    Raises
    ------
    InputError
        One was given.
    """
    named = [name for name, value in given.items() if value is not None and value != "default"]
    if named:
        places = " and ".join(str(getattr(profile, "path", profile)) for profile in profiles)
        raise InputError(
            f"{', '.join(named)} only matters while a corpus is profiled, and nothing is here "
            f"(saved already: {places}): leave it out, or run `datakit profile` on the corpus "
            "again with it"
        )


def default_out(location: str) -> Path:
    """Where the profile of a corpus goes that is told no other place."""
    return Path(f"{corpus_name(location)}.profile")


def corpus_name(location: str) -> str:
    """The last part of a corpus's place, as a file name: what its results are called after."""
    place = location if "://" in location else os.path.abspath(location)
    name = place.rstrip("/").rpartition("/")[2]
    return re.sub(r"[^\w.-]+", "_", name).strip("<>_") or "corpus"


def settings_for(
    corpus: Corpus,
    encoder: str | Encoder | None,
    embed_limit: int,
    thresholds: Mapping[str, float],
    against: Any,
) -> Settings:
    """Settings of a run; the encoder may be a name."""
    from datakit.encoders import default_encoder, encoder_of
    from datakit.profiles.build import Settings

    if encoder is None or isinstance(encoder, str):
        name = default_encoder(corpus.modality) if encoder == "default" else encoder or "none"
        chosen = encoder_of(corpus.modality, name)
    else:
        chosen = encoder
    return Settings(chosen, embed_limit, thresholds, _against(corpus, against))


def _against(corpus: Corpus, source: Any) -> Against | None:
    """The texts of an evaluation set."""
    from datakit.corpora import open_corpus
    from datakit.measures.modality import UndecodableError, modality
    from datakit.measures.text_contamination import Against

    if source is None:
        return None
    items = source if is_corpus(source) else open_corpus(source)
    if corpus.modality != "text" or items.modality != "text":
        raise InputError(
            f"--against looks for texts in texts: {corpus.location} holds {corpus.modality}s, "
            f"{items.location} {items.modality}s"
        )
    texts = []
    for sample in items:
        try:
            texts.append(modality("text").decode(items.read(sample)))
        except (UndecodableError, OSError):
            texts.append("")  # keeps the numbers of the others
    return Against(texts)


@contextmanager
def reference_of(
    reference: Any, modality: str, settings: Settings, runner: Executor
) -> Iterator[Profile | None]:
    """A reference as a profile; a corpus is profiled beside nothing and forgotten."""
    import tempfile

    from datakit.profiles.build import build
    from datakit.profiles.profile import Profile
    from datakit.profiles.workspace import workspace

    if reference is None:
        yield None
        return
    corpus = source_of(reference)
    if isinstance(corpus, Profile):
        yield corpus
        return
    if corpus.modality != modality:
        raise InputError(
            f"the reference {corpus.location} holds {corpus.modality}s, the corpus {modality}s: "
            "give a reference of the same kind"
        )
    with (
        tempfile.TemporaryDirectory(prefix="datakit-reference-") as folder,
        workspace(Path(folder) / "reference", {}, None) as work,
    ):
        yield build(corpus, work, settings, runner, lambda n: None)


def with_basis(settings: Settings, baseline: Profile | None) -> Settings:
    """An encoder that must be fitted is the reference's, so that the two can be compared."""
    from datakit.encoders.encoder import Unfitted

    encoder = settings.encoder
    if baseline is None or not isinstance(encoder, Unfitted):
        return settings
    file = baseline.path / "embeddings" / "encoder.npz"
    if baseline.encoder is None or baseline.encoder["name"] != encoder.name or not file.exists():
        return settings
    return replace(settings, encoder=encoder.load(file), borrowed=True)


def check_reference(corpus: Corpus, settings: Settings, baseline: Profile | None) -> None:
    """Refuse, before anything is measured, a reference that cannot be compared with.

    Raises
    ------
    InputError
        It is of another modality, or was embedded by another encoder.
    """
    if baseline is None:
        return
    if baseline.modality != corpus.modality:
        raise InputError(
            f"the reference {baseline.location} holds {baseline.modality}s, {corpus.location} "
            f"{corpus.modality}s: give a reference of the same kind"
        )
    encoder = settings.encoder
    ours = None if encoder is None else (encoder.name, getattr(encoder, "digest", "not fitted"))
    theirs = None if baseline.encoder is None else tuple(baseline.encoder.values())[:2]
    if ours != theirs:
        given, own = ("none" if pair is None else " ".join(pair) for pair in (theirs, ours))
        raise InputError(
            f"the reference {baseline.location} was embedded by {given}, {corpus.location} would "
            f"be by {own}: give both the same --encoder"
        )


def target_of(target: Any, modality: str) -> Target | None:
    """A target, read where it is a file, whose columns the rows of a modality have.

    Raises
    ------
    InputError
        It cannot be read, or names a column that there is not.
    """
    from datakit.profiles.row_schema import columns_of
    from datakit.validators.target import Target, load_target

    if target is None:
        return None
    if isinstance(target, Target):
        wanted = target
    else:
        wanted = Target(target) if isinstance(target, Mapping) else load_target(target)
    known = [
        column.name
        for column in columns_of(modality)
        if column.type in ("string", "bool", "int") and column.name not in _NO_CATEGORIES
    ]
    for column in wanted.proportions:
        if column not in (*known, "cluster"):
            raise InputError(
                f"{wanted.source} names the column {column}, which the rows of {modality}s do not "
                f"have: give cluster, or one of {', '.join(known)}"
            )
    return wanted


def check_clusters(target: Target | None, settings: Settings) -> None:
    """Refuse, before anything is measured, a target of clusters where there will be none.

    Raises
    ------
    InputError
        The encoder has no cells.
    """
    from datakit.encoders.encoder import Unfitted

    if target is None or "cluster" not in target.proportions:
        return
    encoder = settings.encoder
    if encoder is None or (not isinstance(encoder, Unfitted) and encoder.codebook() is None):
        name = "none" if encoder is None else encoder.name
        raise InputError(
            f"{target.source} names clusters, the encoder {name} has no cells: give another "
            "--encoder, or a target without clusters"
        )


def run_key(corpus: Corpus, settings: Settings) -> dict[str, object]:
    """What the parts of an unfinished run depend on."""
    from datakit.measures.modality import modality
    from datakit.profiles.build import measures_digest

    location = corpus.location
    return {
        "corpus": location if "://" in location else os.path.abspath(location),
        "opened": {name: getattr(corpus, name, None) for name in ("manifest", "text_column")},
        "measures": measures_digest(corpus.modality, settings.against),
        "shard_size": modality(corpus.modality).shard_size,
    } | settings.key()
