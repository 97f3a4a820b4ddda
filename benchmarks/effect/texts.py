"""Clean English and Chinese documents, and defects planted in them, with the truth."""

from __future__ import annotations

import base64
import csv
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

__all__ = ["DEFECTS", "LANGUAGES", "Planted", "Texts", "letters", "plant_texts", "texts"]

Rng = np.random.Generator

LANGUAGES = ("en", "zh")
DEFECTS = ("duplicates", "wrong_language", "gibberish", "boilerplate", "markup", "mix")

_SHARES = {
    "duplicates": {"duplicates": 0.40},
    "wrong_language": {"wrong_language": 0.20},
    "gibberish": {"gibberish": 0.20},
    "boilerplate": {"boilerplate": 0.50, "boilerplate_only": 0.15},
    "markup": {"markup": 0.30},
    "mix": {"duplicates": 0.15, "wrong_language": 0.10, "gibberish": 0.10}
    | {"boilerplate": 0.15, "markup": 0.10},
}
"""Share of the documents that each kind of defect befalls, at severity 1."""

_COPIED = 20
"""Documents that all the copies are of."""

_SHORTEST = {"en": 300, "zh": 40}
_LONGEST = 800
_OTHERS = "deu rus fra spa ita por_BR pol nld swe tur ukr ell_monotonic arb jpn kor"
_KEYS = ("asdf", "jkl;", "qwer", "uiop", "zxcv", "sdfg", "hjkl", "dfgh")

_SITES = ("FilmBuff", "StayWell", "CityPost", "TripNest", "ReelTalk", "DailyView", "NetGuide")
_LINES = {
    "en": (
        "We use cookies to improve your experience on {site}. Read our cookie policy.",
        "Home | News | Reviews | Forum | Contact",
        "Home > Reviews > {year} > Page {n}",
        "Menu   Search   Log in   Register",
        "Skip to main content",
        "Subscribe to the {site} newsletter and never miss an update.",
        "Sign up for free updates. You can unsubscribe at any time.",
        "Copyright {year} {site} Ltd. All rights reserved.",
        "(c) {year} {site}. Terms of use | Privacy policy",
        "Share this on Facebook | Twitter | Email",
        "{n} people found this helpful. Was it helpful to you?",
        "{n} comments. Log in to leave a comment.",
        "Advertisement",
        "You may also like: the {n} best picks of {year}",
    ),
    "zh": (
        "{site}使用Cookie以改善您的浏览体验，详情请查看Cookie政策。",
        "首页 | 新闻 | 点评 | 论坛 | 联系我们",
        "首页 > 点评 > {year}年 > 第{n}页",
        "登录   注册   搜索   帮助中心",
        "返回顶部",
        "订阅{site}电子报，第一时间获取最新优惠。",
        "关注我们的微信公众号，精彩内容不错过。",
        "版权所有 © {year} {site} 保留所有权利。",
        "京ICP备{n}号 未经许可不得转载",
        "分享到：微博 | 微信 | QQ空间",
        "{n}人觉得有用，您觉得这条点评有用吗？",
        "共{n}条评论，请登录后发表评论。",
        "广告",
        "猜你喜欢：{year}年最受欢迎的{n}家",
    ),
}


@dataclass(frozen=True)
class Texts:
    """Clean documents to train on, those held out (of other reviews), and foreign ones."""

    train: list[str]
    held: list[str]
    foreign: list[str]


@dataclass(frozen=True)
class Planted:
    """A spoiled corpus.

    Parameters
    ----------
    documents
        In the order of the clean ones.
    kinds
        What was done to each: "clean" or the name of a defect; the copied documents are clean.
    ways
        How it was done, such as "base64"; "" for clean ones.
    family
        Number of the copied document that it is or is a copy of; -1 for all others.
    before
        What each was before, "" where nothing of that is left to be found again.
    """

    documents: list[str]
    kinds: np.ndarray
    ways: np.ndarray
    family: np.ndarray
    before: list[str]


def texts(folder: Path, language: str, n: int, n_held: int, rng: Rng) -> Texts:
    """Documents of one language, no source of them on both sides.

    English: passages of film reviews, two of each. Chinese: hotel reviews. Foreign are, in turn,
    reviews in the other language and passages of the Declaration of Human Rights in 15 more.
    """
    found = _sources(folder, language, rng)
    per = 2 if language == "en" else 1
    groups = [[d for d in group if len(d) >= _SHORTEST[language]][:per] for group in found]
    groups = [group for group in groups if len(group) == per]
    if (n + n_held) // per > len(groups):
        raise SystemExit(f"{n} + {n_held} documents: there are {per * len(groups)} {language} ones")
    flat = [document for group in groups for document in group]
    n, n_held = n // per * per, n_held // per * per
    other = _sources(folder, "zh" if language == "en" else "en", rng)
    reviews = [group[0] for group in other if group]
    pairs = zip(reviews, _declarations(folder, rng), strict=False)
    foreign = [document for pair in pairs for document in pair]
    return Texts(flat[:n], flat[n : n + n_held], foreign)


