"""What a selection is, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from datakit.curation.pool import Pool

__all__ = ["Choice", "Selection"]


@dataclass(frozen=True)
class Choice:
    """What is to be done with some samples, and why.

    Parameters
    ----------
    rows
        Numbers of the profile's rows, shape (m,), all of them still in the pool, none twice.
    edit
        "drop", "repeat", or "keep" to say why they stay.
    reason
        For people, the same for all of them.
    evidence
        What shows it, one for every row.
    copies
        How often each sample is to be there in all, shape (m,), at least 1; for "repeat" only.
    """

    rows: npt.NDArray[np.int64]
    edit: Literal["drop", "keep", "repeat"]
    reason: str
    evidence: list[str]
    copies: npt.NDArray[np.int64] | None = None


@runtime_checkable
class Selection(Protocol):
    """Drops samples or repeats them; a frozen dataclass whose fields are its parameters.

    Attributes
    ----------
    name
        As recipes call it.
    why
        Why the recipe has it, for people; "" where nobody said.
    """

    name: ClassVar[str]

    @property
    def why(self) -> str:
        """Why the recipe has it."""

    def select(self, pool: Pool) -> list[Choice]:
        """Choices about samples that are alive in the pool, which is not changed."""
