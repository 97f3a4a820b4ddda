"""Personal data -> typed placeholders."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from datakit.measures.text_pii import PII_KINDS, find_pii
from datakit.measures.text_pii_span import Span
from datakit.transforms.text_masking import check_kinds, mask
from datakit.transforms.transform import Content

__all__ = ["MaskPII"]

# Cheap tests. Without two digits: an at-sign that could be one of an address, a passport's "<<".
# With digits also: seven close to each other, numbers that dots, colons or dashes part, or two
# capitals before digits.
_AT = re.compile(r"\S[@＠]\S|[(\[{<（［｛＜] ?[@＠]")
_SPELLED_AT = re.compile(r"[(\[{<（［｛＜] ?[aAａＡ][tTｔＴ]")
_DIGITS = re.compile(r"\d[^\d]*\d")
_CHAIN = re.compile(r"\d(?:[\Wー]{0,3}\d){6}")
_BEHIND_CAPITALS = re.compile(r"\d\d(?:(?<=[A-Z][A-Z]\d\d)|(?<=[A-Z][A-Z] \d\d))")
_PARTED = (
    (".．", re.compile(r"\d[.．]\d{1,3}[.．]\d{1,3}[.．]\d")),
    (":：", re.compile(r"[:：]\w{0,4}[:：]")),
    ("-", re.compile(r"-\w\w-\w\w-")),
)
_NAMES = {
    "email": "e-mail address",
    "phone": "phone number",
    "ip": "IP address",
    "iban": "bank account number",
    "card": "card number",
    "cn_id": "resident identity number",
    "ssn": "social security number",
    "uk_nino": "national insurance number",
    "de_tax_id": "tax number",
    "passport": "passport",
    "mac": "hardware address",
}


@dataclass(frozen=True)
class MaskPII:
    """Personal data replaced by placeholders: ``<EMAIL>``, ``<PHONE>``, ``<CARD>``, ....

    Parameters
    ----------
    kinds
        Which of `PII_KINDS`; all by default.
    """

    name: ClassVar[str] = "mask_pii"
    modality: ClassVar[str] = "text"

    kinds: tuple[str, ...] = tuple(PII_KINDS)

    def __post_init__(self) -> None:
        check_kinds(self.name, self.kinds, tuple(PII_KINDS))

    def clean(self, content: Content) -> tuple[Content, str]:
        """Replace what is found."""
        if not _possible(content.value):
            return content, ""
        return mask(content, self._find, lambda kind: f"<{kind.upper()}>", _NAMES.__getitem__)

    def _find(self, text: str) -> list[Span]:
        return [span for span in find_pii(text) if span.kind in self.kinds]


def _possible(text: str) -> bool:
    if "<<" in text or _SPELLED_AT.search(text):
        return True
    if ("@" in text or "＠" in text) and _AT.search(text):
        return True
    if _DIGITS.search(text) is None:
        return False
    if _CHAIN.search(text) or _BEHIND_CAPITALS.search(text):
        return True
    return any(sum(map(text.count, marks)) >= 2 and form.search(text) for marks, form in _PARTED)
