"""What a profile has and was looked for in it: what is absent must not pass for clean."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from datakit.gates.issue_names import CAPTION_ISSUES

if TYPE_CHECKING:
    from datakit.profiles.profile import Profile

__all__ = ["Features"]

_LEAST_EMBEDDED = 50
"""Embeddings that it takes to say what is an outlier."""


class Features:
    """What there is in a profile to judge by.

    Parameters
    ----------
    profile
        The profile.
    given
        What came with the command: "reference", "evaluation", "baseline".
    """

    def __init__(self, profile: Profile, given: frozenset[str] = frozenset()) -> None:
        self._profile = profile
        self._given = given

    @cached_property
    def present(self) -> frozenset[str]:
        """Those of `suite.NEEDS` that are there."""
        found = set(self._given)
        if self._n_valued("label"):
            found.add("labels")
        if self._n_distinct("split") > 1:
            found.add("splits")
        if self._n_valued("caption"):
            found.add("captions")
        if self._profile.encoder is not None:
            found.add("embeddings")
        if self._n_valued("contamination_rate"):
            found.add("contamination")
        if self._profile.scores.get("representativeness", {}).get("value") is not None:
            found.add("reference")
        return frozenset(found)

    @cached_property
    def not_looked_for(self) -> Mapping[str, str]:
        """Issue -> why it could not be found, for those that could not."""
        image = self._profile.modality == "image"
        found: dict[str, str] = {}
        if image and "captions" not in self.present:
            found |= dict.fromkeys(CAPTION_ISSUES, "no sample has a caption")
        if "labels" not in self.present:
            found |= dict.fromkeys(("label_conflict", "label_suspect"), "no sample has a label")
        if "splits" not in self.present:
            found["split_leak"] = "the corpus has fewer than two splits"
        if not image and "contamination" not in self.present:
            found["contaminated"] = "the corpus was profiled without --against"
        if self._n_embedded < _LEAST_EMBEDDED:
            found["outlier"] = f"fewer than {_LEAST_EMBEDDED} embeddings"
        accuracy = self._profile.scores.get("accuracy", {})
        if accuracy.get("value") is None:
            found["label_suspect"] = str(accuracy.get("reason") or "labels were not judged")
        return found

    @cached_property
    def _n_embedded(self) -> int:
        embeddings = self._profile.embeddings
        return 0 if embeddings is None else len(embeddings.sample_ids)

    def _n_valued(self, name: str) -> int:
        """How many rows have a value in a column, 0 where there is no such column."""
        table = self._profile.table
        if name not in table.schema.names:
            return 0
        column = table.to_table(columns=[name]).column(name)
        return len(column) - column.null_count

    def _n_distinct(self, name: str) -> int:
        import pyarrow.compute as pc

        table = self._profile.table
        if name not in table.schema.names:
            return 0
        column = table.to_table(columns=[name]).column(name)
        return int(pc.count_distinct(column, mode="only_valid").as_py())
