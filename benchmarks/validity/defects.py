"""The planted defects: what each does to a corpus, how severe, and which score it should move."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DEFECTS", "DIMENSIONS", "Defect", "defects_of"]

DIMENSIONS = (
    "completeness",
    "consistency",
    "diversity",
    "representativeness",
    "usability",
    "accuracy",
)

_LABELLED = ("cifar", "english", "chinese")
_IMAGES = ("cifar", "tiles")
_TEXTS = ("english", "film", "chinese")

HALF = (0.1, 0.2, 0.3, 0.4, 0.5)
MOST = (0.1, 0.3, 0.5, 0.7, 0.9)


@dataclass(frozen=True)
class Defect:
    """One way to make a corpus worse.

    Parameters
    ----------
    name
        Of the defect.
    kind
        How `draws` makes it: "share" (samples replaced by their version `what`), "copies", "near",
        "classes" (topics left out), "geometric" (class sizes a geometric series), "prior" (half of
        the classes favoured), "all" (every sample in version `what`-level), "suffix", "caption",
        "label".
    own
        The dimensions that should fall.
    levels
        Five severities, rising; their meaning is the kind's, 0 is the clean corpus.
    collections
        Where it is planted.
    what
        A version of the pool.
    """

    name: str
    kind: str
    own: tuple[str, ...]
    levels: tuple[float, ...]
    collections: tuple[str, ...]
    what: str = ""


DEFECTS = (
    Defect("exact duplicates", "copies", ("diversity",), MOST, (*_IMAGES, *_TEXTS)),
    Defect("near duplicates", "near", ("diversity",), MOST, (*_IMAGES, *_TEXTS), "near"),
    Defect(
        "classes dropped",
        "classes",
        ("diversity", "representativeness"),
        (0.2, 0.4, 0.5, 0.6, 0.8),
        ("cifar", "english"),
    ),
    Defect(
        "class imbalance",
        "geometric",
        ("diversity", "representativeness"),
        (0.1, 0.2, 0.3, 0.45, 0.6),
        ("cifar", "english"),
    ),
    Defect("class prior shift", "prior", ("representativeness",), HALF, _LABELLED),
    Defect("brightness of all", "all", ("representativeness",), HALF, ("cifar",), "brighter"),
    Defect("colour of all", "all", ("representativeness",), HALF, ("cifar",), "tinted"),
    Defect("blurred share", "share", ("usability",), HALF, _IMAGES, "blurred"),
    Defect("noisy share", "share", ("usability",), HALF, ("cifar",), "noisy"),
    Defect("junk share", "share", ("usability",), HALF, _IMAGES, "junk"),
    Defect("cut files", "share", ("completeness", "usability"), HALF, ("cifar",), "cut"),
    Defect("empty files", "share", ("completeness", "usability"), HALF, _IMAGES, "empty"),
    Defect("captions lost", "caption", ("completeness",), HALF, ("cifar",)),
    Defect("wrong suffix", "suffix", ("consistency",), HALF, _IMAGES),
    Defect(
        "gray share", "share", ("consistency",), (0.02, 0.05, 0.08, 0.2, 0.4), ("cifar",), "gray"
    ),
    Defect("label noise", "label", ("accuracy",), (0.05, 0.1, 0.2, 0.3, 0.4), _LABELLED),
    Defect(
        "other language", "share", ("consistency",), (0.05, 0.1, 0.2, 0.3, 0.45), _TEXTS, "foreign"
    ),
    Defect("looped share", "share", ("usability",), HALF, _TEXTS, "looped"),
    Defect("mojibake share", "share", ("usability",), HALF, _TEXTS, "mojibake"),
    Defect("gibberish share", "share", ("usability",), HALF, _TEXTS, "random"),
    Defect("boilerplate share", "share", ("usability",), HALF, _TEXTS, "footer"),
    Defect("empty documents", "share", ("completeness", "usability"), HALF, _TEXTS, "empty"),
)


def defects_of(collection: str) -> list[Defect]:
    """The defects that are planted in a collection."""
    return [defect for defect in DEFECTS if collection in defect.collections]
