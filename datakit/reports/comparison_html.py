"""The files of a comparison: comparison.html and comparison.json."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from datakit.comparisons.comparison import Comparison
from datakit.profiles.files import write_json
from datakit.reports.comparison_data import comparison_data
from datakit.reports.page import write_page

if TYPE_CHECKING:
    from datakit.profiles.profile import Profile

__all__ = ["write_comparison"]

_SCRIPTS = ("report.js", "texts.js", "comparison.js", "comparison_page.js")


def write_comparison(comparison: Comparison, a: Profile, b: Profile, folder: Path) -> None:
    """Write both files.

    Parameters
    ----------
    comparison
        Of a with b.
    a, b
        The profiles, for thumbnails and excerpts.
    folder
        Where to; made where it is not there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    data = {
        "modality": comparison.modality,
        "version": a.manifest["datakit"],
        "atlas": None,
        "comparison": comparison_data(comparison, a, b),
    }
    write_page("datakit comparison", data, _SCRIPTS, folder / "comparison.html")
    write_json(folder / "comparison.json", comparison.to_json())
