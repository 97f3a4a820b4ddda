"""Personal data in documents: e-mail, phone, IP, bank, card and identity numbers.

Everything that has a check digit or a structure is validated; numbers that are something else
(versions, sections, order numbers, ISBN, timestamps, private networks) do not count. Chinese
characters may stand directly beside a finding.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from datakit.measures.text_block import Numbers, TextBlock
from datakit.measures.text_pii_addresses import (
    email,
    hardware_addresses,
    ip4_addresses,
    ip6_addresses,
    spelled_email,
)
from datakit.measures.text_pii_candidates import (
    Places,
    angles,
    at_signs,
    bracketed_at,
    capitals,
    chains,
    colons,
    dashes,
    digits,
    dotted,
    located,
    marks,
)
from datakit.measures.text_pii_numbers import account_numbers, identity_numbers, passport
from datakit.measures.text_pii_phones import Directory, phones
from datakit.measures.text_pii_span import Span, Window, by_document, masked, window_of
from datakit.sample import Column

__all__ = ["PII_COLUMNS", "PII_KINDS", "Span", "find_pii", "masked", "pii", "pii_spans"]

PII_KINDS: dict[str, tuple[str, str]] = {
    "email": ("e-mail addresses, spelled-out ones included", "RFC 5321"),
    "phone": ("telephone numbers", "libphonenumber; NANPA numbering plan"),
    "ip": ("public IPv4 and IPv6 addresses", "IANA special-purpose address registries"),
    "iban": ("bank account numbers", "ISO 13616, ISO 7064 mod 97-10"),
    "card": ("payment card numbers", "ISO/IEC 7812-1"),
    "cn_id": ("Chinese resident identity numbers", "GB 11643-1999"),
    "ssn": ("US social security numbers", "SSA POMS RM 10201.035"),
    "uk_nino": ("UK national insurance numbers", "HMRC NIM39110"),
    "de_tax_id": ("German tax identification numbers", "ISO 7064 mod 11-10"),
    "passport": ("machine-readable zones of passports", "ICAO Doc 9303-4"),
    "mac": ("hardware (MAC) addresses", "IEEE 802"),
}
"""Kind of personal data -> what it is, and what defines it."""

PII_COLUMNS: tuple[Column, ...] = (
    Column("n_pii", "int", "", "pieces of personal data of all kinds", 0),
    *(
        Column(f"n_pii_{kind}", "int", "", meaning, 0, source=source)
        for kind, (meaning, source) in PII_KINDS.items()
    ),
)

# Check digits are believed more than structure, structure more than a written form.
_FROM_WEAK_TO_STRONG = "phone de_tax_id uk_nino ssn mac ip card cn_id iban email passport"
_STRENGTH = {kind: rank for rank, kind in enumerate(_FROM_WEAK_TO_STRONG.split())}


def find_pii(text: str) -> list[Span]:
    """Find the personal data of one document.

    Parameters
    ----------
    text
        The document; any string, lone surrogates and NUL included.

    Returns
    -------
    list of Span
        Sorted, not overlapping; ``kind`` is a key of `PII_KINDS`. Takes time linear in the
        length; beyond `MAX_LOOKUPS` look-ups, phone numbers count by their written form.

    Examples
    --------
    >>> text = "电话13812345678。"
    >>> [(text[s.start : s.end], s.kind) for s in find_pii(text)]
    [('13812345678', 'phone')]
    """
    return pii_spans(TextBlock([text])).get(0, [])


def pii(block: TextBlock) -> dict[str, Numbers]:
    """Count the personal data of every document.

    Parameters
    ----------
    block
        d documents.

    Returns
    -------
    dict
        The columns of `PII_COLUMNS`, int64, each shape (d,).
    """
    columns = {column.name: np.zeros(len(block), np.int64) for column in PII_COLUMNS}
    for document, spans in pii_spans(block).items():
        columns["n_pii"][document] = len(spans)
        for span in spans:
            columns[f"n_pii_{span.kind}"][document] += 1
    return columns


def pii_spans(block: TextBlock) -> dict[int, list[Span]]:
    """Personal data of the documents of a block that hold some.

    Returns
    -------
    dict
        Number of the document in the block -> its spans, as `find_pii` gives them.
    """
    return by_document(_all_spans(block), _STRENGTH)


def _all_spans(block: TextBlock) -> Iterator[tuple[int, Span]]:
    at = digits(block)
    signs = marks(block)
    directories: dict[int, Directory] = {}
    for document, window in _windows(block, chains(block, at)):
        directory = directories.setdefault(document, Directory())
        for span in (*identity_numbers(window), *phones(window, directory)):
            yield document, span
    coloned = colons(block, at)
    for places, margin, search in (
        (dotted(block, at), 4, ip4_addresses),
        (coloned, 40, ip6_addresses),
        (coloned, 12, hardware_addresses),
        (dashes(block, at), 12, hardware_addresses),
        (_around(bracketed_at(block, signs)), 100, spelled_email),
    ):
        for document, window in _windows(block, places, margin):
            for span in search(window):
                yield document, span
    for positions, find in (
        (capitals(block, at), account_numbers),
        (at_signs(block, signs), email),
        (angles(block, signs), passport),
    ):
        for document, position in located(block, positions):
            for span in find(block.texts[document], position):
                yield document, span


def _around(at: Numbers) -> Places:
    return at, at + 1


def _windows(block: TextBlock, places: Places, margin: int = 0) -> Iterator[tuple[int, Window]]:
    """The windows around some places of the block, each with its document."""
    begins, ends = places
    if not len(begins):
        return
    documents = block.document_of(begins)
    starts, stops = block.starts[documents], block.ends[documents]
    begins = np.maximum(begins - margin, starts) - starts
    ends = np.minimum(ends + margin, stops) - starts
    for document, begin, end in zip(
        documents.tolist(), begins.tolist(), ends.tolist(), strict=True
    ):
        yield document, window_of(block.texts[document], begin, end)
