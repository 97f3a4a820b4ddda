"""The page that a demo ends with: every step in short, and links to the reports."""

from __future__ import annotations

import base64
import hashlib
import io
import os
from collections.abc import Iterable, Mapping
from html import escape
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datakit.cli.demo_corpus import DIRTY, HELD, OTHERS, SIDE

if TYPE_CHECKING:
    from datakit.curation.plan import Plan
    from datakit.gates.decision import Decision
    from datakit.reports.bench_data_saved import SavedBench

__all__ = ["write_index"]

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; \
style-src 'nonce-{nonce}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>datakit demo</title><style nonce="{nonce}">{css}{own}</style></head>
<body><main class="bench demo">{body}</main></body></html>
"""

_OWN = """
.demo a{color:var(--accent)}.demo h2 span{color:var(--soft);font-weight:400;margin-right:8px}
.demo p{margin:0 0 12px;max-width:62em}.demo p:last-child{margin:0}
.demo p.open{font-weight:600;margin:16px 0 0}.demo .two .pixels{margin-bottom:10px}
.demo p.small{margin-top:10px}.demo .sample-grids{margin-top:14px}
.demo pre{margin:0 0 12px;white-space:pre-wrap;overflow-wrap:anywhere;\
font:12.5px/1.6 ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;color:var(--soft)}
.demo table.issues td,.demo table.issues th{padding-top:3px;padding-bottom:3px}
.demo .two{align-items:start;gap:28px}
"""

_IN_A_ROW, _ROWS = 16, 6
_UNREADABLE = 0xC8
_LEVELS = {"helps": "good", "hurts": "bad"}


def write_index(
    folder: Path,
    found: Mapping[str, Any],
    plan: Plan,
    decisions: tuple[Decision, Decision],
    saved: SavedBench,
) -> Path:
    """Write ``index.html``: one page without scripts, that opens offline.

    Parameters
    ----------
    folder
        Of the demo.
    found
        The JSON object of the command.
    plan
        Of the curation.
    decisions
        Of the gate, on the dirty and on the curated corpus.
    saved
        The benchmark.
    """
    from datakit.profiles.files import atomic

    bench = Path(os.path.relpath(saved.folder, folder)).as_posix()
    parts = [
        "<h1>From a dirty corpus to a trained model</h1>",
        '<div class="meta">datakit demo: handwritten digits, spoilt in known ways</div>',
        _verdict(saved, bench),
        _corpus(folder, found),
        _profile(found),
        _gate(3, "Good enough to train on?", f"{DIRTY}.profile", decisions[0]),
        _curate(folder, found, plan),
        _gate(5, "And now?", "curated.profile", decisions[1]),
        _models(saved, bench),
    ]
    body = "\n".join(parts)
    css = resources.files("datakit.reports").joinpath("report.css").read_text(encoding="utf-8")
    nonce = hashlib.sha256(body.encode()).hexdigest()[:32]
    file = folder / "index.html"
    with atomic(file) as temporary:
        page = _PAGE.format(nonce=nonce, css=css, own=_OWN, body=body)
        temporary.write_text(page, encoding="utf-8")
    return file


def _section(number: int, title: str, command: str, *content: str) -> str:
    told = f"<pre>$ {escape(command)}</pre>" if command else ""
    inside = "".join(content)
    return f'<h2><span>{number}</span>{title}</h2><div class="card">{told}{inside}</div>'


def _link(href: str, text: str) -> str:
    return f'<p class="open"><a href="{escape(href, quote=True)}">{escape(text)} →</a></p>'


def _picture(png: str, told: str) -> str:
    return f'<img class="pixels" src="data:image/png;base64,{png}" alt="{escape(told)}">'


def _verdict(saved: SavedBench, bench: str) -> str:
    from datakit.reports.bench_data_saved import HEADLINES

    verdict = saved.effect.verdict
    level = _LEVELS.get(verdict, "none")
    return (
        f'<div class="card hero is-{level}"><div class="headline {level}">'
        f'{escape(HEADLINES[verdict])}</div><p class="figures">{escape(saved.figures)}</p>'
        + "".join(f'<p class="note">{escape(reason)}</p>' for reason in saved.effect.reasons)
        + _link(f"{bench}/report.html", "the benchmark's report")
        + "</div>"
    )


def _corpus(folder: Path, found: Mapping[str, Any]) -> str:
    n_held = sum(1 for _ in (folder / HELD).iterdir())
    left = f"<p><b>{found['corpus']['n_samples']:,} files</b> in {DIRTY}/, some of them spoilt</p>"
    right = f"<p><b>{n_held:,} files</b> in {HELD}/, clean: no model is trained on them</p>"
    pictures = (
        _picture(_sheet(sorted((folder / DIRTY).rglob("*.*g"))), "images of the dirty corpus"),
        _picture(_sheet(sorted((folder / HELD).iterdir())), "images of the hold-out"),
    )
    sides = "".join(
        f"<div>{picture}{text}</div>" for picture, text in zip(pictures, (left, right), strict=True)
    )
    return _section(1, "A corpus, spoilt", "", f'<div class="two">{sides}</div>')


def _profile(found: Mapping[str, Any]) -> str:
    rows = [
        (issue.replace("_", " "), counts["planted"], counts["found"], counts["others"])
        for issue, counts in found["planted"].items()
    ]
    foreign = found["foreign"]
    rows.append(("(photographs)", foreign["planted"], foreign["found"], 0))
    head = '<tr><th>issue</th><th class="r">planted</th><th class="r">found</th>'
    head += '<th class="r">others found</th></tr>'
    lines = "".join(
        f'<tr><td>{escape(name)}</td><td class="r">{planted:,}</td>'
        f'<td class="r {"good" if hit == planted else "fair"}">{hit:,}</td>'
        f'<td class="r">{other or ""}</td></tr>'
        for name, planted, hit, other in rows
    )
    told = f'<p class="small">{escape(OTHERS)}</p>'
    return _section(
        *(2, "What is in it?", f"datakit profile {DIRTY}"),
        f'<table class="issues">{head}{lines}</table>{told}',
        _link(f"{DIRTY}.profile/report.html", "the profile's report"),
    )


def _gate(number: int, title: str, profile: str, decision: Decision) -> str:
    from datakit.gates.formats.phrases import label, measured, summary, worst_first

    level = "good" if decision.passed else "bad"
    rows = "".join(
        f'<tr><td class="{"bad" if label(v) in ("FAILED", "ERROR") else "fair"}">{label(v)}</td>'
        f"<td>{escape(v.rule)}</td><td>{escape(measured(v))}</td></tr>"
        for v in worst_first(decision)
        if v.outcome != "passed"
    )
    told = f'<p><b class="{level}">{decision.decision}</b> · {escape(summary(decision))}</p>'
    table = f'<table class="issues">{rows}</table>' if rows else ""
    return _section(number, title, f"datakit gate {profile}", told, table)


def _curate(folder: Path, found: Mapping[str, Any], plan: Plan) -> str:
    made = found["curate"]
    told = f"<p><b>{made['n_in']:,} in, {made['n_out']:,} out</b></p>"
    files = sorted(
        path for path in (folder / "curated").rglob("*.*g") if path.parent.name.isdigit()
    )
    summary = plan.summary()
    rows = ""
    for edit, name in (("drop", "dropped"), ("change", "repaired")):
        rows += (
            f'<tr><td class="r"><b>{summary["edits"][edit]:,}</b></td><td><b>{name}</b></td></tr>'
        )
        for reason, n in summary["reasons"].get(edit, {}).items():
            rows += f'<tr><td class="r">{n:,}</td><td>{escape(reason)}</td></tr>'
    return _section(
        *(4, "Make it better", f"datakit curate {DIRTY}.profile -o curated"),
        told,
        f'<div class="two"><div>{_picture(_sheet(files), "images of the curated corpus")}</div>',
        f'<div><table class="issues">{rows}</table></div></div>',
        _link("curated/report.html", "before and after: the curation's report"),
    )


def _models(saved: SavedBench, bench: str) -> str:
    from datakit.reports.bench_data_shown import grids, typical_seed

    figures = []
    for grid in grids(saved, typical_seed(saved)):
        arm, value = grid["arm"], grid["value"]
        name = "held-out, real" if arm == "holdout" else f"trained on {arm}"
        valued = "" if value is None else f'<span class="small">· {value:.3g}</span>'
        picture = _picture(grid["picture"], name)
        caption = f"<figcaption><b>{escape(name)}</b> {valued}</figcaption>"
        figures.append(f"<figure>{caption}{picture}</figure>")
    told = (
        f'<p class="small">What the models of one seed make. The figure is the '
        f"{escape(saved.metric_name)}: lower is nearer to the held-out digits.</p>"
    )
    return _section(
        *(6, "Did that help a model?", f"datakit bench {DIRTY} curated --holdout {HELD}"),
        told,
        f'<div class="sample-grids">{"".join(figures)}</div>',
        _link(f"{bench}/report.html", "every run, interval and curve: the benchmark's report"),
    )


def _sheet(files: Iterable[Path]) -> str:
    """Some of the images, evenly picked, as one picture in base64."""
    import numpy as np
    from PIL import Image

    known = list(files)
    n = _IN_A_ROW * _ROWS
    rows = np.unique(np.linspace(0, len(known) - 1, min(n, len(known))).round().astype(int))
    sheet = Image.new("L", (_IN_A_ROW * SIDE, _ROWS * SIDE), 255)
    for place, row in enumerate(rows.tolist()):
        y, x = divmod(place, _IN_A_ROW)
        try:
            with Image.open(known[row]) as image:
                tile = image.convert("L").resize((SIDE, SIDE))
        except (OSError, SyntaxError):
            tile = Image.new("L", (SIDE, SIDE), _UNREADABLE)
        sheet.paste(tile, (x * SIDE, y * SIDE))
    buffer = io.BytesIO()
    sheet.save(buffer, "PNG", optimize=True)
    return base64.b64encode(buffer.getvalue()).decode()
