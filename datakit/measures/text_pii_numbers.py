"""Numbers of accounts and identity papers in the windows around runs of digits."""

from __future__ import annotations

import re
from collections.abc import Iterator

from datakit.measures.text_pii_checks import (
    iban_length,
    is_card,
    is_iban,
    is_national_insurance,
    is_resident_id,
    is_social_security,
    is_tax_id,
    mrz_digit,
)
from datakit.measures.text_pii_span import Span, Window, plain

__all__ = ["account_numbers", "identity_numbers", "passport"]

_CARD = re.compile(
    r"(?<!\d)(?=("
    r"\d{4}([ .-]?)\d{4}\2\d{4}\2\d{4}(?:\2\d{3})?"
    r"|3[47]\d\d([ .-]?)\d{6}\3\d{5}"
    r"|3[0689]\d\d([ .-]?)\d{6}\4\d{4}"
    r"|(?:62|81)\d{4}[ -]?\d{11,13}"
    r")(?!\d))"
)
# Numbers of other things; "no." alone is none of them, since cards are numbered too.
_OTHER_NUMBER = re.compile(
    r"(?:(?<![A-Za-z])(?:order|invoice|serial|isbn|ean|upc|gtin|sku|s/?n|tracking|timestamp|sha|md5"
    r"|imei|uuid|ratio|transaction|parcel|waybill)"
    r"|订单|单号|序列号|货号|条码|条形码|批号|时间戳|运单)"
    r"(?:\s?(?:no|nr|num|number|id|code|号|was|is|为|是))?[\s.:#=：(（-]{0,4}$",
    re.IGNORECASE,
)
_JOINED_BEFORE = re.compile(r"(?:[A-Za-z0-9_][_-]?|\d[.,]|[./-])$")
_JOINED_AFTER = re.compile(r"[A-Za-z0-9_]|[.,-]\d")
_RESIDENT = re.compile(
    r"(?<!\d)[1-8]\d{5}([ -]?)(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\1\d{3}"
    r"[\dXx](?![A-Za-z0-9])"
)
_OLD_RESIDENT = re.compile(r"(?<!\d)[1-8]\d{14}(?!\d)")
_RESIDENT_WORD = re.compile(
    r"(?:身份证|身分证|证件|居民身份|(?<![A-Za-z])id)[^\d]{0,8}$", re.IGNORECASE
)
_SOCIAL = re.compile(r"(?<![\d-])(\d{3})([- ])(\d{2})\2(\d{4})(?!-?\d|[A-Za-z_])")
_SOCIAL_WORD = re.compile(r"(?:\bssn\b|social security)[^\d]{0,16}$", re.IGNORECASE)
_NINE = re.compile(r"(?<!\d)\d{9}(?!\d)")
_TAX = re.compile(r"(?<!\d)(\d{2}) ?(\d{3}) ?(\d{3}) ?(\d{3})(?!\d)")
_TAX_WORD = re.compile(
    r"(?:steuer|idnr|\btin\b|\btax\s?(?:id|number|identification))[^\d]{0,24}$", re.IGNORECASE
)
_INSURANCE = re.compile(r"[A-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D](?![A-Za-z0-9])")
_MRZ = re.compile(
    r"P[A-Z<][A-Z]{3}[A-Z<]{39}\r?\n([A-Z0-9<]{9})(\d)[A-Z<]{3}(\d{6})(\d)[MFX<](\d{6})(\d)"
    r"([A-Z0-9<]{14})([\d<])(\d)(?![A-Z0-9<])"
)


def identity_numbers(window: Window) -> Iterator[Span]:
    """Cards, Chinese resident ids, US social security and German tax numbers.

    Old resident ids, tax numbers and social security numbers without dashes are so easily
    something else that they count only after a word that names them.
    """
    text = window.text
    n_digits = sum(map(str.isdigit, text[window.begin : window.end]))
    if n_digits >= 14:
        yield from _cards(window)
        yield from _resident_ids(window)
    if n_digits >= 9:
        yield from _social_security(window)
    if n_digits >= 11:
        for match in window.matches(_TAX):
            digits = "".join(match.groups())
            if is_tax_id(digits) and _TAX_WORD.search(_before(text, match.start())):
                yield window.span(match.start(), match.end(), "de_tax_id")


