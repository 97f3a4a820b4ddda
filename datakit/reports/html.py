"""The HTML report: one file that opens offline, holds no foreign code, and stays small.

Corpus content (file names, labels, captions) is data: it goes into one JSON element, is escaped
there, and reaches the page through ``textContent`` only. The content-security policy allows our
own style and script by a nonce, pictures from data URLs, and nothing else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from datakit.reports.report_data import report_data

if TYPE_CHECKING:
    from datakit.profiles.profile import Profile
    from datakit.validators.score import Score

__all__ = ["write_html"]

_SCRIPTS = ("report.js", "texts.js", "page.js")
"""One script: tools and pictures, documents, and what puts the page together."""

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; \
style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>datakit profile</title><style nonce="{nonce}">{css}</style></head>
<body><main id="page"></main>
<script type="application/json" id="data" nonce="{nonce}">{data}</script>
<script nonce="{nonce}">{js}</script></body></html>
"""


def write_html(profile: Profile, card: Mapping[str, Score], file: Path) -> None:
    """Write the report of a profile.

    Parameters
    ----------
    profile, card
        A profile and its scores.
    file
        Where to; written whole or not at all.
    """
    from datakit.profiles.files import atomic

    assets = resources.files("datakit.reports")
    data = report_data(profile, card)
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    # What UTF-8 cannot hold (lone surrogates) becomes an escape of JSON.
    text = text.encode("utf-8", "backslashreplace").decode()
    # Nothing in the data can end the element or begin another one.
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    page = _PAGE.format(
        nonce=hashlib.sha256(text.encode()).hexdigest()[:32],
        css=assets.joinpath("report.css").read_text(encoding="utf-8"),
        js="\n".join(assets.joinpath(name).read_text(encoding="utf-8") for name in _SCRIPTS),
        data=text,
    )
    with atomic(file) as temporary:
        temporary.write_text(page, encoding="utf-8")
