"""Access keys, tokens, private keys and passwords -> typed placeholders."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from datakit.measures.text_pii_span import Span
from datakit.measures.text_secrets import find_secrets
from datakit.transforms.text_masking import check_kinds, mask
from datakit.transforms.transform import Content

__all__ = ["SECRET_KINDS", "MaskSecrets"]

SECRET_KINDS = ("token", "private_key", "password", "random")
"""Kinds of secrets, as the columns ``n_secrets_...`` count them."""

# Cheap tests: runs of sixteen token characters with a digit or a capital inside; a sign that gives
# a value, behind what ends like the name of a secret; an address with a user; the armour of a key.
_RUN = re.compile(r"(?<![A-Za-z0-9_.:/+=~-])[A-Za-z0-9_.:/+=~-]{16,}")
_INSIDE = re.compile(r".[A-Z0-9]", re.DOTALL)
_SIGN = re.compile(r"[:=：＝]")
_IS = re.compile(r" is\s")
_CHINESE_IS = re.compile(r"[码碼令钥牌][\"'`\])]{0,2}\s{0,4}[是为]")
_NAME_END = re.compile(
    r"(?:word|wd|pass|phrase|code|secret|token|key|id|credentials?|authorization|[码碼令钥牌])"
    r"[\"'`\])]{0,2}\s{0,4}$",
    re.IGNORECASE,
)
_NAME_CHARS = 20
_MIN_RUN = 16


@dataclass(frozen=True)
class MaskSecrets:
    """Secrets replaced by placeholders: ``<AWS_KEY>``, ``<PRIVATE_KEY>``, ``<PASSWORD>``, ....

    Parameters
    ----------
    kinds
        Which of `SECRET_KINDS`; all by default. Tokens are replaced by the name of their service,
        values that are only random by ``<SECRET>``.
    """

    name: ClassVar[str] = "mask_secrets"
    modality: ClassVar[str] = "text"

    kinds: tuple[str, ...] = SECRET_KINDS

    def __post_init__(self) -> None:
        check_kinds(self.name, self.kinds, SECRET_KINDS)

    def clean(self, content: Content) -> tuple[Content, str]:
        """Replace what is found."""
        if not _possible(content.value):
            return content, ""
        return mask(content, self._find, _placeholder, _name)

    def _find(self, text: str) -> list[Span]:
        return [span for span in find_secrets(text) if _kind(span.kind) in self.kinds]


def _possible(text: str) -> bool:
    if "-----B" in text or ("://" in text and "@" in text):
        return True
    words = [text]
    if text.isascii():
        words = [word for word in text.split() if len(word) >= _MIN_RUN]
    if any(_INSIDE.search(match[0]) for word in words for match in _RUN.finditer(word)):
        return True
    if any(mark in text for mark in "码碼令钥牌") and _CHINESE_IS.search(text):
        return True
    signs = _SIGN.finditer(text) if any(mark in text for mark in ":=：＝") else ()
    return any(
        _NAME_END.search(text, max(match.start() - _NAME_CHARS, 0), match.start())
        for match in (*signs, *_IS.finditer(text))
    )


def _kind(kind: str) -> str:
    return kind if kind in SECRET_KINDS else "token"


def _placeholder(kind: str) -> str:
    return "<SECRET>" if kind == "random" else f"<{kind.upper()}>"


def _name(kind: str) -> str:
    return {"random": "random token"}.get(kind, kind.replace("_", " "))