def _before(text: str, start: int) -> str:
    return text[max(0, start - 30) : start]


def _cards(window: Window) -> Iterator[Span]:
    text = window.text
    for match in window.matches(_CARD):
        start = match.start(1)
        lengths = {match.end(1) - start}
        if match[2] and match.end(1) - start > 20:
            lengths.add(19)  # four groups, and a group of something else behind them
        for length in sorted(lengths, reverse=True):
            end = start + length
            digits = re.sub(r"\D", "", text[start:end])
            if is_card(digits) and _is_free(text, start, end) and not window.in_url(start):
                yield window.span(start, end, "card")
                break


def _is_free(text: str, start: int, end: int) -> bool:
    before = _before(text, start)
    if _JOINED_BEFORE.search(before) or _JOINED_AFTER.match(text, end):
        return False
    return _OTHER_NUMBER.search(before) is None


def _resident_ids(window: Window) -> Iterator[Span]:
    text = window.text
    for match in window.matches(_RESIDENT):
        if is_resident_id(re.sub(r"[ -]", "", match[0])) and not window.in_url(match.start()):
            yield window.span(match.start(), match.end(), "cn_id")
    for match in window.matches(_OLD_RESIDENT):
        if _RESIDENT_WORD.search(_before(text, match.start())) and is_resident_id(match[0]):
            yield window.span(match.start(), match.end(), "cn_id")


def _social_security(window: Window) -> Iterator[Span]:
    text = window.text
    for match in window.matches(_SOCIAL):
        named = match[2] == "-" or _SOCIAL_WORD.search(_before(text, match.start()))
        touched = re.search(r"[A-Za-z0-9_$.,/]$", _before(text, match.start()))
        if named and not touched and is_social_security(match[1] + match[3] + match[4]):
            yield window.span(match.start(), match.end(), "ssn")
    for match in window.matches(_NINE):
        if _SOCIAL_WORD.search(_before(text, match.start())) and is_social_security(match[0]):
            yield window.span(match.start(), match.end(), "ssn")


def account_numbers(document: str, at: int) -> Iterator[Span]:
    """IBAN or UK national insurance number that begins at ``document[at]`` with two capitals."""
    text = plain(document[at : at + 48])
    match = _INSURANCE.match(text)
    if match and is_national_insurance(match[0].replace(" ", "")):
        yield Span(at, at + match.end(), "uk_nino")
    length = iban_length(text[:2])
    account = re.match(rf"(?:[A-Z0-9][ -]?){{{length - 1}}}[A-Z0-9](?![A-Za-z0-9])", text)
    if length and account and is_iban(re.sub("[ -]", "", account[0])):
        yield Span(at, at + account.end(), "iban")


def passport(document: str, at: int) -> Iterator[Span]:
    """Machine-readable zone of a passport whose ``<<`` stands at ``document[at]`` (ICAO 9303-4).

    Two lines of 44 characters; the check digits of the number, both dates, the personal number
    and the whole must be right.
    """
    line = max(document.rfind("\n", max(0, at - 44), at) + 1, at - 44, 0)
    begin = document.find("P", line, at)
    match = _MRZ.match(document, begin) if begin >= 0 else None
    if match is None:
        return
    number, digit, birth, birth_digit, expiry, expiry_digit, personal, personal_digit, last = (
        match.groups()
    )
    fields = ((number, digit), (birth, birth_digit), (expiry, expiry_digit))
    right = all(mrz_digit(value) == check for value, check in fields)
    right &= mrz_digit(personal) == personal_digit.replace("<", "0")
    whole = number + digit + birth + birth_digit + expiry + expiry_digit + personal + personal_digit
    if right and mrz_digit(whole) == last:
        yield Span(begin, match.end(), "passport")
