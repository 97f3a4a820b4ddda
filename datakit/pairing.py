"""The two profiles that a comparison needs: saved ones, or made from corpora and forgotten."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datakit.errors import InputError, ProfileError
from datakit.profiling import (
    check_reference,
    is_profile_folder,
    settings_for,
    source_of,
    with_basis,
)

if TYPE_CHECKING:
    from datakit.corpora.corpus import Corpus
    from datakit.encoders.encoder import Encoder
    from datakit.executors.executor import Executor
    from datakit.profiles.profile import Profile

__all__ = ["check_out", "pair_of"]

Advance = Callable[[int], None]


def check_out(
    out: str | os.PathLike[str] | None,
    read: Iterable[Any],
    option: str = "--out ",
    *,
    file: bool = False,
) -> None:
    """Refuse, before anything is measured, to write into a corpus, a profile, or over a file.

    Parameters
    ----------
    out
        A folder; None writes nothing.
    read
        What is read: profiles, corpora, or where they or other files are; None is nothing.
    option
        What stands before `out` in the message.
    file
        `out` is a file instead.

    Raises
    ------
    InputError
        `out` is there.
    """
    if out is None:
        return
    real = Path(os.path.realpath(out))
    what = "file" if file else "folder"
    if not file and real.exists() and not real.is_dir():
        raise InputError(f"{option}{out} is a file: give a folder")
    for place in (place for one in read for place in _places(one)):
        if "://" in str(place) or not real.is_relative_to(os.path.realpath(place)):
            continue
        if Path(place).is_file():
            raise InputError(f"{option}{out} would replace {place}, which is read: give another")
        raise InputError(
            f"{option}{out} lies inside {place}, and nothing is written there: give a {what} "
            "outside of it"
        )


def _places(one: Any) -> Iterator[str | os.PathLike[str]]:
    """Where a profile and its corpus are, or where a corpus or a file is."""
    from datakit.profiles.profile import Profile

    if is_profile_folder(one):
        yield one
        try:
            one = Profile(Path(one))
        except ProfileError:  # told when it is opened
            return
    if isinstance(one, Profile):
        yield one.path
        if not (Path(one.location).exists() and _is_here(one)):
            return
    place = getattr(one, "location", one)
    if isinstance(place, (str, os.PathLike)) and str(place):
        yield place


def _is_here(profile: Profile) -> bool:
    """Whether the corpus of a profile is still what its relative path leads to from here."""
    import pyarrow.parquet as pq

    from datakit.profiles.previous import place_of

    try:
        told = pq.read_schema(profile.path / "stamps.parquet").metadata or {}
    except (OSError, ValueError):
        return True
    return told.get(b"place", b"") in (b"", place_of(profile.location).encode())


@contextmanager
def pair_of(
    a: Any, b: Any, encoder: str | Encoder | None, runner: Executor, advance: Advance
) -> Iterator[tuple[Profile, Profile]]:
    """Both sides as profiles.

    A corpus is profiled in a temporary folder, with the encoder (and in the fitted basis) of the
    other side where that is a profile or was profiled before it.

    Parameters
    ----------
    a, b
        Profiles, corpora, or what they are opened from.
    encoder
        As for `verbs.profile`; "default" takes the other side's, where that is a profile.
    runner
        Who measures.
    advance
        Called with the number of samples just finished.

    Raises
    ------
    InputError
        They are of different modalities, or the encoder is not that of a given profile.
    """
    from datakit.profiles.profile import Profile

    sides = [source_of(a), source_of(b)]
    if sides[0].modality != sides[1].modality:
        raise InputError(
            f"{sides[0].location} holds {sides[0].modality}s, {sides[1].location} "
            f"{sides[1].modality}s: give two corpora of one kind"
        )
    ready: dict[int, Profile] = {i: s for i, s in enumerate(sides) if isinstance(s, Profile)}
    with ExitStack() as stack:
        for i, source in enumerate(sides):
            if not isinstance(source, Profile):
                made = _profiled(source, ready.get(1 - i), encoder, runner, advance)
                ready[i] = stack.enter_context(made)
        yield ready[0], ready[1]


@contextmanager
def _profiled(
    corpus: Corpus,
    other: Profile | None,
    encoder: str | Encoder | None,
    runner: Executor,
    advance: Advance,
) -> Iterator[Profile]:
    """A corpus as a profile that is gone afterwards."""
    from datakit.profiles.build import build
    from datakit.profiles.workspace import workspace

    if encoder == "default" and other is not None:
        encoder = "none" if other.encoder is None else str(other.encoder["name"])
    limit = 20_000 if other is None else int(other.manifest["embed_limit"])
    settings = with_basis(settings_for(corpus, encoder, limit, {}, None), other)
    check_reference(corpus, settings, other)
    with (
        tempfile.TemporaryDirectory(prefix="datakit-compared-") as folder,
        workspace(Path(folder) / "compared", {}, None) as work,
    ):
        yield build(corpus, work, settings, runner, advance)
