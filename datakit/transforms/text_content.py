"""Bytes of a document -> content that cleaners take, and back to UTF-8."""

from __future__ import annotations

import re

from datakit.measures.modality import UndecodableError
from datakit.measures.text_encoding import NotTextError, decode
from datakit.transforms.transform import Content

__all__ = ["counted", "decoded_text", "finished", "text_content", "with_text"]

_SURROGATE = re.compile("[\ud800-\udfff]")


def text_content(data: bytes, suffix: str) -> Content:
    """The content of a document, decoded as it is for measuring.

    Parameters
    ----------
    data
        All its bytes, in any encoding.
    suffix
        Of its file, lower case, with the dot.

    Returns
    -------
    Content
        Without `data` where the bytes are anything but plain UTF-8 without byte order mark.

    Raises
    ------
    UndecodableError
        If the bytes are no text in any encoding.
    """
    return decoded_text(data, suffix)[0]


def decoded_text(data: bytes, suffix: str) -> tuple[Content, str]:
    """As `text_content`, and what decoding changed: "decoded from gb18030".

    The note is "" exactly where the bytes stay as they are.
    """
    try:
        decoded = decode(data)
    except NotTextError as error:
        raise UndecodableError(str(error)) from None
    text = decoded.text
    if decoded.encoding == "utf-8" and not decoded.warning:
        return Content(text, data, suffix), ""
    read = "" if decoded.encoding == "utf-8" else f"decoded from {decoded.encoding}"
    note = "; ".join(filter(None, (read, decoded.warning)))
    return Content(text, None, suffix), note


def finished(content: Content) -> Content:
    """The content with its bytes: as they were, or UTF-8 without byte order mark.

    Lone surrogates, which UTF-8 cannot hold, are written as U+FFFD.
    """
    if content.data is not None:
        return content
    text = _SURROGATE.sub("\ufffd", content.value).lstrip("\ufeff")
    return Content(text, text.encode(), content.suffix)


def with_text(content: Content, text: str) -> Content:
    """The content saying something else; the same object where it says the same."""
    return content if text == content.value else Content(text, None, content.suffix)


def counted(n: int, name: str) -> str:
    """So many of them: "1 line", "3 lines", ...."""
    return f"{n} {name}" if n == 1 else f"{n} {name}s"
