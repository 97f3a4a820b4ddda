"""What a profile has and was looked for in it: what is absent must not pass for clean."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from datakit.gates.issue_names import CAPTION_ISSUES, ISSUE_NAMES
from datakit.gates.suite import NEEDS

if TYPE_CHECKING:
    import pyarrow as pa

    from datakit.profiles.profile import Profile

__all__ = ["Features"]

_LEAST_EMBEDDED = 50
"""Embeddings that it takes to say what is an outlier."""

_OF_FILES = (
    "unreadable",
    "empty_file",
    "empty",
    "wrong_suffix",
    "not_utf8",
    "exact_duplicate",
    "missing_caption",
)
"""Issues of the file itself and of what stands beside it. All others are of its content: nobody
knows whether a picture that could not be opened is blurred."""

Flags = npt.NDArray[np.bool_]


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

    @property
    def modality(self) -> str:
        """That of the profile."""
        return self._profile.modality

    @cached_property
    def present(self) -> frozenset[str]:
        """Those of `suite.NEEDS` that are there."""
        found = set(self._given)
        if self._n_valued("label"):
            found.add("labels")
        if self._n_distinct("split") > 1:
            found.add("splits")
        if self._captioned.any():
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
        unknown = set(ISSUE_NAMES[self._profile.modality]) - self._profile.looked_for
        found = dict.fromkeys(sorted(unknown), "it was not looked for when the corpus was profiled")
        if image and "captions" not in self.present:
            found |= dict.fromkeys(CAPTION_ISSUES, "no sample has a caption")
        if "labels" not in self.present:
            found |= dict.fromkeys(("label_conflict", "label_suspect"), "no sample has a label")
        if "splits" not in self.present:
            found["split_leak"] = "the corpus has fewer than two splits"
        if not image and "contamination" not in self.present:
            found["contaminated"] = NEEDS["contamination"]
        if self._n_embedded < _LEAST_EMBEDDED:
            found["outlier"] = f"fewer than {_LEAST_EMBEDDED} embeddings"
        accuracy = self._profile.scores.get("accuracy", {})
        if accuracy.get("value") is None:
            found["label_suspect"] = str(accuracy.get("reason") or "labels were not judged")
        return found

    def judged(self, issue: str) -> Flags:
        """Rows in which an issue was looked for, shape (n,)."""
        n = self._profile.n_samples
        if issue in self.not_looked_for:
            return np.zeros(n, bool)
        if issue in _OF_FILES:
            return np.ones(n, bool)
        if self._profile.modality == "image" and issue in CAPTION_ISSUES:
            return self._captioned
        return self.readable

    def why_not(self, issue: str) -> str:
        """Why an issue was looked for in no row."""
        return self.not_looked_for.get(issue, "no sample could be read")

    @cached_property
    def readable(self) -> Flags:
        """Rows whose content could be read and measured, shape (n,)."""
        import pyarrow.compute as pc

        return _mask(pc.equal(self._column("status"), "ok"))

    @cached_property
    def _captioned(self) -> Flags:
        """Rows with a caption that is not blank, shape (n,)."""
        import pyarrow.compute as pc

        if "caption" not in self._profile.table.schema.names:
            return np.zeros(self._profile.n_samples, bool)
        return _mask(pc.not_equal(pc.utf8_trim_whitespace(self._column("caption")), ""))

    @cached_property
    def _n_embedded(self) -> int:
        embeddings = self._profile.embeddings
        return 0 if embeddings is None else len(embeddings.sample_ids)

    def _n_valued(self, name: str) -> int:
        """How many rows have a value in a column, 0 where there is no such column."""
        if name not in self._profile.table.schema.names:
            return 0
        column = self._column(name)
        return len(column) - column.null_count

    def _n_distinct(self, name: str) -> int:
        import pyarrow.compute as pc

        if name not in self._profile.table.schema.names:
            return 0
        return int(pc.count_distinct(self._column(name), mode="only_valid").as_py())

    def _column(self, name: str) -> pa.ChunkedArray:
        return self._profile.table.to_table(columns=[name]).column(name)


def _mask(flags: pa.ChunkedArray) -> Flags:
    """Flags of pyarrow as numpy's; null is False."""
    return np.asarray(flags.fill_null(False).to_numpy(zero_copy_only=False), bool)
