"""Great Expectations' own pages of what it found (Data Docs), so that they open offline.

As rendered by GX 1.24 the pages load seventeen files from seven hosts, put a time stamp and the
context's id into the address of a logo, leave their table of contents to scripts, and run a file
named ``<script>``, since sampled values are not escaped. Here the page keeps its words and tables
only: scripts, remote loads and times are taken out, values are escaped, and a
content security policy forbids the browser whatever might be left.
"""

from __future__ import annotations

import html
import json
import logging
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datakit.errors import InputError
from datakit.gates.formats.shown import shown

if TYPE_CHECKING:
    from great_expectations.core.expectation_validation_result import (
        ExpectationSuiteValidationResult,
    )

__all__ = ["write_data_docs"]

_SHOWN_VALUES = 20
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_LISTS = (
    "unexpected_index_list",
    "unexpected_index_query",
    "unexpected_list",
    "partial_unexpected_index_list",
    "partial_unexpected_counts",
)
"""Every position of every row: of no use to a reader, and of any size."""

_ACTIVE = re.compile(
    r"\son\w+=\"[^\"]*\"|<script\b.*?</script>|<style\b.*?</style>|<footer\b.*?</footer>|<link\b[^>]*>|<img\b[^>]*>",
    re.DOTALL | re.IGNORECASE,
)
_STAND_INS = {ord(c): 0xE000 + i for i, c in enumerate("<>&\"'")}
"""GX escapes some values and not others. Private characters pass all of it unchanged, and become
entities at the end; in the values themselves they cannot be, as `shown` writes them as escapes."""

_ENTITIES = {0xE000 + i: html.escape(c) for i, c in enumerate("<>&\"'")}


def write_data_docs(
    results: Mapping[str, ExpectationSuiteValidationResult],
    out: Path,
    unjudged: Mapping[str, str] | None = None,
) -> Path:
    """Write one page for each table that was judged, and an index.

    The same results give the same bytes. Files of other names in the folder stay.

    Parameters
    ----------
    results
        Name of a table ("samples", "corpus") -> what GX found. At most twenty of the
        ``partial_unexpected_list`` of a result are shown.
    out
        The folder; it is made where it is not there.
    unjudged
        Rule -> why it judged nothing. GX knows nothing of these; the index names them.

    Returns
    -------
    Path
        The index, ``out/index.html``.

    Raises
    ------
    InputError
        The folder cannot be written.
    """
    pages = {f"{name}.html": _page(name, result) for name, result in results.items()}
    pages["index.html"] = _index(results, unjudged or {})
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in pages.items():
            part = out / f".{name}.part"
            part.write_text(text, encoding="utf-8")
            part.replace(out / name)
    except OSError as error:
        raise InputError(
            f"--data-docs {out} cannot be written ({error.strerror}): give another folder"
        ) from error
    return out / "index.html"


def _page(name: str, result: ExpectationSuiteValidationResult) -> str:
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    from great_expectations.core.expectation_validation_result import (
        expectationSuiteValidationResultSchema,
    )
    from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer
    from great_expectations.render.view.view import DefaultJinjaPageView

    view: Any = DefaultJinjaPageView()
    renderer: Any = ValidationResultsPageRenderer()
    shielded = expectationSuiteValidationResultSchema.load(_shielded(name, result))
    with _quiet():
        page = view.render(renderer.render(shielded))
    return _offline(page).translate(_ENTITIES)


def _shielded(name: str, result: Any) -> dict[str, Any]:
    """A copy in plain JSON: numpy's numbers break GX's renderers, times change every run."""
    found: dict[str, Any] = json.loads(json.dumps(result.to_json_dict(), default=_plain))
    version = found["meta"].get("great_expectations_version")
    found["meta"] = {
        "great_expectations_version": version,
        "batch_spec": {"data_asset_name": name},
        "run_id": {"run_name": "datakit gate"},
    }
    for one in found["results"]:
        _name_rule(one["expectation_config"])
        details = one["result"].get("details")
        for part in (one["result"], details if isinstance(details, dict) else {}):
            for key in _LISTS:
                part.pop(key, None)
        values = one["result"].get("partial_unexpected_list")
        if values:
            one["result"]["partial_unexpected_list"] = values[:_SHOWN_VALUES]
        _drop_tracebacks(one.get("exception_info"))
    copy: dict[str, Any] = _without_marks(found)
    return copy


def _name_rule(config: dict[str, Any]) -> None:
    """A rule's own words replace those that GX makes of its arguments: name it, and keep both."""
    config["kwargs"].pop("batch_id", None)
    rule, words = config["meta"].get("id"), config.get("description")
    if rule and words:
        arguments = ", ".join(f"{name}: {value}" for name, value in config["kwargs"].items())
        config["description"] = f"{rule}: {words} ({arguments})"


def _drop_tracebacks(info: Any) -> None:
    """They name the machine's folders; the message says what was wrong."""
    if isinstance(info, dict):
        if info.get("exception_traceback"):
            info["exception_traceback"] = ""
        for value in info.values():
            _drop_tracebacks(value)


def _without_marks(value: Any) -> Any:
    if isinstance(value, str):
        return shown(value).translate(_STAND_INS)
    if isinstance(value, list):
        return [_without_marks(item) for item in value]
    if isinstance(value, dict):
        return {_without_marks(key): _without_marks(item) for key, item in value.items()}
    return value


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else str(value)


def _offline(page: str) -> str:
    page = _ACTIVE.sub("", page)
    page = re.sub(r'<a href="[./]*/expectations/[^"]*"[^>]*>(.*?)</a>', r"\1", page)
    page = re.sub(r'href="[./]*/index\.html"', 'href="index.html"', page)
    page = re.sub(r"-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "", page)  # drawn for every run
    page = re.sub(r"<div class=\"float-left navbar-brand.*?</div>", "", page, flags=re.DOTALL)
    page = re.sub(r"[ \t]*\n(\s*\n)*", "\n", page)
    page = page.replace(" / __none__", "")  # the run's time
    return page.replace("<head>", _head("Data Docs"), 1)


def _head(title: str) -> str:
    style = (Path(__file__).parent / "data_docs.css").read_text(encoding="utf-8")
    policy = f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    return (
        f'<head>\n<meta charset="utf-8">\n{policy}\n<title>{title}</title>\n<style>{style}</style>'
    )


def _index(
    results: Mapping[str, ExpectationSuiteValidationResult], unjudged: Mapping[str, str]
) -> str:
    rows = []
    for name, result in results.items():
        failed = sum(not one.success for one in result.results)
        n = len(result.results)
        mark = "fa-times text-danger" if failed else "fa-check-circle text-success"
        rows.append(
            f'<tr><td><a href="{html.escape(name)}.html">{html.escape(name)}</a></td>'
            f'<td><i class="{mark}"></i></td><td>{n - failed} of {n} expectations met</td></tr>'
        )
    rows += [
        f"<tr><td>{html.escape(shown(rule))}</td><td></td>"
        f"<td>not judged: {html.escape(shown(reason))}</td></tr>"
        for rule, reason in unjudged.items()
    ]
    table = "\n".join(rows)
    body = (
        f"<main><h4>Great Expectations: validation results</h4>\n<table>\n{table}\n</table></main>"
    )
    return f"<!DOCTYPE html>\n<html>\n{_head('Data Docs')}\n</head>\n<body>{body}</body>\n</html>\n"


@contextmanager
def _quiet() -> Iterator[None]:
    """An expectation without a renderer costs its row of the page, not a traceback on stderr."""
    logger = logging.getLogger("great_expectations")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(level)
