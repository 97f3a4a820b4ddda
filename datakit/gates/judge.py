"""Judge a profile by a suite: the gate itself, a pure function of profiles, suite and date."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from datakit.gates.baseline import check_baseline
from datakit.gates.cases import Beside, Case, case_of
from datakit.gates.decision import Decision
from datakit.gates.engine import RefusedRuleError, Session, session
from datakit.gates.findings import Finding, error, finding
from datakit.gates.load import check_for
from datakit.gates.suite import Rule, Suite, SuiteError
from datakit.gates.verdicts import Named, verdict
from datakit.gates.waivers import check_waivers
from datakit.gates.waiving import Waiving

if TYPE_CHECKING:
    from datakit.profiles.profile import Profile

__all__ = ["Beside", "Judgement", "judge"]

Scores = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Judgement:
    """A decision, and what Great Expectations said.

    Parameters
    ----------
    decision
        The decision.
    results
        Table -> ``ExpectationSuiteValidationResult``, for Data Docs; a table without a rule that
        could be judged is left out. The first rows that broke a rule are named by their paths.
    """

    decision: Decision
    results: Mapping[str, Any] = field(default_factory=dict)


def judge(
    profile: Profile, suite: Suite, date: datetime.date, beside: Beside | None = None
) -> Judgement:
    """Judge a profile by every rule of a suite.

    A rule that asks for something that there is not (see `suite.NEEDS`) is left out, with a note.
    A rule that judges nothing (no such column, or one without any value) is an error.

    Parameters
    ----------
    profile
        What is judged.
    suite
        The rules.
    date
        The day that waivers are judged by.
    beside
        Baseline, evaluation set, scores and waivers.

    Raises
    ------
    InputError
        Suite, baseline or waivers do not fit the profile, or the profile is damaged.
    EngineError
        Great Expectations did not judge every rule.

    Notes
    -----
    Costs the import of Great Expectations (2 to 3 s), and about 0.5 s for 100,000 samples and
    15 rules.
    """
    beside = beside or Beside()
    check_for(suite, profile.modality)
    check_waivers(beside.waivers, suite)
    if beside.baseline is not None:
        check_baseline(profile, beside.baseline)
    case = case_of(profile, suite, beside)
    waiving = Waiving(beside.waivers, date)
    with session() as gx:
        try:
            found, results = _findings(gx, case)
        except RefusedRuleError as refused:
            raise SuiteError(f"{suite.where(refused.rule)}: {refused}") from refused
        named = Named(profile, case.samples, case.issue_rows)
        verdicts = []
        for rule in case.rules:
            judged = waiving.applied(
                rule, found[rule.id], named, lambda rule, kept: _again(gx, case, rule, kept)
            )
            verdicts.append(verdict(rule, judged, named, case.parameters))
        named.name_first(results, case.rules, found)
    decision = Decision(
        suite=suite.name,
        suite_path=suite.path,
        profile=str(profile.path),
        corpus=profile.location,
        n_samples=profile.n_samples,
        date=date.isoformat(),
        verdicts=tuple(verdicts),
        notes=(*case.notes, *waiving.notes([rule.id for rule in case.rules])),
        baseline=None if beside.baseline is None else str(beside.baseline.path),
    )
    return Judgement(decision, results)


def _findings(gx: Session, case: Case) -> tuple[dict[str, Finding], dict[str, Any]]:
    """Rule -> finding, and table -> what Great Expectations said of it."""
    found = {
        rule.id: error(rule, case.unjudged[rule.id], case.parameters)
        for rule in case.rules
        if rule.id in case.unjudged
    }
    groups: dict[str, list[Rule]] = {"samples": [], "corpus": [], "ratchet": []}
    for rule in case.rules:
        apart = rule.table == "corpus" and case.frame(rule) is not case.corpus
        if rule.id not in found:
            groups["ratchet" if apart else rule.table].append(rule)
    wholes = {}
    for table, rules in groups.items():
        if not rules:
            continue
        frame = case.frame(rules[0])
        results, wholes[table] = gx.run(frame, rules, case.parameters)
        row = None if table == "samples" else frame.iloc[0]
        for rule, result in zip(rules, results, strict=True):
            found[rule.id] = finding(rule, result, case.parameters, row)
    return found, wholes


def _again(gx: Session, case: Case, rule: Rule, kept: Any) -> Finding:
    """Judge one rule by some of the rows; positions are those of the whole table."""
    from dataclasses import replace

    frame = case.samples.iloc[kept]
    results, _ = gx.run(frame, [rule], case.parameters)
    new = finding(rule, results[0], case.parameters)
    return replace(new, positions=kept[new.positions])
