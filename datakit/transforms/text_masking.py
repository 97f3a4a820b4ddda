"""Findings in a text replaced by placeholders that say what stood there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from datakit.errors import InputError
from datakit.measures.text_pii_span import Span
from datakit.transforms.text_content import counted, with_text
from datakit.transforms.transform import Content

__all__ = ["check_kinds", "mask"]


def check_kinds(cleaner: str, kinds: tuple[str, ...], known: Sequence[str]) -> None:
    """Raise `InputError` for kinds that nobody looks for, and for none at all."""
    wrong = [kind for kind in kinds if kind not in known]
    if isinstance(kinds, str) or wrong or not kinds:
        given = f"unknown {wrong[0]!r}" if wrong and not isinstance(kinds, str) else repr(kinds)
        raise InputError(f"{cleaner} kinds is {given}: give some of {', '.join(known)}")


def mask(
    content: Content,
    find: Callable[[str], list[Span]],
    placeholder: Callable[[str], str],
    names: Callable[[str], str],
) -> tuple[Content, str]:
    """Replace all that is found, until nothing more is.

    Parameters
    ----------
    find
        Text -> findings, sorted, not overlapping; never in a placeholder.
    placeholder
        Kind -> what stands instead.
    names
        Kind -> its name for people, singular.
    """
    text: str = content.value
    counts: Counter[str] = Counter()
    while spans := find(text):
        parts, at = [], 0
        for span in spans:
            parts += [text[at : span.start], placeholder(span.kind)]
            at = span.end
            counts[names(span.kind)] += 1
        text = "".join(parts) + text[at:]
    note = ", ".join(counted(n, name) for name, n in counts.items())
    return with_text(content, text), note and f"{note} replaced"
