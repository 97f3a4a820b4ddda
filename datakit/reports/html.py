"""The HTML report of a profile."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datakit.reports.page import write_page
from datakit.reports.report_data import report_data

if TYPE_CHECKING:
    from datakit.profiles.profile import Profile
    from datakit.validators.score import Score

__all__ = ["write_html"]

_SCRIPTS = ("report.js", "texts.js", "comparison.js", "page.js")
"""Tools and pictures, documents, a comparison, and what puts the page together."""


def write_html(
    profile: Profile,
    card: Mapping[str, Score],
    file: Path,
    comparison: Mapping[str, Any] | None = None,
) -> None:
    """Write the report of a profile.

    Parameters
    ----------
    profile, card
        A profile and its scores.
    file
        Where to; written whole or not at all.
    comparison
        What `comparison_data` made of the profile and its reference, where there is one.
    """
    data = report_data(profile, card) | {"comparison": comparison}
    write_page("datakit profile", data, _SCRIPTS, file)
