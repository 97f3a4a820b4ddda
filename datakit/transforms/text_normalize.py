"""One way of writing each character: Unicode NFC, and full-width letters where asked."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import ClassVar

from datakit.errors import InputError
from datakit.transforms.text_content import with_text
from datakit.transforms.transform import Content

__all__ = ["Normalize"]

_EAST_ASIAN = re.compile("[\u3041-\u30ff\u3105-\u312f\u3400-\u9fff\uac00-\ud7a3\uff66-\uff9f]")
_LETTERS_AND_DIGITS = {
    code: code - 0xFEE0
    for first, last in ((0xFF10, 0xFF19), (0xFF21, 0xFF3A), (0xFF41, 0xFF5A))
    for code in range(first, last + 1)
}
_ASCII = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_HALF_KATAKANA = re.compile("[\uff65-\uff9f]+")
_WIDE = re.compile("[\uff01-\uff5e\uff65-\uff9f]")


@dataclass(frozen=True)
class Normalize:
    """Unicode NFC; on request full-width letters and digits become half-width ones.

    Parameters
    ----------
    width
        Also write full-width Latin letters and digits as ASCII, and half-width katakana in full.
        Punctuation (``，！``) stays in texts with Chinese, Japanese or Korean characters, where it
        belongs, and becomes ASCII in all others.
    """

    name: ClassVar[str] = "normalize"
    modality: ClassVar[str] = "text"

    width: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.width, bool):
            raise InputError(f"normalize width is {self.width!r}: give true or false")

    def clean(self, content: Content) -> tuple[Content, str]:
        """Normalise the text."""
        text: str = content.value
        if text.isascii():
            return content, ""
        folded = _folded(text) if self.width else text
        normal = unicodedata.normalize("NFC", folded)
        width = "width of letters and digits folded" if folded != text else ""
        composed = "Unicode NFC" if normal != folded else ""
        return with_text(content, normal), "; ".join(filter(None, (width, composed)))


def _folded(text: str) -> str:
    if not _WIDE.search(text):
        return text
    table = _LETTERS_AND_DIGITS if _EAST_ASIAN.search(text) else _ASCII
    text = text.translate(table)
    return _HALF_KATAKANA.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)
