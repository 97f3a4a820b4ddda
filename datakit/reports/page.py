"""An HTML page: one file that opens offline, holds no foreign code, and stays small.

Corpus content (file names, labels, captions) is data: it goes into one JSON element, is escaped
there, and reaches the page through ``textContent`` only. The content-security policy allows our
own style and script by a nonce, pictures from data URLs, and nothing else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from datakit.profiles.files import atomic

__all__ = ["write_page"]

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; \
style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title><style nonce="{nonce}">{css}</style></head>
<body><main id="page"></main>
<script type="application/json" id="data" nonce="{nonce}">{data}</script>
<script nonce="{nonce}">{js}</script></body></html>
"""


def write_page(title: str, data: Mapping[str, Any], scripts: Sequence[str], file: Path) -> None:
    """Write a page.

    Parameters
    ----------
    title
        Ours, not the corpus's.
    data
        What the scripts draw, as plain values.
    scripts
        Our files, in order; together they are one script.
    file
        Where to; written whole or not at all.
    """
    assets = resources.files("datakit.reports")
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    # What UTF-8 cannot hold (lone surrogates) becomes an escape of JSON.
    text = text.encode("utf-8", "backslashreplace").decode()
    # Nothing in the data can end the element or begin another one.
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    page = _PAGE.format(
        title=title,
        nonce=hashlib.sha256(text.encode()).hexdigest()[:32],
        css=assets.joinpath("report.css").read_text(encoding="utf-8"),
        js="\n".join(assets.joinpath(name).read_text(encoding="utf-8") for name in scripts),
        data=text,
    )
    with atomic(file) as temporary:
        temporary.write_text(page, encoding="utf-8")
