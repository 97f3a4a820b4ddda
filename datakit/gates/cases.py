"""What a profile is judged on: the tables, the rules that apply, the values of parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from datakit.errors import ProfileError
from datakit.gates.baseline import baseline_parameters, incomparable
from datakit.gates.columns import DIMENSIONS, issue_of
from datakit.gates.evaluation import in_baseline, near_evaluation
from datakit.gates.features import Features
from datakit.gates.findings import needs_values
from datakit.gates.lint import near
from datakit.gates.never_fails import never_fails
from datakit.gates.suite import NEEDS, Rule, Suite
from datakit.gates.tables import IssueRows, SampleFlags, corpus_table, samples_table

if TYPE_CHECKING:
    import pandas as pd

    from datakit.gates.waivers import Waiver
    from datakit.profiles.profile import Profile

__all__ = ["Beside", "Case", "case_of"]

Scores = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Beside:
    """What a profile is judged with.

    Parameters
    ----------
    baseline
        Profile that ratchet rules compare with.
    evaluation
        Profile of an evaluation set, whose samples must not be in the corpus.
    scores
        Scores as in scores.json; None for those that the profile was saved with.
    waivers
        Failures that are to be borne.
    """

    baseline: Profile | None = None
    evaluation: Profile | None = None
    scores: Scores | None = None
    waivers: Sequence[Waiver] = ()


@dataclass(frozen=True)
class Case:
    """The tables, and the rules that apply to them.

    Parameters
    ----------
    samples, corpus
        A row per sample, and one row.
    ratchet
        The one row that rules about a baseline judge: `corpus`, or where that was scored in
        another way than the baseline (by a reference), scores of both without one.
    issue_rows
        Which rows have which issue.
    rules
        Those that apply.
    parameters
        Their values.
    unjudged
        Rule -> why there is nothing to judge.
    notes
        Rules that were left out, and those that can never fail.
    """

    samples: pd.DataFrame
    corpus: pd.DataFrame
    ratchet: pd.DataFrame
    issue_rows: IssueRows
    rules: tuple[Rule, ...]
    parameters: Mapping[str, float]
    unjudged: Mapping[str, str]
    notes: tuple[str, ...]

    def frame(self, rule: Rule) -> pd.DataFrame:
        """The table that a rule judges."""
        return _frame(rule, self.samples, self.corpus, self.ratchet)


def case_of(profile: Profile, suite: Suite, beside: Beside) -> Case:
    """Read what the rules of a suite judge.

    Parameters
    ----------
    profile, suite, beside
        As for `judge`.

    Raises
    ------
    ProfileError
        The profile or the baseline is damaged.
    """
    import pandas as pd

    with _reading(profile):
        scores = profile.scores if beside.scores is None else beside.scores
        features = Features(profile, _given(beside, scores))
        rules = tuple(r for r in suite.rules if set(r.needs) <= features.present)
        wanted = dict.fromkeys(n for r in rules if r.table == "samples" for n in r.columns)
        issue_rows = IssueRows(profile)
        flags = _flags(profile, beside, wanted)
        samples = samples_table(profile, wanted, flags, features, issue_rows)
        corpus = pd.DataFrame([corpus_table(profile, scores, features)], dtype="float64")
    ours, theirs = _alike(profile, scores, rules, beside.baseline)
    ratchet, parameters = corpus, dict[str, float]()
    if beside.baseline is not None:
        with _reading(beside.baseline):
            parameters = baseline_parameters(beside.baseline, theirs)
    if ours is not scores:
        ratchet = pd.DataFrame([corpus_table(profile, ours, features)], dtype="float64")
    unjudged = {}
    for rule in rules:
        reason = (
            _no_score(rule, ours if rule.parameters else scores)
            or next(filter(None, (incomparable(p, ours, theirs) for p in rule.parameters)), "")
            or _why_unjudged(rule, _frame(rule, samples, corpus, ratchet), features, parameters)
        )
        if reason:
            unjudged[rule.id] = reason
    notes = tuple(
        f"{rule.id} was left out: "
        + "; ".join(NEEDS[need] for need in rule.needs if need not in features.present)
        for rule in suite.rules
        if rule not in rules
    )
    idle = ((rule.id, never_fails(rule, profile.modality)) for rule in rules)
    notes += tuple(f"{name} can never fail: {why}" for name, why in idle if why)
    return Case(samples, corpus, ratchet, issue_rows, rules, parameters, unjudged, notes)


def _frame(
    rule: Rule, samples: pd.DataFrame, corpus: pd.DataFrame, ratchet: pd.DataFrame
) -> pd.DataFrame:
    if rule.table == "samples":
        return samples
    return ratchet if rule.parameters else corpus


def _alike(
    profile: Profile, scores: Scores, rules: Sequence[Rule], baseline: Profile | None
) -> tuple[Scores, Scores]:
    """Scores of the profile and of the baseline, computed in the same way where that is possible.

    A reference is a yardstick of diversity too. Where only one side had it, or each its own, both
    are scored without.
    """
    if baseline is None:
        return scores, {}
    from datakit.validators.scorecard import scorecard

    with _reading(baseline):
        theirs = baseline.scores
    named = [parameter for rule in rules for parameter in rule.parameters]
    if not any(incomparable(name, scores, theirs) for name in named):
        return scores, theirs
    sides = []
    for side in (profile, baseline):
        with _reading(side):
            sides.append(scorecard(side).to_json())
    return sides[0], sides[1]


@contextmanager
def _reading(profile: Profile) -> Iterator[None]:
    """Make one clear line of what a damaged file of a profile raises."""
    try:
        yield
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
        first = (str(problem).strip().splitlines() or [""])[0]
        raise ProfileError(
            f"{profile.path} is damaged ({type(problem).__name__}: {first}): profile again"
        ) from problem


def _given(beside: Beside, scores: Scores) -> frozenset[str]:
    found = set()
    if beside.baseline is not None:
        found.add("baseline")
    if beside.evaluation is not None:
        found.add("evaluation")
    if scores.get("representativeness", {}).get("value") is not None:
        found.add("reference")
    return frozenset(found)


def _flags(profile: Profile, beside: Beside, wanted: Mapping[str, Any]) -> SampleFlags:
    near = known = None
    if beside.evaluation is not None and "is_near_evaluation" in wanted:
        near = near_evaluation(profile, beside.evaluation)
    if beside.baseline is not None and "in_baseline" in wanted:
        known = in_baseline(profile, beside.baseline)
    return SampleFlags(near, known)


def _why_unjudged(
    rule: Rule, frame: pd.DataFrame, features: Features, parameters: Mapping[str, float]
) -> str:
    """Why a rule has nothing to judge; "" where it has."""
    for name in rule.columns:
        if name not in frame:
            close = near(name, map(str, frame.columns))
            return f"the {rule.table} table has no column {name}{close}"
        if needs_values(rule) and bool(frame[name].isna().all()):
            issue = issue_of(rule.table, name, features.modality)
            why = features.why_not(issue) if issue else "it has no value in any row"
            return f"nothing to judge in {name}: {why}"
    for name in rule.parameters:
        if name not in parameters:
            return f"the baseline has no {name.removeprefix('baseline_')}"
    return ""


def _no_score(rule: Rule, scores: Scores) -> str:
    """Why a score or component that a rule judges has no value; "" where it has."""
    for name in rule.judged if rule.table == "corpus" else ():
        dimension = name.split("_")[0]
        score = scores.get(dimension, {})
        if dimension in DIMENSIONS and score.get("value") is None:
            return f"no {dimension}: {score.get('reason') or 'the profile has none'}"
    return ""
