"""The only module that talks to Great Expectations: it runs rules over one table.

Great Expectations 1.24 by itself drops rules that it does not understand, takes nothing for a
pass, prints progress, keeps a global context, and hashes and compares some types of columns very
slowly. All of that is kept away from here on.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from datakit.errors import DatakitError, InputError
from datakit.gates.signatures import SIGNATURES
from datakit.gates.suite import Rule

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["EngineError", "RefusedRuleError", "Session", "session"]

_FORMAT = {
    "result_format": "COMPLETE",
    "return_unexpected_index_query": False,
    "exclude_unexpected_values": True,
}
"""All positions and no values: as fast as a count, and 20 times as fast as lists of names."""


class EngineError(DatakitError):
    """Great Expectations did not do what it was asked to; never a pass or a failure."""


class RefusedRuleError(InputError):
    """A rule with arguments that Great Expectations does not take.

    Parameters
    ----------
    rule
        The rule.
    message
        What it says.
    """

    def __init__(self, rule: Rule, message: str) -> None:
        super().__init__(f"Great Expectations refuses the rule {rule.id} ({rule.type}): {message}")
        self.rule = rule


class Session:
    """An ephemeral context of Great Expectations that writes nothing.

    Parameters
    ----------
    gx
        The module.
    context
        Its context.
    """

    def __init__(self, gx: Any, context: Any) -> None:
        self._gx = gx
        self._source = context.data_sources.add_pandas("datakit")
        self._n = 0

    def run(
        self, frame: pd.DataFrame, rules: Sequence[Rule], parameters: Mapping[str, float]
    ) -> tuple[list[Any], Any]:
        """Judge one table by rules whose columns it has.

        Parameters
        ----------
        frame
            The table; row numbers in the results are its positions.
        rules
            At least one.
        parameters
            Values of the parameters that the rules name.

        Returns
        -------
        results, whole
            One ``ExpectationValidationResult`` per rule in their order, and the
            ``ExpectationSuiteValidationResult`` that they are from.
        """
        if rules[0].table == "samples":  # the fewer columns, the less there is to hash
            frame = frame[list(dict.fromkeys(name for rule in rules for name in rule.columns))]
        narrow = _fast_types(frame.reset_index(drop=True))
        self._n += 1
        asset = self._source.add_dataframe_asset(f"{rules[0].table}-{self._n}")
        batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": narrow})
        suite = self._gx.ExpectationSuite(
            name=rules[0].table, expectations=[_expectation(rule) for rule in rules]
        )
        if len(suite.expectations) != len(rules):
            raise EngineError("Great Expectations dropped a rule: please report the suite")
        whole = batch.validate(
            suite, result_format=_FORMAT, expectation_parameters=dict(parameters)
        )
        _count(batch, rules, self._gx.ExpectationSuite, whole)
        by_id = {result.expectation_config.meta["id"]: result for result in whole.results}
        if len(whole.results) != len(rules) or set(by_id) != {rule.id for rule in rules}:
            raise EngineError(
                f"Great Expectations gave {len(whole.results)} results for {len(rules)} rules: "
                "please report the suite"
            )
        return [by_id[rule.id] for rule in rules], whole


@contextmanager
def session() -> Iterator[Session]:
    """Import Great Expectations quietly, and leave the process as it was found."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    logger = logging.getLogger("great_expectations")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import great_expectations as gx
            from great_expectations.data_context.data_context.context_factory import (
                project_manager,
            )

            import datakit.gates.expectations  # noqa: F401 (registers the classes)

            before = _current(project_manager)
            try:
                yield Session(gx, _context(gx))
            finally:
                project_manager.set_project(before)
    finally:
        logger.setLevel(level)


def _context(gx: Any) -> Any:
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
    )

    config = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        progress_bars={"globally": False},
        analytics_enabled=False,
    )
    return gx.get_context(mode="ephemeral", project_config=config)


def _current(project_manager: Any) -> Any:
    """The caller's own context, None where there is none."""
    from great_expectations.exceptions.exceptions import DataContextRequiredError

    try:
        public = getattr(project_manager, "get_current_project", None)  # not in 1.17
        return project_manager._project if public is None else public()
    except DataContextRequiredError:
        return None


def _expectation(rule: Rule) -> Any:
    """The rule as an object: raises where a suite would drop it."""
    from great_expectations.expectations.expectation_configuration import (
        ExpectationConfiguration,
    )

    try:
        return ExpectationConfiguration(
            type=rule.type,
            kwargs=dict(rule.kwargs),
            meta={"id": rule.id},
            severity=rule.severity,
            description=rule.why or None,
        ).to_domain_obj()
    except Exception as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise RefusedRuleError(rule, lines[-1].strip()) from error


def _count(batch: Any, rules: Sequence[Rule], suite_of: Any, whole: Any) -> None:
    """Enter into the results about a whole column how many rows and nulls they are about.

    Great Expectations leaves that out, and an aggregate of nothing passes: the set of no values
    is a part of every set.
    """
    counted = {rule.id: rule for rule in rules if SIGNATURES[rule.type].shape == "aggregate"}
    if not counted:
        return
    nulls = [
        replace(
            rule,
            type="expect_column_values_to_not_be_null",
            kwargs={k: v for k, v in rule.kwargs.items() if k in ("column", "row_condition")},
        )
        for rule in counted.values()
    ]
    suite = suite_of(name="counts", expectations=[_expectation(rule) for rule in nulls])
    counts = batch.validate(suite, result_format=_FORMAT | {"result_format": "SUMMARY"})
    found = {c.expectation_config.meta["id"]: c.result or {} for c in counts.results}
    for result in whole.results:
        count = found.get(result.expectation_config.meta["id"])
        if count and result.result:
            result.result["n_rows"] = count.get("element_count", 0)
            result.result["n_nulls"] = count.get("unexpected_count", 0)


def _fast_types(frame: pd.DataFrame) -> pd.DataFrame:
    """Numbers as int64 or float64: all others are compared one by one, 7 to 100 times slower."""
    wanted: dict[str, str] = {}
    for name, dtype in frame.dtypes.items():
        kind = getattr(dtype, "kind", "O")
        if kind == "f" and dtype != np.float64:
            wanted[str(name)] = "float64"
        elif kind in "iu" and dtype != np.int64:
            nulls = bool(frame[name].isna().any())
            wanted[str(name)] = "float64" if nulls or dtype == np.uint64 else "int64"
        elif kind == "M" and dtype != np.dtype("datetime64[ns]"):
            wanted[str(name)] = "datetime64[ns]"
    return frame.astype(wanted) if wanted else frame
