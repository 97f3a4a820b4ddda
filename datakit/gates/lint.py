"""What can be wrong with a rule without looking at data."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeGuard

from datakit.gates.columns import DIMENSIONS, Holds, corpus_columns, sample_columns
from datakit.gates.conditions import check_condition, compared
from datakit.gates.never_fails import never_fails
from datakit.gates.signatures import SIGNATURES, UNSUPPORTED, Kind, Signature
from datakit.gates.suite import PARAMETER, Rule

__all__ = ["check_arguments", "check_columns", "check_type", "near"]

Refuse = Callable[[str], Exception]

_PARAMETER_NAME = re.compile(r"baseline_[a-z][a-z0-9_]*")
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "method": ("iqr", "std"),
    "match_on": ("any", "all"),
    "ignore_pair": ("both_values_are_missing", "either_value_is_missing", "neither"),
    "ignore_many": ("all_values_are_missing", "any_value_is_missing", "never"),
}


def near(name: str, known: Iterable[str]) -> str:
    """``: did you mean X?``, or nothing."""
    found = difflib.get_close_matches(name, list(known), 1)
    return f": did you mean {found[0]}?" if found else ""


def check_type(name: Any, refuse: Refuse) -> Signature:
    """The arguments of an expectation's type."""
    if not isinstance(name, str):
        raise refuse(
            f"the type is {name!r}: give a text such as expect_column_values_to_be_between"
        )
    if name in UNSUPPORTED:
        raise refuse(f"{name} cannot be used in a gate: {UNSUPPORTED[name]}")
    if name not in SIGNATURES:
        raise refuse(f"unknown expectation {name}{near(name, SIGNATURES)}")
    return SIGNATURES[name]


def check_arguments(signature: Signature, kwargs: Mapping[str, Any], refuse: Refuse) -> None:
    """Refuse arguments that are missing, unknown, of another kind, or can never do anything."""
    known: dict[str, Kind] = {**signature.required, **signature.optional}
    for name in signature.required:
        if name not in kwargs:
            raise refuse(f"the argument {name} is missing{near(name, set(kwargs) - set(known))}")
    for name, value in kwargs.items():
        if name == "row_condition" and signature.shape != "score":
            if value is not None:
                check_condition(value, refuse)
        elif name == "condition_parser":
            raise refuse("condition_parser is refused: it makes a row_condition run as code")
        elif name not in known:
            raise refuse(f"unknown argument {name}{near(name, known)}")
        elif not (value is None and name in signature.optional):
            _check_value(name, value, known[name], refuse)
    _check_bounds(known, kwargs, refuse)


def _check_value(name: str, value: Any, kind: Kind, refuse: Refuse) -> None:
    if isinstance(value, Mapping) and PARAMETER in value:
        given = value[PARAMETER]
        if set(value) != {PARAMETER} or not isinstance(given, str):
            raise refuse(f'{name}: write a parameter as {{"{PARAMETER}": "baseline_diversity"}}')
        if kind not in ("number", "integer", "rate") or not _PARAMETER_NAME.fullmatch(given):
            raise refuse(
                f"{name} cannot be the parameter {given!r}: numbers can be baseline_<column of the "
                "corpus table>"
            )
        return
    if kind in _CHOICES:
        if value not in _CHOICES[kind]:
            raise refuse(f"{name} is {value!r}: give one of {', '.join(_CHOICES[kind])}")
        return
    test, wanted = _TESTS[kind]
    if not test(value):
        raise refuse(f"{name} is {value!r}: give {wanted}")


def _check_bounds(known: Mapping[str, Kind], kwargs: Mapping[str, Any], refuse: Refuse) -> None:
    if kwargs.get("mostly") == 0:
        raise refuse("mostly is 0, so the rule could never fail: give a share above 0")
    if not {"min_value", "max_value"} <= set(known):
        return
    least, most = kwargs.get("min_value"), kwargs.get("max_value")
    if least is None and most is None:
        raise refuse("neither min_value nor max_value is given, so the rule could never fail")
    if _is_number(least) and _is_number(most) and least > most:
        raise refuse(f"min_value {least} is above max_value {most}")


def check_columns(rule: Rule, modality: str, refuse: Refuse) -> None:
    """Refuse columns that a rule's table cannot have, or that hold something else.

    Refused are also values that a column can never have, and critical rules that can never fail.

    Parameters
    ----------
    rule
        The rule.
    modality
        "image" or "text".
    refuse
        Makes the error from what is wrong.
    """
    signature = SIGNATURES[rule.type]
    scores = corpus_columns(modality)
    known = sample_columns(modality) if rule.table == "samples" else scores
    for name in rule.columns:
        if signature.shape == "score" and name.split("_")[0] not in DIMENSIONS:  # more is worse
            raise refuse(f"{name} is no score{near(name, DIMENSIONS)}: {', '.join(DIMENSIONS)}")
        if name not in known:
            raise refuse(
                f"the {rule.table} table of {modality} profiles has no column {name}"
                f"{near(name, known)}"
            )
        if name in rule.judged:
            _check_holds(name, known[name], signature, refuse)
    _check_values(rule, known, refuse)
    for parameter in rule.parameters:
        name = parameter.removeprefix("baseline_")
        if name not in scores:
            raise refuse(f"a baseline has no column {name}{near(name, scores)}")
    _check_interval(rule, refuse)
    why = never_fails(rule, modality)
    if why and rule.severity == "critical":
        raise refuse(f"{rule.id} could never fail, since {why}: give a bound that can be missed")


