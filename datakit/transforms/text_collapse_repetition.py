"""What a text says again and again, word for word: loops, repeated lines, the whole text twice."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from datakit.transforms.text_content import counted, with_text
from datakit.transforms.text_copies import without_copies
from datakit.transforms.text_loops import MIN_LOOP_RATE, loop_copies
from datakit.transforms.transform import Content

__all__ = ["CollapseRepetition"]

_EAST_ASIAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_WINDOW, _EAST_ASIAN_WINDOW = 14, 6
_MAX_WINDOW = 200
_MIN_WHOLE = 40  # characters; "bye bye" is no text repeated as a whole
_JOINTS = ("", " ", "\n", "\n\n")


@dataclass(frozen=True)
class CollapseRepetition:
    """Exact repetitions reduced to one: loops, lines, paragraphs and sentences, whole documents.

    Only what fills a good part of the text counts, so that refrains, names of speakers and
    emphasis stay: loops (a phrase with letters back to back, eight words and marks or more) from
    5 % of the text, later copies of long lines, paragraphs and sentences from 10 %.
    """

    name: ClassVar[str] = "collapse_repetition"
    modality: ClassVar[str] = "text"

    def clean(self, content: Content) -> tuple[Content, str]:
        """Leave one of each."""
        text: str = content.value
        said = []
        while True:
            whole = _period(text)
            if whole < len(text):
                said.append("text repeated as a whole")
                text = text[:whole]
                continue
            shorter, n = _without_loops(text)
            if n:
                said.append(counted(n, "loop"))
                text = shorter
                continue
            shorter, n = without_copies(text)
            if not n:
                break
            said.append(counted(n, "repeated passage"))
            text = shorter
        return with_text(content, text), f"{', '.join(said)} collapsed" if said else ""


def _period(text: str) -> int:
    """The length of the text that this one is several copies of, else its own."""
    body = text.rstrip()
    if len(body) < _MIN_WHOLE or body.find(body[: _MIN_WHOLE // 2], 1) < 0:
        return len(text)
    for joint in _JOINTS:
        one = body + joint
        period = (one + one).find(one, 1)
        if 0 < period < len(one) and any(map(str.isalpha, one[:period])):
            return period - len(joint)
    return len(text)


def _without_loops(text: str) -> tuple[str, int]:
    if not _may_loop(text):
        return text, 0
    spans = loop_copies(text)
    parts, at = [], 0
    for begin, end in spans:
        parts.append(text[at:begin])
        at = end
    return "".join(parts) + text[at:], len(spans)


def _may_loop(text: str) -> bool:
    """Cheap test: of pieces that no loop of the least size can miss, one stands there twice."""
    least = int(len(text) * MIN_LOOP_RATE)
    window = _EAST_ASIAN_WINDOW if _EAST_ASIAN.search(text) else _WINDOW
    window = max(window, min(2 * least // 5, _MAX_WINDOW))
    step = max(least - window, 1)
    for at in range(0, len(text) - window, step):
        piece = text[at : at + window]
        if text.find(piece) != at or text.find(piece, at + 1) >= 0:
            return True
    return False
