"""Telephone numbers in the windows around runs of digits.

A number counts when it is written as telephone numbers are written in its country and the
metadata of libphonenumber (package ``phonenumbers``) know it. Two forms go by structure, because
the metadata are always behind: numbers after ``+`` need a known country and a possible length,
North American numbers need the grouping 3-3-4 and the first digits of the numbering plan (NANPA).
Bare digits count only as Chinese mobile numbers, or after a word such as "tel" or "电话".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from datakit.measures.text_pii_span import Span, Window

__all__ = ["MAX_LOOKUPS", "Directory", "phones"]

MAX_LOOKUPS = 1000
"""Look-ups in the metadata that one document may cost; beyond, the written form decides."""

_KEYWORD = re.compile(
    r"(?:(?<![A-Za-z])(?:tel|telephone|telefon|t[ée]l[ée]phone|tel[ée]fono|telefone|phone|ph(?=[.:])|mobile"
    r"|mob|m[óo]vil|handy|cell|cellphone|call|dial|fax|whatsapp|contact|hotline)"
    r"|电话|電話|手机|手機|热线|座机|致电|拨打|联系方式|传真|微信|来电|☎|📞)"
    r"(?:s|\s?(?:no|nr|num|number|号码|号))?[\s.:#()为是=：-]{0,4}(?:is\s)?$",
    re.IGNORECASE,
)
_CHINESE_KEYWORD = re.compile(r"[电電手热座致拨联传微来][^\d]{0,10}$")
# Names of other numbers that people write in front of them.
_OTHER_NUMBER = re.compile(
    r"(?:(?<![A-Za-z])(?:order|invoice|serial|isbn|issn|ean|upc|sku|s/?n|ref|reference|tracking"
    r"|timestamp|sha|md5|uid|uuid|id|qq|population|ratio|pages?|pp?|score|version|account|acct"
    r"|case|ticket|item|part|model|code|doi|pmid|zip|vin|imei|oclc|lccn|patent)"
    r"|订单|单号|编号|序列号|货号|条码|条形码|版本|批号|邮编|账号|帐号|卡号|群号|时间戳|学号|工号)"
    r"(?:\s?(?:no|nr|num|number|id|号|was|is|为|是))?[\s.:#=：(（-]{0,4}$",
    re.IGNORECASE,
)
_CURRENCY = re.compile(r"[$€£¥￥₽₩₹]\s?$")

_BODY = r"(?:\d(?:\)[ .-]?|[ .-]?\(|[ ./-])?)"
_INTERNATIONAL = re.compile(rf"(?<!\d)(?:\+ ?\(?|00(?=[1-9])){_BODY}{{7,16}}")
_AMERICAN = re.compile(
    r"(?<!\d)(?:\+1[ .-]?|1[.-])?(?:\( ?([2-9]\d\d) ?\)[ .-]?|([2-9]\d\d)([ ./-]))"
    r"[2-9]\d\d[ .-]\d{4}(?!\d)"
)
_CHINESE = re.compile(
    r"(?<!\d)(?:(?:\+|00)?86[ -]?)?"
    r"(?:1[3-9]\d(?:\d{8}|([ -])\d{4}\1\d{4})|1[3-9]\d{2}([ -])\d{3}\2\d{4}"
    r"|\(?0(?:10|2\d|[3-9]\d\d)\)?(?: ?-{1,2} ?| )?[1-9]\d{2,3}[ -]?\d{4})(?!\d)"
)
_GROUPED = re.compile(
    r"(?<!\d)(?:\(?0\d{1,5}\)?(?:(?: ?/ ?|[ .-])\(?\d{2,8}){1,5}"
    r"|[6-9]\d\d(?: \d\d){3}|\(\d\d\) ?\d{4,5}-\d{4}|8 \(\d{3}\) \d{3}-\d\d-\d\d)(?!\d)"
)
_LOCAL = re.compile(r"\(?\d(?:[ .-]?\(?\d\)?){6,13}(?!\d)")
# Countries whose numbers begin with 0 when written for the country itself, and those of a dialled
# number after a keyword.
_TRUNK_REGIONS = "GB FR DE IT NL CH AT BE SE FI IE JP KR AU TW TR RO BG HR SI UA ZA NZ TH"
_REGIONS = "US CN GB FR DE ES IT PL PT NL BE CH AT SE DK NO FI CZ GR HU BR IN RU MX"
_SHORT_REGIONS = ("DK", "NO", "SG", "HK", "SE")
_AREA_MARKED_REGIONS = ("DE", "AT", "CH", "BE", "GB")


@dataclass
class Directory:
    """The telephone metadata, with a limit on what one document may cost.

    Parameters
    ----------
    left
        Look-ups that are left; at zero, numbers count by their written form alone.
    """

    left: int = MAX_LOOKUPS

    def knows(self, digits: str, region: str | None = None) -> bool:
        """Whether the number is valid: in `region`, or after ``+`` in the country it names."""
        return self._ask(digits, region) in ("valid", "unknown")

    def allows(self, digits: str) -> bool:
        """Whether the number after ``+`` has a known country and a possible length."""
        return self._ask(digits, None) in ("valid", "possible", "unknown")

    def _ask(self, digits: str, region: str | None) -> str:
        if self.left <= 0:
            return "unknown"
        self.left -= 1
        import phonenumbers

        try:
            number = phonenumbers.parse(digits, region)
        except phonenumbers.NumberParseException:
            return "invalid"
        if region is None and phonenumbers.is_valid_number(number):
            return "valid"
        if region is not None and phonenumbers.is_valid_number_for_region(number, region):
            return "valid"
        return "possible" if phonenumbers.is_possible_number(number) else "invalid"

    def writes(self, digits: str, region: str, groups: list[str]) -> bool:
        """Whether the number is valid in the region and these are the groups it is written in."""
        if not self.knows(digits, region):
            return False
        if self.left <= 0:
            return True
        import phonenumbers

        number = phonenumbers.parse(digits, region)
        written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
        return re.findall(r"\d+", written) == groups


def phones(window: Window, directory: Directory) -> Iterator[Span]:
    """Telephone numbers of one window, possibly overlapping.

    Parameters
    ----------
    window
        Around a run of seven digits or more.
    directory
        The metadata; one for each document.
    """
    taken: set[int] = set()
    candidate = window.text[max(0, window.begin - 3) : window.end]
    n_digits = sum(map(str.isdigit, candidate))
    for pattern, check, sign, least in _FORMS:
        if n_digits < least or sign not in candidate:
            continue
        for match in window.matches(pattern, 3):
            found = check(window, match, directory) if match.start() not in taken else None
            if found is not None and not window.in_url(found[0]):
                taken.update((match.start(), found[0]))
                yield window.span(*found, "phone")
    if n_digits > 14 or not taken.isdisjoint((window.begin, window.begin - 1)):
        return
    if _KEYWORD.search(_context(window)):
        yield from _after_keyword(window, directory)


def _context(window: Window) -> str:
    """What stands before the candidate."""
    return window.text[max(0, window.begin - 24) : window.begin]


Found = tuple[int, int] | None


# What makes a number a part of something longer: "a-1381...", "0.138...", "12,138...".
_PART_BEFORE = re.compile(
    r"(?:\d[.-]|(?<!\d)(?:\d{1,3},|\d{1,4}/)|[A-Za-z0-9_][_-]?|[A-Za-z0-9]=)$"
)
_PART_AFTER = re.compile(r"\d|\.\d|,\d{3}(?!\d)|[A-WYZa-df-wyz_]")
_DASH_AFTER = re.compile(r"-\d")
_EXTENSION = re.compile(r"-\d{1,4}(?![\d-])")


def _free(text: str, start: int, end: int) -> bool:
    """Whether ``text[start:end]`` stands for itself: no part of a longer number, no other name."""
    before = text[max(0, start - 24) : start]
    if _PART_AFTER.match(text, end) or _CURRENCY.search(before):
        return False
    if _DASH_AFTER.match(text, end) and not (text[start] in "0(" and _EXTENSION.match(text, end)):
        return False
    if _KEYWORD.search(before):
        return True
    return _PART_BEFORE.search(before) is None and _OTHER_NUMBER.search(before) is None


def _international(window: Window, match: re.Match[str], directory: Directory) -> Found:
    """Longest valid beginning of what stands after ``+``, or the longest possible one."""
    start, text = match.start(), match[0]
    if re.search(r"[A-Za-z0-9_]$|\d[-./]$", window.text[max(0, start - 2) : start]):
        return None
    ends = [m.end() for m in re.finditer(r"\d\d+", text)]
    plus = text if text[0] == "+" else "+" + text[2:]
    shift = len(plus) - len(text)
    whole = window.text[match.end() : match.end() + 1].isdigit()
    candidates = [e for e in reversed(ends) if not (whole and e == len(text))]
    candidates = [e for e in candidates if sum(map(str.isdigit, text[:e])) >= 8]
    for end in candidates:
        if directory.knows(plus[: end + shift]):
            return _with_bracket(window.text, start, start + end)
    for end in candidates if text[0] == "+" else []:
        digits = re.sub(r"\D", "", text[:end])
        plausible = len(set(digits[2:])) > 2 and re.match(r"1[2-9]\d\d[2-9]|[2-9]\d*", digits)
        if plausible and directory.allows(plus[: end + shift]):
            return _with_bracket(window.text, start, start + end)
    return None


def _with_bracket(text: str, start: int, end: int) -> tuple[int, int]:
    """Take in the bracket of ``(+86) 138 ...``."""
    closes = re.match(r"[^()]*\)", text[start:end]) is not None
    opened = text[max(0, start - 1) : start] == "(" and closes
    return start - opened, end


def _american(window: Window, match: re.Match[str], directory: Directory) -> Found:
    area = match[1] or match[2]
    if area.endswith("11") or not _free(window.text, *match.span()):
        return None
    digits = re.sub(r"\D", "", match[0])[-10:]
    if match[3] == " " and not directory.knows("+1" + digits):
        return None
    return match.span()


def _chinese(window: Window, match: re.Match[str], directory: Directory) -> Found:
    start, end = match.span()
    if match[0].startswith("(") and ")" not in match[0]:
        start += 1
    if match[0].startswith("0") and window.text[start - 1 : start] == "(":
        start -= ")" in match[0]
    digits = re.sub(r"\D", "", match[0])
    digits = re.sub(r"^(?:00)?86(?=\d{9})", "", digits)
    if not _free(window.text, start, end):
        return None
    bare = digits[0] == "0" and not re.search(r"\D", match[0].strip("("))
    if bare and not _KEYWORD.search(window.text[max(0, start - 24) : start]):
        return None
    return (start, end) if directory.knows(digits, "CN") else None


def _grouped(window: Window, match: re.Match[str], directory: Directory) -> Found:
    start, end = match.span()
    start += match[0].startswith("(") and ")" not in match[0]
    groups = re.findall(r"\d+", match[0])
    digits = "".join(groups)
    if not 9 <= len(digits) <= 12 or not _free(window.text, start, end):
        return None
    if re.match(r"[ ./-]\d", window.text[end : end + 2]):
        return None
    area_marked = "/" in match[0] or ")" in match[0]
    # The forms without a leading 0 are those of Spain, Brazil and Russia.
    other = {"6": "ES", "7": "ES", "9": "ES", "8": "RU" if "(" in match[0] else "ES"}
    regions = _TRUNK_REGIONS if digits[0] == "0" else other.get(match[0][0], "BR")
    for region in regions.split():
        if directory.writes(digits, region, groups):
            return start, end
        marked = area_marked and region in _AREA_MARKED_REGIONS and len(groups) < 5
        if marked and directory.knows(digits, region):
            return start, end
    return None


def _after_keyword(window: Window, directory: Directory) -> Iterator[Span]:
    """A number directly after a word for telephone, in any usual national form."""
    begin = window.begin - (window.text[max(0, window.begin - 1) : window.begin] == "(")
    match = _LOCAL.match(window.text, begin)
    if match is None:
        return
    digits = re.sub(r"\D", "", match[0])
    chinese = _CHINESE_KEYWORD.search(_context(window)) is not None
    local = len(digits) in (7, 8) and (
        (chinese and re.fullmatch(r"[2-8]\d{2,3}[ -]?\d{4}", match[0]) is not None)
        or re.fullmatch(r"[2-9]\d\d[ .-]\d{4}", match[0]) is not None
    )
    groups = re.findall(r"\d+", match[0])
    local |= len(digits) == 8 and any(
        directory.writes(digits, region, groups) for region in _SHORT_REGIONS
    )
    regions = ["CN"] if chinese else _REGIONS.split()
    if local or (len(digits) > 8 and any(directory.knows(digits, r) for r in regions)):
        yield window.span(match.start(), match.end(), "phone")


_Check = Callable[[Window, re.Match[str], Directory], Found]
# Form, its check, and what a window must hold for it: a character, and so many digits.
_FORMS: tuple[tuple[re.Pattern[str], _Check, str, int], ...] = (
    (_INTERNATIONAL, _international, "+", 8),
    (_INTERNATIONAL, _international, "00", 8),
    (_AMERICAN, _american, "", 10),
    (_CHINESE, _chinese, "", 10),
    (_GROUPED, _grouped, "", 9),
)
