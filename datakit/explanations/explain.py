"""Find and read the page of an issue or of a score."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from datakit.errors import InputError

__all__ = ["COMPONENTS", "DIMENSIONS", "FOUND_IN", "Page", "page", "pages"]

DIMENSIONS = (
    "completeness",
    "consistency",
    "diversity",
    "representativeness",
    "usability",
    "accuracy",
)
"""The scores, in the order in which they are shown."""

FOUND_IN = ("images", "captions", "texts")
"""What issues are found in, in the order in which they are listed."""

COMPONENTS = {
    "completeness": ("missing_label",),
    "consistency": (
        "mixed_mode",
        "same_format",
        "same_size",
        "same_language",
        "same_script",
        "same_encoding",
    ),
    "diversity": ("uniqueness", "spread", "label_balance"),
    "representativeness": ("embedding",),
    "accuracy": ("label_noise", "caption_agreement"),
}
"""Score -> its components that are no issue: what they are is said on the score's page."""

_HERE = Path(__file__).parent
_SENTENCE = re.compile(r".+?[.!?](?=\s|$)", re.DOTALL)
_FACTS = re.compile(
    r"^\*\*Found in:\*\* (?P<found>.+?)\. \*\*Counts in:\*\* (?P<counts>.+?)\.$", re.MULTILINE
)


@dataclass(frozen=True)
class Page:
    """One page.

    Parameters
    ----------
    name
        Of the issue or the score.
    kind
        Which of the two.
    summary
        The first sentence of the page.
    text
        The page, Markdown.
    found_in
        What the issue is found in, of `FOUND_IN`; empty for a score.
    counts_in
        The scores that the issue lowers, each with what it is found in where it is not all of
        that; empty for a score, and for an issue that lowers none.
    """

    name: str
    kind: Literal["issue", "score"]
    summary: str
    text: str
    found_in: tuple[str, ...] = ()
    counts_in: tuple[str, ...] = ()


def page(name: str) -> Page:
    """The page of an issue or of a score.

    Parameters
    ----------
    name
        As the profile, the report and the command line write it; capitals, and spaces or hyphens
        for "_", are taken too.

    Raises
    ------
    InputError
        There is no such page; the message has the nearest names.

    Examples
    --------
    >>> page("empty_file").summary
    'An image file without a single byte.'
    """
    known = {one.name: one for one in pages()}
    written = re.sub(r"[\s_-]+", "_", name.strip().lower())
    if written not in known:
        import difflib

        for score, parts in COMPONENTS.items():
            if written in parts:
                raise InputError(
                    f"no page for {name!r}: it is a component of {score}, see `datakit explain "
                    f"{score}`"
                )
        near = difflib.get_close_matches(written, known, n=3, cutoff=0.6)
        nearest = f"did you mean {' or '.join(near)}? " if near else ""
        raise InputError(
            f"no page for {name!r}: {nearest}`datakit explain` lists the names of all issues and "
            "scores"
        )
    return known[written]


@cache
def pages() -> tuple[Page, ...]:
    """All pages: the scores in their order, then the issues by name."""
    scores = [_HERE / "scores" / f"{name}.md" for name in DIMENSIONS]
    issues = sorted((_HERE / "issues").glob("*.md"))
    return tuple(
        [_read(file, "score") for file in scores if file.exists()]
        + [_read(file, "issue") for file in issues]
    )


def _read(file: Path, kind: Literal["issue", "score"]) -> Page:
    text = file.read_text(encoding="utf-8")
    first = _SENTENCE.match(text.partition("\n")[2].strip())
    facts = _FACTS.search(text)
    return Page(
        name=file.stem,
        kind=kind,
        summary="" if first is None else " ".join(first[0].split()),
        text=text,
        found_in=() if facts is None else tuple(facts["found"].split(", ")),
        counts_in=()
        if facts is None or facts["counts"] == "no score"
        else tuple(facts["counts"].split(", ")),
    )