def letters(text: str) -> str:
    """Letters and digits alone, in small letters: what two layouts of one text have in common."""
    return re.sub(r"[\W_]+", "", text.lower())


def _sources(folder: Path, language: str, rng: Rng) -> list[list[str]]:
    """Documents by the review that they are of, in random order, none of them twice."""
    if language == "en":
        with zipfile.ZipFile(folder / "movie_reviews.zip") as packed:
            names = sorted(name for name in packed.namelist() if "/cv" in name)
            reviews = [_passages(packed.read(name).decode("ascii", "ignore")) for name in names]
    else:
        with (folder / "hotel_zh.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = [(row["review"] or "").strip() for row in csv.DictReader(file)]
        reviews = [[row] for row in rows if len(row) <= _LONGEST and "\ufffd" not in row]
    found, seen = [], set()
    for i in rng.permutation(len(reviews)):
        order = rng.permutation(len(reviews[i]))
        found.append([d for d in (reviews[i][k] for k in order) if _new(d, seen)])
    return found


def _new(document: str, seen: set[str]) -> bool:
    """Whether neither its beginning nor its end was seen: reviews are posted twice, and amended."""
    ends = {letters(document)[:20], letters(document)[-20:]}
    fresh = ends.isdisjoint(seen)
    seen |= ends
    return fresh


def _passages(review: str) -> list[str]:
    """Whole sentences, one a line in the source, joined to 300 characters and more."""
    found, piece = [], ""
    for line in review.split("\n"):
        sentence = re.sub(r" ([,.;:?!)])", r"\1", line.strip()).replace("( ", "(")
        piece = f"{piece} {sentence}".strip()
        if len(piece) >= _SHORTEST["en"]:
            found += [piece] if len(piece) <= _LONGEST else []
            piece = ""
    return found


def _declarations(folder: Path, rng: Rng) -> Iterator[str]:
    """Passages of 200 to 500 characters, in turn of each language."""
    with zipfile.ZipFile(folder / "udhr2.zip") as packed:
        bodies = [packed.read(f"udhr2/{name}.txt").decode().split() for name in _OTHERS.split()]
    rest = [" ".join(body) for body in bodies]
    while rest := [body for body in rest if len(body) > 500]:
        for i, body in enumerate(rest):
            end = int(rng.integers(200, 501))
            yield body[:end].strip()
            rest[i] = body[end:]


def plant_texts(
    documents: Sequence[str], foreign: Sequence[str], defect: str, severity: float, rng: Rng
) -> Planted:
    """Spoil sound documents of one language, English or Chinese.

    Parameters
    ----------
    foreign
        Documents in other languages, in the order in which they are taken; as many as are planted
        of "wrong_language", a fifth of the corpus at most.
    severity
        Of a defect of `DEFECTS`: from 0, nothing, to 1, the shares above.
    """
    if (n := len(documents)) <= 2 * _COPIED:
        raise SystemExit(f"{n} documents: more than {2 * _COPIED} are needed")
    order = rng.permutation(n)
    sources, places = order[:_COPIED], order[_COPIED:]
    found, before = list(documents), list(documents)
    kinds, ways = np.full(n, "clean", object), np.full(n, "", object)
    family = np.full(n, -1)
    abroad = iter(foreign)
    for kind, share in _SHARES[defect].items():
        taken, places = np.split(places, [min(round(severity * share * n), len(places))])
        kinds[taken] = kind
        for k, i in enumerate(taken):
            if kind == "duplicates":
                of = int(rng.integers(_COPIED))
                family[i], family[sources[of]] = of, of
                before[i] = documents[sources[of]]
                ways[i], found[i] = _copy(before[i], documents, k, rng)
            elif kind == "wrong_language":
                found[i], before[i] = next(abroad), ""
                ways[i] = "review" if k % 2 == 0 else "declaration"
            elif kind == "gibberish":
                ways[i], found[i] = _gibberish(documents[i], documents, k, rng)
                before[i] *= ways[i] == "mojibake"
            elif kind == "markup":
                ways[i], found[i] = _marked_up(documents[i], k, rng)
            else:
                ways[i], found[i] = _framed(documents[i], kind == "boilerplate_only", k, rng)
                before[i] *= kind == "boilerplate"
    return Planted(found, kinds, ways, family, before)


def _is_chinese(text: str) -> bool:
    return 3 * sum("\u4e00" <= c <= "\u9fff" for c in text) > len(text)


def _copy(text: str, documents: Sequence[str], k: int, rng: Rng) -> tuple[str, str]:
    """Every other one exact; the rest with a fiftieth of the words, or characters, replaced."""
    if k % 2 == 0:
        return "exact", text
    joint = "" if _is_chinese(text) else " "
    words = text.split(joint) if joint else list(text)
    other = str(documents[int(rng.integers(len(documents)))])
    pool = other.split(joint) if joint else list(other)
    for at in rng.choice(len(words), max(1, len(words) // 50), replace=False):
        words[at] = pool[int(rng.integers(len(pool)))]
    return "edited", joint.join(words)


def _gibberish(text: str, documents: Sequence[str], k: int, rng: Rng) -> tuple[str, str]:
    """Half of them of the language's own characters."""
    way = ("letters", "keyboard", "shuffled", "base64", "letters", "mojibake")[k % 6]
    if way == "letters":
        known = sorted({c for d in documents[:500] for c in d if c.isalpha()})
        return way, "".join(str(rng.choice(known)) if c.isalpha() else c for c in text)
    if way == "shuffled":
        return way, "".join(rng.permutation(list(text)))
    if way == "keyboard":
        sizes = rng.integers(1, 4, max(12, len(text) // 8))
        return way, " ".join("".join(rng.choice(_KEYS, size)) for size in sizes)
    if way == "base64":
        data = base64.encodebytes(rng.bytes(len(text.encode()) * 3 // 4))  # lines of 76
        return way, data.decode().strip()
    if _is_chinese(text):
        return way, text.encode().decode(*(("latin-1",) if k % 12 > 5 else ("gbk", "replace")))
    curly = text.replace("'", "\u2019").replace("...", "\u2026").replace("-", "\u2013")
    spaced = re.sub(r"([,.]) ", "\\1\u00a0", curly)  # and hard spaces, as editors set them
    return way, spaced.encode().decode("cp1252", "replace")


def _framed(text: str, alone: bool, k: int, rng: Rng) -> tuple[str, str]:
    """Lines of a page's frame before or behind the text, or nothing else."""
    lines = _LINES["zh" if _is_chinese(text) else "en"]
    size = int(rng.integers(4, 11) if alone else rng.integers(3, 7))
    some = [str(line) for line in rng.choice(lines, size, replace=False)]
    facts = {"site": rng.choice(_SITES), "year": rng.integers(2008, 2025)}
    block = "\n".join(line.format(**facts, n=rng.integers(2, 400)) for line in some)
    if alone:
        return "alone", block
    return ("before", f"{block}\n\n{text}") if k % 2 == 0 else ("behind", f"{text}\n\n{block}")


def _marked_up(text: str, k: int, rng: Rng) -> tuple[str, str]:
    """Tags of a page, breaks with references, tags inside of sentences, or a script."""
    way = ("page", "breaks", "inline", "script")[k % 4]
    n = int(rng.integers(10, 10_000))
    parts = [p for p in re.split(r"(?<=[.!?]) (?![.!?])|(?<=[。！？])(?![。！？])", text) if p]
    if way == "page":
        body = "\n".join(f'<p class="c{n % 7}">{part}</p>' for part in parts)
        return way, f'<div id="post-{n}" class="content">\n{body}\n</div>'
    if way == "breaks":
        escaped = [re.sub("['\"]", "&quot;", part) for part in parts]
        return way, "<br />&nbsp;&nbsp;".join(escaped) + "<br />\n&nbsp;"
    if way == "script":
        code = f"var ad_{n} = {n}; document.write('<div id=\"ad\"></div>');"
        return way, f'{text}\n<script type="text/javascript">\n{code}\n</script>'
    joint = "" if _is_chinese(text) else " "
    words = text.split(joint) if joint else list(text)
    for at in rng.choice(len(words), min(len(words), int(rng.integers(3, 7))), replace=False):
        tag = str(rng.choice(["b", "i", 'a href="/t/%d"', 'span style="font-size:12px"']))
        words[at] = f"<{tag % n if '%d' in tag else tag}>{words[at]}</{tag.split()[0]}>"
    return way, joint.join(words)
