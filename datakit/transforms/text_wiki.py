"""Wiki text and BBCode -> text."""

from __future__ import annotations

import re

__all__ = ["text_of_wiki"]

_LINK = re.compile(r"(?<!\[)\[\[(?![\s\"'$!\-\d\[])([^\[\]\n]{1,300})\]\](?!\])")
_FILES = re.compile(
    r"(?:file|image|media|category|datei|bild|kategorie|fichier|catégorie|archivo|categoría|文件|"
    r"檔案|图像|圖像|分类|分類|ファイル|画像|カテゴリ)\s*:",
    re.IGNORECASE,
)
_INDEX = re.compile(r"[\w.]+")
_TEMPLATE = re.compile(
    r"(?<![\w^\\}$%{])\{\{(?![\s{\\\d])((?:[^{}\n]{1,500}|[^{}|]{1,200}\|[^{}]{1,4000}))\}\}(?!\})"
)
_SHOWN = re.compile(r"(?:lang\|[\w-]+|nowrap|small|big|nobold)\|([^|]*)", re.IGNORECASE)
_TABLE = re.compile(r"^\{\|(?:(?!^\{\|).){0,50000}?^\|\}", re.DOTALL | re.MULTILINE)
_REFERENCE = re.compile(
    r"<ref\b[^<>]{0,300}/>|<ref\b[^<>]{0,300}>[^<]{0,4000}</ref>", re.IGNORECASE
)
_EXTERNAL = re.compile(r"\[https?://[^\s\[\]]{1,500}(?: ([^\[\]\n]{1,300}))?\]")
_HEADING = re.compile(r"^(={2,6}) *([^=\n]+?) *\1[ \t]*$", re.MULTILINE)
_QUOTES = re.compile(r"'{5}|'{2,3}")
_BBCODE = re.compile(
    r"(?:(?<!\w)|(?=\[/|\[[a-z]{2,5}|\[[biu]=))"
    r"\[(/?)(b|i|u|s|url|img|quote|code|color|size|list|email)((?:=[^\[\]\n]{1,300})?)\]",
    re.IGNORECASE,
)
_PICTURE = re.compile(r"\[img(?:=[^\[\]\n]{1,300})?\][^\[\]\n]{0,500}\[/img\]", re.IGNORECASE)

_BESIDE_LINKS = (
    (_TABLE, ""),
    (_REFERENCE, ""),
    (_EXTERNAL, r"\1"),
    (_HEADING, r"\2"),
    (_QUOTES, ""),
)


def text_of_wiki(text: str) -> tuple[str, int]:
    """The text without wiki marks and BBCode, and how many there were.

    Bold marks, headings and references count only beside links or templates, and BBCode only where
    it is closed: ``x[[1]]``, ``a[i]``, ``[[ -f file ]]`` and ``{{ variable }}`` are code.
    """
    n = 0
    if "[[" in text or "{{" in text:
        text, n_templates = _TEMPLATE.subn(lambda match: _shown(match[1]), text)
        n = n_templates + sum(map(_is_link, _LINK.finditer(text)))
        text = _LINK.sub(lambda match: _label(match) if _is_link(match) else match[0], text)
    if n:
        for pattern, label in _BESIDE_LINKS:
            text, n_more = pattern.subn(label, text)
            n += n_more
    if "[/" in text:
        text, n_pictures = _PICTURE.subn("", text)
        closed = {match[2].lower() for match in _BBCODE.finditer(text) if match[1]}
        n_marks = sum(match[2].lower() in closed for match in _BBCODE.finditer(text))
        text = _BBCODE.sub(lambda match: "" if match[2].lower() in closed else match[0], text)
        n += n_pictures + n_marks
    return text, n


def _shown(template: str) -> str:
    match = _SHOWN.fullmatch(template)
    return match[1] if match else ""


def _is_link(match: re.Match[str]) -> bool:
    before = match.string[max(match.start() - 1, 0) : match.start()]
    inside_code = before and (before.isalnum() or before in "_)]")
    return not (inside_code and _INDEX.fullmatch(match[1]) and match[1].isascii())


def _label(match: re.Match[str]) -> str:
    if _FILES.match(match[1]):
        return ""
    target, _, label = match[1].rpartition("|")
    return label or target.rstrip("|")