def _check_values(rule: Rule, known: Mapping[str, Holds], refuse: Refuse) -> None:
    """Refuse values that are of another type than the column that they are compared with."""
    pairs = [
        (rule.kwargs.get("column"), "value_set", value)
        for value in rule.kwargs.get("value_set") or ()
    ]
    pairs += [
        (rule.kwargs.get(name), "value_pairs_set", value)
        for pair in rule.kwargs.get("value_pairs_set") or ()
        for name, value in zip(("column_A", "column_B"), pair, strict=True)
    ]
    condition = rule.kwargs.get("row_condition")
    pairs += [(name, "row_condition", value) for name, value in compared(condition)]
    for name, where, value in pairs:
        holds = known[str(name)]
        if not _FITS[holds](value):
            raise refuse(
                f"{where} has {json.dumps(value, ensure_ascii=False)}, the column {name} holds "
                f"{_SAID[holds]}: it can never be equal"
            )
    sides = [
        known[str(rule.kwargs[name])] for name in ("column_A", "column_B") if name in rule.kwargs
    ]
    if len(set(sides)) > 1:
        a, b = (rule.kwargs[name] for name in ("column_A", "column_B"))
        raise refuse(f"{a} holds {_SAID[sides[0]]}, {b} holds {_SAID[sides[1]]}: give two alike")


def _check_interval(rule: Rule, refuse: Refuse) -> None:
    """Refuse what compares an interval with that of another score, or has none."""
    score = rule.kwargs.get("score")
    if score is None or rule.type == "expect_score_to_be_at_least":
        return
    if score not in DIMENSIONS:  # components have no interval
        raise refuse(f"{score} has no interval{near(score, DIMENSIONS)}: {', '.join(DIMENSIONS)}")
    for name, end in (("baseline", ""), ("baseline_low", "_low")):
        given = rule.kwargs.get(name)
        wanted = f"baseline_{score}{end}"
        if isinstance(given, Mapping) and given[PARAMETER] != wanted:
            raise refuse(f"{name} of {score} is {given[PARAMETER]!r}: give {wanted!r}")


def _check_holds(name: str, holds: Holds, signature: Signature, refuse: Refuse) -> None:
    if signature.reads and holds != signature.reads:
        raise refuse(f"the column {name} holds {_SAID[holds]}, not {_SAID[signature.reads]}")
    if "max_rate" in signature.required and holds != "flag":
        raise refuse(f"the column {name} holds {_SAID[holds]}: give is_<issue>, which is a flag")


_SAID = {"number": "numbers", "text": "texts", "flag": "flags (true or false)"}
_FITS: Mapping[Holds, Callable[[Any], bool]] = {
    "number": lambda value: _is_number(value),
    "text": lambda value: isinstance(value, str),
    "flag": lambda value: isinstance(value, bool),
}


def _is_number(value: Any) -> TypeGuard[int | float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_regex(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(re.compile(value))
    except re.error:
        return False


def _is_list(value: Any, test: Callable[[Any], bool]) -> bool:
    return isinstance(value, list) and bool(value) and all(map(test, value))


def _is_plain(value: Any) -> bool:
    return isinstance(value, (str, bool, int, float))


def _is_quantiles(value: Any) -> bool:
    if not isinstance(value, dict) or set(value) != {"quantiles", "value_ranges"}:
        return False
    shares, ranges = value["quantiles"], value["value_ranges"]
    return (
        _is_list(shares, lambda q: _is_number(q) and 0 <= q <= 1)
        and _is_list(
            ranges, lambda r: _is_list(r, lambda b: b is None or _is_number(b)) and len(r) == 2
        )
        and len(shares) == len(ranges)
    )


_TESTS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "column": (lambda v: isinstance(v, str) and bool(v), "the name of a column"),
    "columns": (
        lambda v: _is_list(v, lambda name: isinstance(name, str)) and len(v) > 1,
        "a list of two columns or more",
    ),
    "number": (_is_number, "a number"),
    "integer": (lambda v: isinstance(v, int) and not isinstance(v, bool), "a whole number"),
    "rate": (lambda v: _is_number(v) and 0 <= v <= 1, "a number from 0 to 1"),
    "flag": (lambda v: isinstance(v, bool), "true or false"),
    "text": (lambda v: isinstance(v, str) and bool(v), "a text"),
    "texts": (lambda v: _is_list(v, lambda t: isinstance(t, str)), "a list of texts"),
    "regex": (_is_regex, "a regular expression of Python"),
    "regexes": (lambda v: _is_list(v, _is_regex), "a list of regular expressions of Python"),
    "values": (lambda v: _is_list(v, _is_plain), "a list of texts, numbers, true or false"),
    "pairs": (
        lambda v: _is_list(v, lambda p: _is_list(p, _is_plain) and len(p) == 2),
        "a list of pairs",
    ),
    "object": (
        lambda v: _is_quantiles(v),
        '{"quantiles": [0.5, ...], "value_ranges": [[low, high], ...]}, equally many',
    ),
}
