"""The page of a benchmark."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

from datakit.reports.bench_data import bench_data
from datakit.reports.bench_data_saved import read_bench
from datakit.reports.page import write_page

__all__ = ["write_bench_html"]

_SCRIPTS = ("report.js", "texts.js", "bench_page.js")


def write_bench_html(folder: Path) -> Path:
    """Write ``report.html`` of a finished benchmark, from what is saved in its folder.

    Parameters
    ----------
    folder
        Of one benchmark.

    Returns
    -------
    Path
        The page; written whole or not at all.

    Raises
    ------
    InputError
        There is no finished benchmark in the folder.
    """
    bench = read_bench(folder)
    data = {
        "modality": "text" if bench.config["model"] == "lm" else "image",
        "version": version("datakit"),
        "atlas": None,
        "bench": bench_data(bench),
    }
    file = folder / "report.html"
    write_page("datakit bench", data, _SCRIPTS, file)
    return file
