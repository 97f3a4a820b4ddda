"""What a recipe is: selections, cleaning steps and augmentations, in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from datakit.curation.expressions import parse
from datakit.curation.parameters import near
from datakit.curation.selections import Selection
from datakit.errors import InputError
from datakit.profiles.issue_names import ISSUE_NAMES
from datakit.profiles.row_schema import columns_of
from datakit.transforms import Augmenter, Cleaner, Mixer

__all__ = [
    "OTHERWISE",
    "Augmentation",
    "Recipe",
    "Step",
    "check_augmenter",
    "check_issue",
    "check_modality",
    "check_seed",
    "check_step",
    "check_where",
]

OTHERWISE = ("drop", "keep")
"""What may become of a sample that still has an issue that it was cleaned of."""

_SAMPLES = {"image": "images", "text": "texts"}


@dataclass(frozen=True)
class Step:
    """One cleaner, and which samples it is for.

    Parameters
    ----------
    transform
        The cleaner.
    only
        Names of issues: samples without any of them are left alone. Empty for all samples.
    otherwise
        What becomes of a sample of `only` that still has its issue afterwards: "drop" or "keep".
    why
        Why the recipe has it, for people; no part of what the recipe is.
    """

    transform: Cleaner
    only: tuple[str, ...] = ()
    otherwise: str = "drop"
    why: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "only", _tuple(self.only, "only", "('blurry',)"))
        if self.otherwise not in OTHERWISE:
            raise InputError(f"otherwise is {self.otherwise!r}: give one of {', '.join(OTHERWISE)}")


@dataclass(frozen=True)
class Augmentation:
    """Augmented copies of every sample that is kept.

    Parameters
    ----------
    copies
        How many of each, beside the original. 0 writes none: the steps are then for training.
    steps
        Augmenters and mixers, all applied to every copy, in order.
    """

    copies: int
    steps: tuple[Augmenter | Mixer, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "steps", _tuple(self.steps, "steps", "(Preset(),)"))
        whole = isinstance(self.copies, int) and not isinstance(self.copies, bool)
        if not whole or self.copies < 0:
            raise InputError(f"copies is {self.copies!r}: give a whole number from 0")
        if not self.steps:
            raise InputError("augment has no steps: give at least one, or leave augment out")


@dataclass(frozen=True)
class Recipe:
    """An ordered list of selections and transforms.

    Parameters
    ----------
    modality
        "image" or "text".
    select
        Which samples stay, and how often; in order.
    clean
        How they are repaired; in order.
    augment
        What is made from them.
    seed
        Of everything that is drawn at random.
    notes
        What it is for and what it leaves alone, for people; no part of what the recipe is.

    Raises
    ------
    InputError
        A step is for another modality, is of the wrong kind, or names an issue that there is not.
    """

    modality: str
    select: tuple[Selection, ...] = ()
    clean: tuple[Step, ...] = ()
    augment: Augmentation | None = None
    seed: int = 0
    notes: tuple[str, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        check_modality(self.modality)
        for name, example in (("select", "(Drop(...),)"), ("clean", "(Step(...),)"), ("notes", "")):
            object.__setattr__(self, name, _tuple(getattr(self, name), name, example))
        check_seed(self.seed)
        for selection in self.select:
            if not isinstance(selection, Selection) or isinstance(selection, type):
                raise InputError(f"select holds {selection!r:.80}: give selections, such as Drop()")
            for issue in getattr(selection, "issues", ()):
                check_issue(issue, self.modality)
            check_where(getattr(selection, "where", ""), self.modality)
        for step in self.clean:
            check_step(step, self.modality)
        if self.augment is not None:
            if not isinstance(self.augment, Augmentation):
                raise InputError(f"augment is {self.augment!r:.80}: give an Augmentation, or None")
            for augmenter in self.augment.steps:
                check_augmenter(augmenter, self.modality)


def check_modality(modality: Any) -> None:
    """Refuse what is no modality."""
    if not isinstance(modality, str) or modality not in ISSUE_NAMES:
        raise InputError(f"modality is {modality!r}: give image or text")


def check_seed(seed: Any) -> None:
    """Refuse what is no seed."""
    if not isinstance(seed, int) or isinstance(seed, bool) or seed < 0:
        raise InputError(f"seed is {seed!r}: give a whole number from 0")


def check_issue(issue: Any, modality: str) -> None:
    """Refuse the name of an issue that samples of a modality cannot have."""
    if issue in ISSUE_NAMES[modality]:
        return
    other = next((name for name in ISSUE_NAMES if issue in ISSUE_NAMES[name]), None)
    if other is not None:
        raise InputError(
            f"{issue!r} is an issue of {_SAMPLES[other]}, and the recipe is for "
            f"{_SAMPLES[modality]}: remove it"
        )
    raise InputError(f"unknown issue {issue!r}: {near(str(issue), ISSUE_NAMES[modality])}")


def check_where(where: str, modality: str) -> None:
    """Refuse an expression that cannot be read, or that asks for columns that no profile has."""
    issues = [f"is_{issue}" for issue in ISSUE_NAMES[modality]]
    known = [column.name for column in columns_of(modality)] + issues + ["cluster", "quality"]
    for name in sorted(parse(where).names) if where else ():
        if name not in known:
            raise InputError(f"where {where!r:.80}: no column {name!r}: {near(name, known)}")


def check_step(step: Any, modality: str) -> None:
    """Refuse a cleaning step that a recipe of a modality cannot have."""
    if not isinstance(step, Step):
        raise InputError(f"clean holds {step!r:.80}: wrap a cleaner, as in Step(cleaner)")
    if isinstance(step.transform, (Augmenter, Mixer)):
        kind = "a mixer" if isinstance(step.transform, Mixer) else "an augmenter"
        raise InputError(f"{step.transform.name} is {kind}, not a cleaner: put it under augment")
    _check_transform(step.transform, (Cleaner,), "cleaner", modality)
    for issue in step.only:
        check_issue(issue, modality)


def check_augmenter(step: Any, modality: str) -> None:
    """Refuse an augmenter or mixer that a recipe of a modality cannot have."""
    if isinstance(step, (Step, Cleaner)):
        name = step.transform.name if isinstance(step, Step) else step.name
        raise InputError(f"{name} is a cleaner, not an augmenter: put it under clean")
    _check_transform(step, (Augmenter, Mixer), "augmenter", modality)


def _check_transform(step: Any, kinds: tuple[Any, ...], word: str, modality: str) -> None:
    if not isinstance(step, kinds) or isinstance(step, type):
        article = "an" if word[0] in "aeiou" else "a"
        raise InputError(f"{step!r:.80} is not {article} {word}: give {article} {word} object")
    if step.modality != modality:
        raise InputError(
            f"{step.name} is for {_SAMPLES.get(step.modality, step.modality)}, and the recipe is "
            f"for {_SAMPLES[modality]}: remove it"
        )


def _tuple(value: Any, name: str, example: str) -> tuple[Any, ...]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise InputError(f"{name} is {value!r:.80}: give a tuple, such as {example}")
    return tuple(value)
