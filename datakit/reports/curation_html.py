"""The page "before and after" of a curated corpus."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from datakit.reports.curation_data import curation_data
from datakit.reports.page import write_page

if TYPE_CHECKING:
    from datakit.curation.curated import Curated
    from datakit.profiles.profile import Profile

__all__ = ["write_curation_html"]

_SCRIPTS = ("report.js", "texts.js", "curation_samples.js", "curation_page.js")


def write_curation_html(before: Profile, after: Profile, curated: Curated, path: Path) -> None:
    """Write what curation did to a corpus: counts, scores, issues, reasons, and samples.

    Pictures and texts are read from the curated corpus, and from the original one where it is
    still there and unchanged; otherwise what the profile has of it is shown.

    Parameters
    ----------
    before, after
        Profiles of the original and of the curated corpus.
    curated
        The curated corpus.
    path
        Where to; written whole or not at all.
    """
    data = {
        "modality": before.modality,
        "version": after.manifest["datakit"],
        "atlas": None,
        "curation": curation_data(before, after, curated),
    }
    write_page("datakit curation", data, _SCRIPTS, path)
