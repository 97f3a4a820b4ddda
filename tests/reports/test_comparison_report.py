import json
import re
import shutil
import subprocess

import pytest
from conftest import encoded, textured
from rich.console import Console

import datakit as dk
from datakit.reports.terminal_comparison import print_comparison

HOSTILE = '"><img src=x onerror=document.title="pwned">'
LABEL = "<script>document.title='pwned'<script>\x1b[31m[bold]"


def pictures(root, labels, n, begin):
    for i in range(n):
        folder = root / labels[i % len(labels)]
        folder.mkdir(parents=True, exist_ok=True)
        name = f"{HOSTILE}{begin + i:03d}.png"
        (folder / name).write_bytes(encoded(textured(begin + i, (32, 32))))
    return root


@pytest.fixture(scope="module")
def nasty(tmp_path_factory):
    root = tmp_path_factory.mktemp("nasty")
    a = pictures(root / "<b>a", [LABEL, "dog"], 60, 0)
    b = pictures(root / "<i>b", ["dog"], 60, 100)
    out = root / "out"
    found = dk.compare(a, b, out, encoder="pixels", workers=0)
    profile = dk.profile(b, root / "b.profile", encoder="pixels", workers=0)
    report = dk.profile(a, root / "a.profile", reference=profile, encoder="pixels", workers=0)
    return found, out / "comparison.html", report.path / "report.html"


def data_of(page):
    return json.loads(
        re.search(r'<script type="application/json"[^>]*>(.*?)</script>', page, re.S).group(1)
    )


def test_names_are_data_never_markup(nasty):
    _, comparison, report = nasty
    for file in (comparison, report):
        page = file.read_text()
        for payload in ("<img src=x", "<script>document", "<b>a", "<i>b"):
            assert payload not in page
        assert "default-src 'none'" in page
        shown = data_of(page)["comparison"]
        assert any("onerror" in x["path"] for s in shown["slices"] for x in s["examples"])
        assert any("document.title" in s["name"] for s in shown["slices"])


def test_both_pages_show_the_same_comparison(nasty):
    _, *files = nasty
    first, second = (data_of(file.read_text())["comparison"] for file in files)
    assert first == second
    assert first["atlas"]["src"].startswith("data:image/jpeg")


def test_a_report_without_a_reference_has_no_comparison(tmp_path):
    profile = dk.profile(["A text.", "Another."], tmp_path / "p", encoder="none", workers=0)
    assert data_of((profile.path / "report.html").read_text())["comparison"] is None


@pytest.mark.skipif(not shutil.which("chromium"), reason="chromium is not installed")
def test_a_browser_runs_no_payload_and_draws_the_pages(nasty, tmp_path):
    _, *files = nasty
    for file, title in zip(files, ("datakit comparison", "datakit profile"), strict=True):
        command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"]
        command += ["--disable-background-networking", "--disable-component-update"]
        command += ["--disable-sync", f"--user-data-dir={tmp_path / 'browser'}"]
        command += ["--virtual-time-budget=4000", "--dump-dom", f"file://{file}"]
        dom = subprocess.run(command, capture_output=True, text=True, timeout=120).stdout
        assert f"<title>{title}</title>" in dom
        for word in ("Scores side by side", "Slices of other size", "Without a counterpart"):
            assert word in dom, word


def test_the_terminal_obeys_no_name_and_shows_what_differs(nasty, tmp_path):
    found, *_ = nasty
    with (tmp_path / "log").open("w") as file:
        console = Console(width=80, record=True, color_system=None, file=file)
        print_comparison(found, 1.0, "somewhere", console)
        text = console.export_text()
    assert "\x1b[31m" not in text
    assert "[bold]" in text
    assert found.shifted
    assert "is new" in text
    assert "somewhere/comparison.html" in text
    assert max(map(len, text.splitlines())) <= 80
