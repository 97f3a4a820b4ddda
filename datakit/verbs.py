"""The public verbs: each composes rooms, none does work of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datakit.errors import InputError, ProfileError

if TYPE_CHECKING:
    from datakit.comparisons.comparison import Comparison
    from datakit.corpora.corpus import Corpus
    from datakit.encoders.encoder import Encoder
    from datakit.profiles.profile import Profile
    from datakit.profiles.workspace import Workspace
    from datakit.validators.score import Scorecard
    from datakit.validators.target import Target

__all__ = ["compare", "load", "merge", "open", "profile", "report", "validate"]


def open(source: Any, *, manifest: str | None = None, text_column: str | None = None) -> Corpus:
    """Open a corpus.

    Parameters
    ----------
    source
        A folder of images or of texts, a table (csv, jsonl, parquet), tar shards, idx files, a
        text file, an fsspec URL, or an iterable of samples, (name, bytes) or (name, str) pairs,
        bytes, str or Pillow images.
    manifest
        A table with captions, labels or splits by file name.
    text_column
        The column of a table that holds the texts; None to find it by its name.

    Raises
    ------
    CorpusError
        There is nothing, or nothing that is an image or a text.
    """
    from datakit.corpora import open_corpus

    return open_corpus(source, manifest=manifest, text_column=text_column)


def load(path: str | os.PathLike[str]) -> Profile:
    """Open a profile that was written before.

    Raises
    ------
    ProfileError
        `path` is not a profile.
    """
    from datakit.profiles.profile import Profile

    return Profile(Path(path))


def profile(
    corpus: Any,
    out: str | os.PathLike[str] | None = None,
    *,
    reference: Any = None,
    target: str | os.PathLike[str] | Target | None = None,
    against: Any = None,
    encoder: str | Encoder | None = "default",
    embed_limit: int = 20_000,
    workers: int | None = None,
    thresholds: Mapping[str, float] | None = None,
    progress: Callable[[int], None] | None = None,
) -> Profile:
    """Profile a corpus: rows, fingerprints, embeddings, issues, scores, report.

    A run that was interrupted goes on where it stopped when it is called again; what did not
    change since an earlier profile at `out` is not measured again.

    Parameters
    ----------
    corpus
        A corpus, or anything that `open` takes.
    out
        The profile's directory; by default the corpus's name with ``.profile``, in the current
        folder.
    reference
        A profile, its directory, or a corpus to compare with.
    target
        Proportions that the corpus should have: a YAML file, or a `Target`.
    against
        An evaluation set of texts to look for: a corpus, or anything that `open` takes.
    encoder
        "default" (efficientnet-lite0 for images, lsa for texts), "pixels", "hub:MODEL", "none"
        (or None), or an encoder object.
    embed_limit
        At most so many samples are embedded, chosen by content hash.
    workers
        Worker processes; None for one per core, 0 for this process.
    thresholds
        Issue -> threshold, instead of the defaults.
    progress
        Called with the number of samples just finished.

    Raises
    ------
    InputError
        The corpus, the output folder, the encoder or a threshold cannot be used.
    """
    from datakit import profiling
    from datakit.executors import executor
    from datakit.profiles.build import build
    from datakit.profiles.issues import check_thresholds
    from datakit.profiles.workspace import workspace

    if embed_limit < 1:
        raise InputError(f"embed_limit is {embed_limit}: give at least 1, or encoder 'none'")
    corpus = corpus if profiling.is_corpus(corpus) else open(corpus)
    check_thresholds(corpus.modality, thresholds or {})
    wanted = profiling.target_of(target, corpus.modality)
    runner = executor(workers)
    settings = profiling.settings_for(corpus, encoder, embed_limit, thresholds or {}, against)
    with profiling.reference_of(reference, corpus.modality, settings, runner) as baseline:
        settings = profiling.with_basis(settings, baseline)
        profiling.check_reference(corpus, settings, baseline)
        profiling.check_clusters(wanted, settings)
        place = Path(out) if out is not None else profiling.default_out(corpus.location)
        root = Path(corpus.location) if "://" not in corpus.location else None
        with workspace(place, profiling.run_key(corpus, settings), root) as work:
            built = build(corpus, work, settings, runner, progress or (lambda n: None))
            _finish(built, baseline, wanted, work)
    return load(place)


def merge(
    profiles: Sequence[Profile | str | os.PathLike[str]],
    out: str | os.PathLike[str],
    *,
    thresholds: Mapping[str, float] | None = None,
) -> Profile:
    """The profile of several corpora together, from their profiles alone.

    Parameters
    ----------
    profiles
        At least one, made by the same datakit with the same settings, without common samples.
    out
        The merged profile's directory.
    thresholds
        Issue -> threshold, instead of the defaults.

    Raises
    ------
    ProfileError
        They cannot be merged.
    """
    from datakit.profiles.merge import merge_into
    from datakit.profiles.workspace import workspace

    opened = [_opened(p) for p in profiles]
    if not opened:
        raise ProfileError("no profiles to merge: give at least one")
    with workspace(Path(out), {"merge": [str(p.path) for p in opened]}, None) as work:
        _finish(merge_into(opened, work.path, thresholds or {}), None, None, work)
    return load(out)


def validate(
    profile: Profile | str | os.PathLike[str],
    reference: Profile | str | os.PathLike[str] | None = None,
    target: str | os.PathLike[str] | Target | None = None,
) -> Scorecard:
    """Score a profile on every dimension that it allows.

    Parameters
    ----------
    profile, reference
        Profiles or their directories.
    target
        Proportions that the corpus should have: a YAML file, or a `Target`.

    Raises
    ------
    InputError
        The profiles cannot be compared, or the target cannot be used.
    """
    from datakit.profiling import target_of
    from datakit.validators.scorecard import scorecard

    opened = _opened(profile)
    wanted = target_of(target, opened.modality)
    return scorecard(opened, None if reference is None else _opened(reference), wanted)


def compare(
    a: Any,
    b: Any,
    out: str | os.PathLike[str] | None = None,
    *,
    encoder: str | Encoder | None = "default",
    workers: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Comparison:
    """Say what differs between two corpora, or two versions of one.

    Parameters
    ----------
    a, b
        Profiles, their directories, corpora, or anything that `open` takes. A corpus is profiled
        first, and its profile forgotten. b is what a is compared with.
    out
        A folder for comparison.html and comparison.json; None writes nothing.
    encoder
        For corpora, as for `profile`; "default" is that of the other side where that is a profile.
    workers
        Worker processes; None for one per core, 0 for this process.
    progress
        Called with the number of samples just finished.

    Raises
    ------
    InputError
        They are of different modalities or encoders, or the folder cannot be used.
    """
    from datakit.comparisons.compare import compare_profiles
    from datakit.executors import executor
    from datakit.pairing import check_out, pair_of

    check_out(out, (a, b))
    with pair_of(a, b, encoder, executor(workers), progress or (lambda n: None)) as pair:
        comparison = compare_profiles(*pair)
        if out is not None:
            from datakit.reports.comparison_html import write_comparison

            try:
                write_comparison(comparison, *pair, Path(out))
            except OSError as error:
                raise InputError(
                    f"--out {out} cannot be written ({error.strerror}): give another folder"
                ) from error
    return comparison


def report(profile: Profile | str | os.PathLike[str], out: str | os.PathLike[str]) -> Path:
    """Write the HTML report of a saved profile, with its saved scores and comparison: one file
    that opens offline.

    Parameters
    ----------
    profile
        A profile or its directory.
    out
        The HTML file.
    """
    import json

    from datakit.reports.html import write_html
    from datakit.validators.score import Score, Scorecard

    opened = _opened(profile)
    card = Scorecard({name: Score.from_json(name, s) for name, s in opened.scores.items()})
    compared = opened.path / "comparison.json"
    try:
        found = json.loads(compared.read_text("utf-8")) if compared.exists() else None
        write_html(opened, card, Path(out), found)
    except OSError as error:
        raise InputError(
            f"the report of {opened.path} cannot be written to {out} ({error}): give a file in a "
            "folder that is there, and a whole profile"
        ) from error
    return Path(out)


def _finish(
    built: Profile, baseline: Profile | None, target: Target | None, work: Workspace
) -> None:
    """Scores and report into the workspace, then the whole into its place."""
    from datakit.comparisons.compare import compare_profiles
    from datakit.profiles.files import write_json
    from datakit.profiles.integrity import seal
    from datakit.reports.comparison_data import comparison_data
    from datakit.reports.html import write_html

    card = validate(built, baseline, target)
    write_json(built.path / "scores.json", card.to_json())
    seal(built)
    compared = None
    if baseline is not None:
        compared = comparison_data(compare_profiles(built, baseline), built, baseline)
        write_json(built.path / "comparison.json", compared)
    write_html(built, card, built.path / "report.html", compared)
    work.publish()


def _opened(profile: Profile | str | os.PathLike[str]) -> Profile:
    return load(profile) if isinstance(profile, (str, os.PathLike)) else profile
