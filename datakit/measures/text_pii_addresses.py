"""E-mail, IP and hardware addresses in the windows around their at-signs, dots and colons."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from datakit.measures.text_pii_span import Span, Window, plain

__all__ = [
    "email",
    "hardware_addresses",
    "ip4_addresses",
    "ip6_addresses",
    "spelled_email",
]

_LETTER = "A-Za-z0-9À-ÖØ-öø-\u024f"
# RFC 5321, 4.5.3.1: local part up to 64 octets, domain up to 255, label up to 63.
_LOCAL_REVERSED = re.compile(rf"[{_LETTER}._%+'-]{{1,65}}")
_DOMAIN = re.compile(rf"(?:[{_LETTER}-]{{1,63}}\.){{1,8}}[A-Za-zÀ-ÖØ-öø-\u024f]{{2,24}}")
_CREDENTIALS = re.compile(r"[^\s/@]{0,80}//:[A-Za-z]")
_FILE_SUFFIX = re.compile(
    r"png|jpe?g|gif|svg|webp|ico|bmp|css|js|json|html?|php|py|xml|pdf|txt|mp4", re.IGNORECASE
)
_SPELLED = re.compile(
    rf"[{_LETTER}][{_LETTER}._+-]{{0,63}} ?"
    r"[\[({<] ?(?:at|@) ?[\])}>] ?"
    rf"[{_LETTER}-]{{1,63}}"
    rf"(?:(?:\.| ?[\[({{<] ?(?:dot|\.) ?[\])}}>] ?| dot )[{_LETTER}-]{{2,63}}){{1,4}}",
    re.IGNORECASE,
)
_DOTTED = re.compile(r"\d+(?:\.\d+)*")
_IP_LOOKALIKE = re.compile(
    r"(?:(?<![A-Za-z])(?:v|ver|version|release|build|revision|rev|firmware|kernel|driver|update|patch"
    r"|section|sec|chapter|ch|article|art|clause|paragraph|para|figure|fig|table|part|appendix"
    r"|annex|rule|scored?|ratio|oid)|§|版本?|第|章|节|版本号)(?:\s?(?:no|number|was|is|of))?"
    r"[\s.:=#(]{0,4}$",
    re.IGNORECASE,
)
_IP_NAMED = re.compile(
    r"(?:\bip(?:v4)?|address(?:es)?|addr|host|server|ping|ssh|dns|from|client|gateway|proxy"
    r"|地址|服务器|主机|//|@)[\s:=\[(是为]{0,4}(?:is|was|at)?\s?$",
    re.IGNORECASE,
)
_SMALL = 20
_IP6 = re.compile(r"[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){3,}")
_HARDWARE = re.compile(r"[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}")
_PAIR = re.compile(r"[:-][0-9A-Fa-f]{2}(?![0-9A-Fa-f])")
_PAIR_BEFORE = re.compile(r"(?<![0-9A-Za-z])[0-9A-Fa-f]{2}[:-]$")
_WORD = re.compile(r"[A-Za-z0-9_]")
_JOINED = re.compile(r"[A-Za-z0-9_]|\.[A-Za-z0-9]|-[A-Za-z]")


def email(document: str, at: int) -> Iterator[Span]:
    """E-mail address around the at-sign ``document[at]`` (RFC 5321 in its everyday form).

    The local part is taken from the characters that unquoted addresses use, so that Chinese text
    may stand directly beside it. Left out are the password of a web address, at-signs of user
    names and of ``git@`` remotes, and file names such as ``logo@2x.png``.
    """
    before = plain(document[max(0, at - 66) : at])[::-1]
    local = _LOCAL_REVERSED.match(before)
    after = plain(document[at + 1 : at + 256])
    domain = _DOMAIN.match(after)
    if local is None or domain is None or len(local[0]) > 64:
        return
    name, place = _trimmed_local(local[0][::-1]), _trimmed_domain(domain[0])
    if not name or not place or name == "git" or before[len(local[0]) :][:1] == "@":
        return
    if ".." in name or re.search(r"(?:^|\.)-|-(?:\.|$)", place):
        return
    if _CREDENTIALS.match(plain(document[max(0, at - 90) : at])[::-1]):
        return
    yield Span(at - len(name), at + 1 + len(place), "email")


def _trimmed_local(name: str) -> str:
    """The local part without the marks of the sentence around it; empty where it is none."""
    return "" if name.endswith(".") else name.lstrip(".-+'_%")


def _trimmed_domain(place: str) -> str:
    """The domain without a sentence that begins right after it; empty where it is a file name."""
    head, _, last = place.rpartition(".")
    if last[0].isupper() and last[1:].islower() and "." in head and head.islower():
        place, last = head, head.rpartition(".")[2]
    return "" if _FILE_SUFFIX.fullmatch(last) or not last.isalpha() else place


def spelled_email(window: Window) -> Iterator[Span]:
    """Addresses hidden from harvesters: ``anna.smith [at] example [dot] com``."""
    for match in window.matches(_SPELLED):
        yield window.span(match.start(), match.end(), "email")


def ip4_addresses(window: Window) -> Iterator[Span]:
    """Public IPv4 addresses, not versions, sections or dates.

    Private, local, multicast and documentation networks are left out (IANA special-purpose
    registry), so are numbers after words such as "version" or "section", and four numbers below
    20 unless a word such as "server" stands before.
    """
    text = window.text
    for match in window.matches(_DOTTED):
        parts = match[0].split(".")
        if len(parts) != 4 or not all(_is_octet(part) for part in parts):
            continue
        start, end = match.span()
        if not _stands_alone(text, start, end, "/") and text[max(0, start - 2) : start] != "//":
            continue
        context = text[max(0, start - 24) : start]
        small = all(int(part) < _SMALL for part in parts)
        if _IP_LOOKALIKE.search(context) or (small and not _IP_NAMED.search(context)):
            continue
        address = ipaddress.IPv4Address(match[0])
        if address.is_global and not address.is_multicast:
            yield window.span(start, end, "ip")


def _is_octet(part: str) -> bool:
    return len(part) <= 3 and int(part) <= 255 and (part == "0" or part[0] != "0")


def _stands_alone(text: str, start: int, end: int, also: str = "") -> bool:
    """Whether neither a letter or digit nor a mark that joins touches ``text[start:end]``."""
    before = text[max(0, start - 1) : start]
    joined = bool(before) and (before in f".-{also}" or _WORD.match(before) is not None)
    return not joined and _JOINED.match(text, end) is None


def ip6_addresses(window: Window) -> Iterator[Span]:
    """Public IPv6 addresses: eight groups, or fewer around ``::`` in 2000::/3 (RFC 4291)."""
    text = window.text
    for match in window.matches(_IP6):
        start, end = match.span()
        start += match[0].startswith(":") and not match[0].startswith("::")
        end -= match[0].endswith(":") and not match[0].endswith("::")
        value = text[start:end]
        if len(value) > 39 or not _stands_alone(text, start, end):
            continue
        try:
            address = ipaddress.IPv6Address(value)
        except ValueError:
            continue
        full = value.count(":") == 7 and max(map(len, value.split(":"))) > 2
        unicast = len(value.split(":")[0]) == 4 and value[0] in "23"
        if address.is_global and not address.is_multicast and (full or unicast):
            yield window.span(start, end, "ip")


def hardware_addresses(window: Window) -> Iterator[Span]:
    """MAC addresses (IEEE 802): six pairs of hexadecimal digits, a letter among them."""
    text = window.text
    for match in window.matches(_HARDWARE):
        value = match[0].lower()
        known = len(set(value)) > 3 and re.search("[a-f]", value)
        before = text[max(0, match.start() - 4) : match.start()]
        longer = _PAIR_BEFORE.search(before) or _PAIR.match(text, match.end())
        if known and not longer and _stands_alone(text, *match.span()):
            yield window.span(match.start(), match.end(), "mac")
