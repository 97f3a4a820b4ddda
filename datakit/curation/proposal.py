"""The recipe that a profile's issues ask for, each step with its reason."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from datakit.curation.proposal_remedies import DROP, LEAVE, REMEDIES, Remedy
from datakit.curation.recipe import Recipe, Step
from datakit.curation.selections import Selection
from datakit.curation.selections.deduplicate import Deduplicate
from datakit.curation.selections.drop import Drop
from datakit.curation.selections.separate_splits import SeparateSplits
from datakit.profiles.line_examples import frame_lines, read_lines
from datakit.profiles.shared_lines import frame_bounds
from datakit.transforms import CLEANERS, transform_class

if TYPE_CHECKING:
    from datakit.profiles.profile import Profile

__all__ = ["propose"]

_NOTHING = ("unreadable", "empty_file", "empty", "truncated")
"""Of what is dropped: what is so before anything else, for nothing can be told of it."""

_MOST_COPIES = 0.5
"""Share of the corpus that is dropped as near copies at the most. Where it would be more, the
samples are all alike, not copies.
"""

_SMALL = 4.0
"""Images are too small when their side (the root of their area) is this many times smaller than
usual. Those of odd size are three times; of the clean photographs 1.4 % are that, 0.8 % this.
Larger ones lose nothing when they are made smaller.
"""

_PLURAL = re.compile(r"\b(image|file|document|caption|label)s\b")
_THINGS = {"image": ("image", "images"), "text": ("document", "documents")}


def propose(profile: Profile) -> Recipe:
    """The recipe that a profile's issues ask for.

    It drops what nothing can be learnt from, keeps the best of every group of copies, drops what
    cannot be repaired, and repairs the rest; cleaners are limited to the samples with the issue, so
    that sound ones keep their bytes. What more than half of the samples have is what the corpus is
    like and no defect of it.

    Parameters
    ----------
    profile
        Of the corpus.

    Returns
    -------
    Recipe
        Each step with its `why`; the notes say what is left alone.
    """
    return _Proposal(profile).recipe()


class _Proposal:
    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.notes: list[str] = []
        self.gone = np.zeros(profile.n_samples, bool)

    def recipe(self) -> Recipe:
        first, drops, clean = self._remedies()
        select = [*first, *self._copies(), *drops]
        if self.profile.modality == "image":
            select += self._small()
        n = self.profile.n_samples
        name = Path(self.profile.location.rstrip("/")).name
        head = [f"Proposed for {name} ({self._things(n)})."]
        if self.profile.modality == "text":
            self._common_lines()
        if not select and not clean:
            head.append("No issue asks for a step: the corpus stays as it is.")
        head += [f"Left alone: {note}." for note in self.notes]
        return Recipe(self.profile.modality, tuple(select), tuple(clean), notes=tuple(head))

    def _remedies(self) -> tuple[list[Selection], list[Selection], list[Step]]:
        """What is dropped at once, what is dropped after copies are, and what is cleaned."""
        first: list[Selection] = []
        drops: list[Selection] = []
        steps: dict[str, list[Remedy]] = {}
        for remedy in REMEDIES[self.profile.modality]:
            n = self._n(remedy.issue)
            if not n:
                continue
            if remedy.step == LEAVE:
                self.notes.append(self._why(remedy))
            elif n > remedy.most * self.profile.n_samples:
                self.notes.append(f"{self._told(remedy)}: so many are what the corpus is like")
            elif remedy.step == DROP:
                place = first if remedy.issue in _NOTHING else drops
                place.append(Drop(issues=(remedy.issue,), why=self._why(remedy)))
                self.gone[self.profile.rows_with[remedy.issue]] = True
            elif self._n(remedy.issue, cleaned=True):
                steps.setdefault(remedy.step, []).append(remedy)
        return first, drops, [self._step(name, remedies) for name, remedies in steps.items()]

    def _step(self, name: str, remedies: list[Remedy]) -> Step:
        kind = transform_class(CLEANERS[self.profile.modality][name])
        issues = tuple(remedy.issue for remedy in remedies)
        why = "; ".join(self._why(remedy, cleaned=True) for remedy in remedies)
        if name == "unify_mode":
            transform = kind(mode=self._mode())
        elif name == "drop_boilerplate" and (lines := frame_lines(self.profile)):
            transform = kind(lines=tuple(lines))
            why += (
                f"; so do the {len(lines)} below" if len(lines) > 1 else "; so does the one below"
            )
            why += ", which many have: delete what is none"
        else:
            transform = kind()
        return Step(transform, issues, remedies[0].otherwise, why)

    def _common_lines(self) -> None:
        """Say which lines are left because most documents have them."""
        n = self.profile.n_samples
        lines = read_lines(self.profile)
        common = lines.loc[lines["n_documents"] > frame_bounds(n)[1], "text"].tolist()
        if common:
            one = len(common) == 1
            self.notes.append(
                f"{len(common)} {'line' if one else 'lines'} that more than half of the documents "
                f"have, such as {common[0]!r:.80}: so many are what the corpus is like; where "
                f"{'it is' if one else 'they are'} no part of the text, give "
                f"{'it' if one else 'them'} to drop_boilerplate as lines"
            )

    def _copies(self) -> list[Selection]:
        """Copies across splits first, then those within."""
        found: list[Selection] = []
        leaks, exact, near = map(self._n, ("split_leak", "exact_duplicate", "near_duplicate"))
        if leaks:
            why = f"{self._things(leaks)} in several splits: results on them would lie"
            found.append(SeparateSplits(why=why))
        spare = near - self._groups("near_duplicate")
        alike = spare > _MOST_COPIES * self.profile.n_samples
        if alike:
            self.notes.append(
                f"{self._things(near)} that are alike ({self._share(near)}): so many are what the "
                "corpus is like"
            )
        spare = 0 if alike else spare
        spare_exact = exact - self._groups("exact_duplicate")
        if spare or spare_exact:
            told = [f"{spare_exact:,} exact"] if spare_exact else []
            told += [f"{spare:,} near"] if spare else []
            one = spare_exact + spare == 1
            why = (
                f"{' and '.join(told)} {'copy' if one else 'copies'} "
                f"({self._share(spare_exact + spare)}): a model learns copies by heart; the best "
                "of each group stays"
            )
            found.append(Deduplicate(near=bool(spare), why=why))
        return found

    def _small(self) -> list[Selection]:
        """Images that are far smaller than the others."""
        odd = self.profile.rows_with.get("odd_size")
        if odd is None:
            return []
        rows = self.profile.rows
        area = (rows["width"] * rows["height"]).to_numpy(float, na_value=np.nan)
        limit = int(np.nanmedian(area) / _SMALL**2)
        n = int((area[odd] < limit).sum())
        if len(odd) > n:
            told = self._things(len(odd) - n)
            self.notes.append(f"{told} of odd size that are not tiny: resize them all, say")
        if not n:
            return []
        why = f"{n:,} tiny {self._word(n)} ({self._share(n)}): enlarged, they are blurred"
        return [Drop(where=f"is_odd_size and width * height < {limit}", why=why)]

    def _mode(self) -> str:
        """The colour mode of the corpus, of the two that pictures are brought to."""
        return "L" if (self.profile.rows["mode"] == "L").mean() > 0.5 else "RGB"

    def _n(self, issue: str, cleaned: bool = False) -> int:
        """Samples that have an issue; of those that are cleaned only what was not dropped."""
        rows = self.profile.rows_with.get(issue, np.zeros(0, np.int64))
        return int((~self.gone[rows]).sum()) if cleaned else len(rows)

    def _groups(self, issue: str) -> int:
        issues = self.profile.issues
        return int(issues.loc[issues["issue"] == issue, "group"].nunique())

    def _told(self, remedy: Remedy, cleaned: bool = False) -> str:
        n = self._n(remedy.issue, cleaned)
        what = remedy.what if n != 1 else _PLURAL.sub(r"\1", remedy.what, count=1)
        return f"{n:,} {what} ({self._share(n)})"

    def _why(self, remedy: Remedy, cleaned: bool = False) -> str:
        return f"{self._told(remedy, cleaned)}: {remedy.why}"

    def _share(self, n: int) -> str:
        return f"{100 * n / max(self.profile.n_samples, 1):.1f} %"

    def _word(self, n: int) -> str:
        return _THINGS[self.profile.modality][n != 1]

    def _things(self, n: int) -> str:
        return f"{n:,} {self._word(n)}"
