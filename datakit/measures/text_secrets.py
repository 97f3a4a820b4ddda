"""Secrets in documents: tokens of services, private keys, passwords in addresses and assignments.

Hashes, UUIDs, base64 pictures, file names, words and numbers are none. What a token is for shows
in its prefix; a value without one counts where it is named ("password = ...") or where it is so
random that nothing else can be meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from datakit.measures.text_block import DIGIT, LETTER, UPPER, Numbers, TextBlock
from datakit.measures.text_pii_candidates import at_signs, located, marks, reading
from datakit.measures.text_pii_span import Span, by_document
from datakit.measures.text_secret_patterns import (
    MIN_TOKEN_ENTROPY,
    NAMED,
    TOKEN,
    entropy,
    is_json_web_token,
    is_random,
    is_secret_value,
)
from datakit.sample import Column

__all__ = ["SECRET_COLUMNS", "find_secrets", "secret_spans", "secrets"]

SECRET_COLUMNS: tuple[Column, ...] = (
    Column("n_secrets", "int", "", "secrets of all kinds", 0),
    Column(
        "n_secrets_token",
        "int",
        "",
        "access keys and tokens that their prefix names, JSON web tokens included",
        0,
        source="prefixes as documented by the services; RFC 7519",
    ),
    Column("n_secrets_private_key", "int", "", "private keys in PEM armour", 0, source="RFC 7468"),
    Column(
        "n_secrets_password",
        "int",
        "",
        "passwords in web addresses and in assignments such as password = ...",
        0,
        source="RFC 3986, 3.2.1",
    ),
    Column(
        "n_secrets_random",
        "int",
        "",
        "other tokens of 4.5 bits per character and more",
        0,
        source="detect-secrets, Base64HighEntropyString",
    ),
)

_GROUPS = {"private_key": "private_key", "password": "password", "random": "random"}
_STRENGTH = {kind: 2 for kind in TOKEN.groupindex} | {"private_key": 3, "password": 1, "random": 0}

_RUN = re.compile(r"[A-Za-z0-9_.:/+=~-]+")
_PIECE = re.compile(r"[A-Za-z0-9_-]{24,}")
_MAX_BACK = 256
_MAX_RUN = 128
_NO_SECRET_BEFORE = re.compile(r"://|www\.|sha\d{1,3}[-:]|md5[-:]")
_BASE64_BEFORE = re.compile(r"(?:base64,|-----\s{1,4})$|[A-Za-z0-9+/]{60}={0,2}\s{1,4}$")
_BASE64_AFTER = re.compile(r"\s{1,4}[A-Za-z0-9+/]{60}")
_VALUE = re.compile(r"[\"'`]([^\"'`\s]{8,200})[\"'`]|([!-~]{8,200})")
_NEXT_FIELD = re.compile(r"[&;,](?=[A-Za-z_]{1,30}=)|[\"'`]")
# Cheap test before the pattern of names: what may stand behind one, and how names end.
_SIGNS = " \t:=>：是为\"'`])"
_NAME_WORDS = (
    "password passwd passphrase passcode pass pwd secret token key id credential credentials "
    "authorization 密码 密碼 口令 密钥 秘钥 令牌"
)
_NAME_ENDS = tuple(_NAME_WORDS.split())
_TAIL = "\"'`,;.)]}>"
_USER_INFO = re.compile(r"[^\s/@:\"'<>(){}]{0,64}:[^\s/@\"'<>(){}]{1,128}")
_NO_PASSWORD = re.compile(r":(?:\*+|x+|pass(?:word|wd)?|pwd|secret|\.{3}|\$.*|%.*)$", re.IGNORECASE)
_ARMOUR = re.compile(r"-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----")
_ARMOUR_END = re.compile(r"-----END (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----")
_ARMOUR_LINES = re.compile(r"(?:(?:\s|\\n){1,4}[A-Za-z0-9+/=]{16,200}){0,400}")
_MAX_ARMOUR = 16_384


def find_secrets(text: str) -> list[Span]:
    """Find the secrets of one document.

    Parameters
    ----------
    text
        The document; any string, lone surrogates and NUL included.

    Returns
    -------
    list of Span
        Sorted, not overlapping. ``kind`` is ``private_key``, ``password``, ``random`` or the
        service of the token: ``aws_key``, ``github_token``, ``json_web_token``, ... Takes time
        linear in the length.

    Examples
    --------
    >>> [s.kind for s in find_secrets("key AKIAIOSFODNN7EXAMPLF, sha 3f786850e387550f")]
    ['aws_key']
    """
    return secret_spans(TextBlock([text])).get(0, [])


def secrets(block: TextBlock) -> dict[str, Numbers]:
    """Count the secrets of every document.

    Parameters
    ----------
    block
        d documents.

    Returns
    -------
    dict
        The columns of `SECRET_COLUMNS`, int64, each shape (d,).
    """
    columns = {column.name: np.zeros(len(block), np.int64) for column in SECRET_COLUMNS}
    for document, spans in secret_spans(block).items():
        columns["n_secrets"][document] = len(spans)
        for span in spans:
            columns[f"n_secrets_{_GROUPS.get(span.kind, 'token')}"][document] += 1
    return columns


def secret_spans(block: TextBlock) -> dict[int, list[Span]]:
    """Secrets of the documents of a block that hold some.

    Returns
    -------
    dict
        Number of the document in the block -> its spans, as `find_secrets` gives them.
    """
    return by_document(_all_spans(block), _STRENGTH)


def _all_spans(block: TextBlock) -> Iterator[tuple[int, Span]]:
    signs = marks(block)
    last, end = -1, 0
    for document, position in located(block, _odd_tokens(block)):
        end = end if document == last else 0
        if position >= end:
            text = block.texts[document]
            begin, end = _run(text, position, end)
            for span in _in_run(text, begin, end):
                yield document, span
        last = document
    for positions, find in (
        (_value_signs(block), _assigned),
        (at_signs(block, signs), _user_info),
        (_armour(block, signs), _private_key),
    ):
        for document, position in located(block, positions):
            for span in find(block.texts[document], position):
                yield document, span


def _odd_tokens(block: TextBlock) -> Numbers:
    """Where words begin that look like no word.

    Eight characters or more that hold letters and digits, or capitals inside and small letters
    too; sixteen or more that hold capitals.
    """
    starts, ends = block.tokens
    flags = block.token_flags
    mixed = np.flatnonzero(flags & (DIGIT | LETTER) == DIGIT | LETTER)
    mixed = starts[mixed[ends[mixed] - starts[mixed] >= 8]]
    capital = np.flatnonzero(flags & UPPER > 0)
    capital = capital[ends[capital] - starts[capital] >= 8]
    long = ends[capital] - starts[capital] >= 16
    capital = starts[capital]
    inner = np.zeros(len(capital), np.int64)
    for k in range(1, 6):
        inner += block.flags[capital + k] & UPPER > 0
    return np.union1d(mixed, capital[long | ((inner > 0) & (inner < 5))])


def _run(text: str, position: int, least: int) -> tuple[int, int]:
    """The characters of a token around a position: first and past-the-last."""
    before = text[max(least, position - _MAX_BACK) : position][::-1]
    back = _RUN.match(before)
    ahead = _RUN.match(text, position)
    begin = position - (back.end() if back else 0)
    return begin, max(ahead.end() if ahead else position, position + 1)


def _in_run(text: str, begin: int, end: int) -> Iterator[Span]:
    """Tokens with a known prefix, values that are named, and random pieces of one run."""
    for match in TOKEN.finditer(text, begin, end):
        kind = str(match.lastgroup)
        real = kind != "json_web_token" or is_json_web_token(match[0])
        if real and entropy(match[0]) >= MIN_TOKEN_ENTROPY:
            yield Span(match.start(), match.end(), kind)
    if end - begin <= 200:
        yield from _assigned(text, begin - 1)
    if end - begin > _MAX_RUN or _NO_SECRET_BEFORE.search(text, max(0, begin - _MAX_BACK), end):
        return
    if _BASE64_BEFORE.search(text[max(0, begin - 80) : begin]) or _BASE64_AFTER.match(text, end):
        return
    for match in _PIECE.finditer(text, begin, end):
        if is_random(match[0]):
            yield Span(match.start(), match.end(), "random")


def _value_signs(block: TextBlock) -> Numbers:
    """Colons and equals signs behind what could be a name, with a visible character to follow."""
    codes = block.codes
    low = codes.astype(np.uint8)  # a quarter of the memory; what it confuses is sorted out below
    at = np.flatnonzero((low == ord(":")) | (low == ord("=")) | (low == ord("：") & 0xFF))
    at = at[reading(block, at, ":=")]
    at = at[(at > 0) & (at + 2 < len(codes))]
    named = reading(block, at - 1, "dDtTnNyYsSeE码碼令钥牌\"'`]) ")
    following = codes[at + 1]
    near = (following != ord("\n")) & ((following > 32) | (codes[at + 2] > 32))
    return at[named & near]


def _assigned(text: str, sign: int) -> Iterator[Span]:
    """The value behind the sign ``text[sign]``, where a name of secrets stands before."""
    begin = sign + 1
    while text[begin : begin + 1] in (" ", "\t", "=", ">") and begin < sign + 6:
        begin += 1
    before = text[max(0, begin - 36) : begin]
    if not before.rstrip(_SIGNS).removesuffix(" is").lower().endswith(_NAME_ENDS):
        return
    bearer = re.match(r"(?:bearer|basic) ", text[begin : begin + 7], re.IGNORECASE)
    if bearer:
        begin += bearer.end()
    if not NAMED.search(before):
        return
    match = _VALUE.match(text, begin)
    if match is None:
        return
    start, end = match.span(1) if match[1] else match.span(2)
    if not match[1]:
        value = _NEXT_FIELD.split(text[start:end], maxsplit=1)[0]
        end = start + len(value.rstrip(_TAIL))
    if is_secret_value(text[start:end]):
        yield Span(start, end, "password")


def _user_info(text: str, at: int) -> Iterator[Span]:
    """User and password of a web address whose at-sign is ``text[at]`` (RFC 3986, 3.2.1)."""
    scheme = text.rfind("://", max(0, at - 200), at)
    if scheme < 1 or not text[scheme - 1].isalnum():
        return
    info = text[scheme + 3 : at]
    if _USER_INFO.fullmatch(info) and not _NO_PASSWORD.search(info):
        yield Span(scheme + 3, at, "password")


def _armour(block: TextBlock, signs: Numbers) -> Numbers:
    """Positions where five dashes begin, with a B behind them."""
    dashes = signs[block.codes[signs] == ord("-")]
    begins = dashes[: max(0, len(dashes) - 4)]
    begins = begins[dashes[4:] - begins == 4]
    begins = begins[begins + 11 < len(block.codes)]
    return begins[block.codes[begins + 5] == ord("B")]


def _private_key(text: str, at: int) -> Iterator[Span]:
    """Private key whose armour begins at ``text[at]``, to its end or the last whole line."""
    head = _ARMOUR.match(text, at)
    if head is None:
        return
    tail = text.find("-----END", head.end(), head.end() + _MAX_ARMOUR)
    end = _ARMOUR_END.match(text, tail) if tail >= 0 else None
    if end is None:
        end = _ARMOUR_LINES.match(text, head.end())
    yield Span(at, end.end() if end else head.end(), "private_key")
