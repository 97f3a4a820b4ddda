"""The verb `gate`: a corpus or a saved profile against a suite."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datakit.errors import InputError
from datakit.gates.suite_names import DEFAULT_SUITES
from datakit.profiling import check_unused, default_out, source_of

if TYPE_CHECKING:
    from datakit.corpora.corpus import Corpus
    from datakit.encoders.encoder import Encoder
    from datakit.gates.decision import Decision
    from datakit.gates.judge import Judgement
    from datakit.gates.suite import Rule, Suite
    from datakit.gates.waivers import Waiver
    from datakit.profiles.profile import Profile
    from datakit.validators.target import Target

__all__ = ["gate", "read_by"]

Place = str | os.PathLike[str]


def gate(
    source: Any,
    suite: str | os.PathLike[str] | None = None,
    *,
    baseline: Profile | Place | None = None,
    reference: Any = None,
    target: Place | Target | None = None,
    against: Any = None,
    waivers: Place | None = None,
    date: datetime.date | str | None = None,
    data_docs: Place | None = None,
    out: Place | None = None,
    encoder: str | Encoder | None = "default",
    workers: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Decision:
    """Decide whether a corpus is good enough to train on.

    Parameters
    ----------
    source
        A profile, its directory, or a corpus (or anything that `open` takes), which is profiled
        first; what did not change since an earlier profile at `out` is not measured again.
    suite
        Name of a suite that ships with datakit, or a file; None for "images" or "text".
    baseline
        A profile that ratchet rules compare with.
    reference, target
        What representativeness is measured by, as for `profile`. A reference is a profile or its
        directory where `source` is a profile.
    against
        An evaluation set, whose samples must not be in the corpus: a profile, or a corpus.
    waivers
        A YAML file of failures that are to be borne for a while.
    date
        The day that waivers are judged by; None for today.
    data_docs
        A folder for Great Expectations' own pages, which open offline.
    out, encoder, workers, progress
        Where and how a corpus is profiled, as for `profile`; not where `source` is a profile.

    Returns
    -------
    Decision
        `passed`, `failures`, `errors`, `exit_code`, and `raise_for_failure`.

    Raises
    ------
    InputError
        The corpus, suite, baseline, waivers or folder cannot be used.
    """
    from datakit.gates.baseline import check_apart
    from datakit.gates.judge import Beside, judge
    from datakit.pairing import check_out

    # Whatever is wrong with the small files is said before anything is measured.
    day = _day(date)
    given = None if suite is None else _suite(suite, waivers)
    opened = source_of(source)
    rules, excused = given or _suite(DEFAULT_SUITES[opened.modality], waivers)
    known = None if baseline is None else _profile(baseline, "--baseline")
    read = read_by(opened, out, (suite, waivers, target), (known, reference, against))
    check_out(data_docs, read, "--data-docs ")
    _check_early(rules, opened, known)
    check_apart(known, opened, read[1])
    _check_against(rules, opened, against)
    compared = (reference, target, against)
    profile = _as_profile(opened, out, compared, (encoder, workers, progress))
    scores = _scores(profile, reference, target) if profile is opened else None
    with _evaluation(profile, against, rules, workers) as evaluation:
        judgement = judge(profile, rules, day, Beside(known, evaluation, scores, excused))
    if data_docs is not None:
        _write_docs(judgement, Path(data_docs))
    before = rules.rules if profile is opened and against is not None else ()
    return _noted(judgement.decision, (profile, known), before)


def read_by(
    source: Any, out: Place | None, files: Iterable[Any], others: Iterable[Any]
) -> tuple[Any, ...]:
    """What a gate reads, and the profile that it makes: places where it writes nothing else.

    Parameters
    ----------
    source, out
        As for `gate`.
    files
        Files, or what else those parameters may be: names, values, None.
    others
        Other profiles and corpora, or where they are.
    """
    made = out
    place = getattr(source, "location", source)
    if out is None and isinstance(place, (str, os.PathLike)):
        made = default_out(os.fspath(place))
    named = [
        file for file in files if isinstance(file, (str, os.PathLike)) and Path(file).is_file()
    ]
    return (source, made, *named, *others)


def _as_profile(
    source: Profile | Corpus,
    out: Place | None,
    compared: tuple[Any, Any, Any],
    how: tuple[Any, Any, Any],
) -> Profile:
    """What is judged; compared with reference, target, evaluation set; how: the rest."""
    from datakit import verbs
    from datakit.profiles.profile import Profile

    reference, target, against = compared
    encoder, workers, progress = how
    if isinstance(source, Profile):
        used = workers if against is None else None  # an evaluation set is profiled here
        check_unused([source], {"--out": out, "--encoder": encoder, "--workers": used})
        return source
    return verbs.profile(
        source,
        out,
        reference=reference,
        target=target,
        against=against if source.modality == "text" else None,
        encoder=encoder,
        workers=workers,
        progress=progress,
    )


def _day(date: datetime.date | str | None) -> datetime.date:
    if date is None:
        return datetime.date.today()
    if isinstance(date, datetime.datetime):  # a kind of date that cannot be compared with dates
        return date.date()
    try:
        return date if isinstance(date, datetime.date) else datetime.date.fromisoformat(date)
    except ValueError:
        raise InputError(f"--date {date} is no day: give one such as 2027-01-31") from None


def _suite(name: Place, waivers: Place | None) -> tuple[Suite, tuple[Waiver, ...]]:
    """A suite, and the waivers of its rules."""
    from datakit.gates.load import load_suite
    from datakit.gates.waivers import check_waivers, load_waivers

    suite = load_suite(os.fspath(name))
    excused = () if waivers is None else load_waivers(os.fspath(waivers))
    check_waivers(excused, suite)
    return suite, excused


def _check_early(suite: Suite, source: Any, baseline: Profile | None) -> None:
    """Refuse before anything is measured what can be seen to be of another modality."""
    from datakit.gates.load import check_for

    check_for(suite, source.modality)
    if baseline is not None and baseline.modality != source.modality:
        raise InputError(
            f"--baseline {baseline.path} is of {baseline.modality}s, {source.location} of "
            f"{source.modality}s: give a baseline of the same kind"
        )


def _check_against(suite: Suite, source: Any, against: Any) -> None:
    """Refuse an evaluation set that nothing would look at."""
    from datakit.profiles.profile import Profile

    if against is None or _asks_for_evaluation(suite):
        return
    if isinstance(source, Profile):
        raise InputError(
            f"--against: no rule of the suite {suite.name} asks for an evaluation set, and "
            f"{source.path} is saved already: leave it out, or run `datakit profile` on the corpus "
            "again with it"
        )
    if source.modality != "text":
        raise InputError(
            f"--against: no rule of the suite {suite.name} asks for an evaluation set: leave it "
            "out, or give another --suite"
        )


def _asks_for_evaluation(suite: Suite) -> bool:
    return any("is_near_evaluation" in rule.columns for rule in suite.rules)


def _noted(
    decision: Decision, profiles: tuple[Profile, Profile | None], before: Iterable[Rule]
) -> Decision:
    """With what could not be checked, and what was judged by something else than was given.

    Parameters
    ----------
    decision
        The decision.
    profiles
        The profile and the baseline.
    before
        The rules, where the profile was made before an evaluation set was given.
    """
    notes = [
        f"{one.path} is of an older datakit: whether its issues and scores were changed since was "
        "not checked; profile the corpus again to have it checked"
        for one in profiles
        if one is not None and not one.has_digests
    ]
    profile, baseline = profiles
    if baseline is not None and baseline.manifest["measures"] != profile.manifest["measures"]:
        notes.append(
            f"{baseline.path} was measured by another version of datakit or its libraries, or with "
            "another --against: where a ratchet fails, profile the baseline's corpus again"
        )
    judged = {verdict.rule for verdict in decision.verdicts}
    notes += [
        f"{rule.id} is about the evaluation set that the corpus was profiled with, not about "
        "--against: run `datakit profile` on the corpus again for another"
        for rule in before
        if "contamination" in rule.needs and rule.id in judged
    ]
    return replace(decision, notes=(*decision.notes, *notes))


def _profile(value: Profile | Place, option: str) -> Profile:
    from datakit.errors import ProfileError
    from datakit.profiles.profile import Profile

    if isinstance(value, Profile):
        return value
    try:
        return Profile(Path(value))
    except ProfileError as error:
        raise ProfileError(f"{option}: {error}") from error


def _write_docs(judgement: Judgement, out: Path) -> None:
    from datakit.gates.data_docs import write_data_docs

    verdicts = judgement.decision.verdicts
    unjudged = {one.rule: one.reason for one in verdicts if one.outcome == "error"}
    write_data_docs(judgement.results, out, unjudged)


def _scores(profile: Profile, reference: Any, target: Any) -> dict[str, dict[str, Any]] | None:
    """Scores by a reference or target that came with the gate; None for the saved ones."""
    if reference is None and target is None:
        return None
    from datakit import verbs

    known = None if reference is None else _profile(reference, "--reference")
    return verbs.validate(profile, known, target).to_json()


@contextmanager
def _evaluation(
    profile: Profile, against: Any, suite: Suite, workers: int | None
) -> Iterator[Profile | None]:
    """The evaluation set as a profile, where a rule asks for it; a corpus's is forgotten."""
    from datakit import profiling
    from datakit.executors import executor
    from datakit.profiles.build import Settings

    if against is None or not _asks_for_evaluation(suite):
        yield None
        return
    runner = executor(workers)
    with profiling.reference_of(against, profile.modality, Settings(None), runner) as found:
        yield found
