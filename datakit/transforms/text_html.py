"""HTML -> text: tags, comments and scripts out, block elements on lines of their own."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

from datakit.measures.text_markup import TAG, entities, script_lines

__all__ = ["plain_references", "text_of_html"]

_COMMENT = re.compile(r"<!--(?:(?!<!--).){0,100000}?-->", re.DOTALL)
_DROPPED_NAMES = (
    "script style template nav head iframe object applet noframes svg select button datalist "
    "video audio canvas map"
)
_CODE = frozenset(("script", "style"))
_LISTS = frozenset(("ul", "ol", "menu"))
_PARAGRAPHS_NAMES = (
    "p h1 h2 h3 h4 h5 h6 blockquote pre table ul ol dl hr section article aside header footer "
    "main figure details fieldset form"
)
_LINES_NAMES = (
    "address caption center dd dir div dt figcaption hgroup legend li menu optgroup option "
    "summary tr tbody thead tfoot body html title textarea"
)
_DROPPED, _PARAGRAPHS, _LINES = (
    frozenset(names.split()) for names in (_DROPPED_NAMES, _PARAGRAPHS_NAMES, _LINES_NAMES)
)
_CELLS = frozenset(("td", "th"))
_AS_IT_IS = frozenset(("pre", "code", "textarea", "samp", "kbd"))
_PAGE = frozenset(("html", "body"))
_MAX_LINK_CHARS = 40  # on average; a list of longer links is one of headlines or sources
_MAX_BESIDE_LINKS = 0.1
_MIN_TAGS = 3  # from which on a line of script between them is one that leaked
_BLANK = " \t\r\n"


@dataclass(frozen=True, slots=True)
class _Tag:
    start: int
    end: int
    name: str
    closes: bool


@dataclass(slots=True)
class _Writer:
    """Pieces of text, and the break that is due before the next one."""

    parts: list[str] = field(default_factory=list)
    due: int = 0

    def line(self, n: int) -> None:
        self.due = max(self.due, n)

    def write(self, text: str) -> None:
        if self.due:
            body = text.lstrip(_BLANK)
            self.due = max(self.due, min(text[: len(text) - len(body)].count("\n"), 2))
            if not body:
                return
            self._break()
            text = body
        self.parts.append(text)

    def _break(self) -> None:
        while self.parts:
            last = self.parts.pop()
            kept = last.rstrip(_BLANK)
            self.due = max(self.due, min(last[len(kept) :].count("\n"), 2))
            if kept:
                self.parts += [kept, "\n" * self.due]
                break
        self.due = 0


def text_of_html(text: str) -> tuple[str, int]:
    """The text without its HTML, and how many tags and comments it had.

    Only names of HTML are tags, and names of one letter only without attributes or with real ones:
    ``a < b``, ``List<String>``, ``<unk>`` and ``if (a <b && c> d)`` are text. Navigation goes, that
    is ``nav`` and lists of short links. In whole pages line ends are white space as any other.
    """
    if "<" not in text:
        return text, 0
    bare = _COMMENT.sub("", text) if "<!--" in text else text
    n_comments = len(_COMMENT.findall(text)) if bare != text else 0
    tags = [tag for match in TAG.finditer(bare) if (tag := _tag(match)) is not None]
    if not tags:
        return bare, n_comments
    return _written(bare, tags), len(tags) + n_comments


def _tag(match: re.Match[str]) -> _Tag | None:
    name = (match[2] or "").lower()
    if len(name) == 1 and len(match[0]) > 4 and "=" not in match[0]:
        return None
    return _Tag(match.start(), match.end(), name, bool(match[1]))


def _written(text: str, tags: list[_Tag]) -> str:
    page = any(tag.name in _PAGE for tag in tags)
    skip_to = _skips(text, tags)
    writer, at, verbatim, i = _Writer(), 0, 0, 0
    while i < len(tags):
        tag = tags[i]
        writer.write(_piece(text[at : tag.start], page, len(tags), verbatim > 0))
        _breaks(writer, tag)
        if tag.name in _AS_IT_IS:
            verbatim = max(verbatim + (-1 if tag.closes else 1), 0)
        i = skip_to.get(i, i)
        at = tags[i].end
        i += 1
    writer.write(_piece(text[at:], page, len(tags), verbatim > 0))
    return "".join(writer.parts)


def _breaks(writer: _Writer, tag: _Tag) -> None:
    if tag.name == "br":
        writer.line(min(writer.due + 1, 2))
    elif tag.name in _PARAGRAPHS:
        writer.line(2)
    elif tag.name in _LINES:
        writer.line(1)
    elif tag.name in _CELLS and not tag.closes and not writer.due:
        writer.write("\t")


def _piece(text: str, page: bool, n_tags: int, verbatim: bool) -> str:
    """What stands between two tags."""
    if verbatim or not text:
        return text
    if n_tags >= _MIN_TAGS:
        for begin, end in reversed(list(script_lines(text))):
            text = text[:begin] + text[end:]
    return re.sub(r"[ \t\r\n]+", " ", text) if page else text


def _skips(text: str, tags: list[_Tag]) -> dict[int, int]:
    """First and last tag of every element that goes with all that is in it."""
    open_tags: list[int] = []
    skips: dict[int, int] = {}
    followed = _DROPPED | _LISTS
    for i, tag in enumerate(tags):
        if tag.name not in followed:
            continue
        inside = tags[open_tags[-1]].name if open_tags else ""
        if inside in _CODE and tag.name != inside:
            continue  # a tag in a string of a script
        if not tag.closes:
            open_tags.append(i)
            continue
        for k in range(len(open_tags) - 1, max(len(open_tags) - 50, -1), -1):
            first = open_tags[k]
            if tags[first].name == tag.name:
                del open_tags[k:]
                if tag.name in _DROPPED or _is_navigation(text, tags, first, i):
                    skips[first] = i
                break
    return skips


def _is_navigation(text: str, tags: list[_Tag], first: int, last: int) -> bool:
    """Whether a list holds hardly anything but short links."""
    n_links = n_linked = n_all = depth = 0
    for before, tag in zip(tags[first:last], tags[first + 1 : last + 1], strict=True):
        if before.name == "a":
            depth = 0 if before.closes else 1
            n_links += depth
        size = len(text[before.end : tag.start].strip())
        n_all += size
        n_linked += size * depth
    beside = n_all - n_linked
    return (
        n_links > 0
        and n_linked <= _MAX_LINK_CHARS * n_links
        and (beside <= _MAX_BESIDE_LINKS * n_all)
    )


def plain_references(text: str) -> tuple[str, int]:
    """Character references as the characters they stand for, and how many there were.

    Those with a semicolon only, so that ``a&copy=b`` stays; no-break spaces become plain ones.
    """
    spans = entities(text)
    if not spans:
        return text, 0
    parts, at = [], 0
    for begin, end in spans:
        character = html.unescape(text[begin:end])
        parts += [text[at:begin], " " if character == "\xa0" else character.strip("\xad")]
        at = end
    return "".join(parts) + text[at:], len(spans)
