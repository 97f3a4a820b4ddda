import json
import re
import shutil
import subprocess

import numpy as np
import pytest
from conftest import encoded, textured
from PIL import Image
from rich.console import Console

import datakit as dk
from datakit.reports.atlas import build_atlas
from datakit.reports.terminal import print_profile

PAYLOADS = (
    '"><img src=x onerror=document.title="pwned">.png',
    "<script>document.title='pwned'<script>.png",
    "[bold red]x[-].png",
    "line\nbreak\x1b[31m.png",
)


@pytest.fixture
def nasty(tmp_path):
    root = tmp_path / "<b>corpus"
    root.mkdir()
    for i, name in enumerate(PAYLOADS):
        (root / name).write_bytes(encoded(textured(i % 2, (64, 64))))
        caption = "</script><script>document.title='pwned'</script>"
        (root / name.replace(".png", ".txt")).write_text(caption)
    return dk.profile(root, tmp_path / "p.profile", workers=0, encoder="pixels")


def test_names_are_data_never_markup(nasty):
    page = (nasty.path / "report.html").read_text()
    for payload in ("<img src=x", "<script>document", "<b>corpus"):
        assert payload not in page
    assert "default-src 'none'" in page
    data = re.search(r'<script type="application/json"[^>]*>(.*?)</script>', page, re.S).group(1)
    shown = json.loads(data)
    assert {
        item["path"] for i in shown["issues"] for g in i.get("groups", ()) for item in g
    } == set(PAYLOADS)


@pytest.mark.skipif(not shutil.which("chromium"), reason="chromium is not installed")
def test_a_browser_runs_no_payload_and_draws_the_page(nasty, tmp_path):
    command = [
        "chromium",
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        f"--user-data-dir={tmp_path / 'browser'}",
        "--virtual-time-budget=4000",
        "--dump-dom",
        f"file://{nasty.path / 'report.html'}",
    ]
    dom = subprocess.run(command, capture_output=True, text=True, timeout=120).stdout
    assert "<title>datakit profile</title>" in dom
    assert "Scorecard" in dom
    assert "exact duplicate" in dom


def test_the_page_stays_small(tmp_path):
    rng = np.random.default_rng(0)
    noise = [Image.fromarray(rng.integers(0, 256, (96, 96, 3), np.uint8)) for _ in range(400)]
    items = [(f"{i:04d}", encoded(image, "JPEG", quality=95)) for i, image in enumerate(noise)]
    profile = dk.profile(items, tmp_path / "p.profile", workers=0, encoder="pixels")
    assert (profile.path / "report.html").stat().st_size < 5_000_000
    atlas = build_atlas({f"{k}/{name}": data for name, data in items for k in range(3)})
    assert len(atlas.places) == 1200
    assert len(atlas.source) < 4_000_000


@pytest.mark.parametrize("data", [b"", b"junk"])
def test_a_corpus_without_a_readable_image_has_a_report(tmp_path, data):
    profile = dk.profile([("a.jpg", data)], tmp_path / "p.profile", workers=0)
    assert profile.scores["diversity"] == {"value": None, "reason": "no sample can be read"}
    assert (profile.path / "report.html").exists()


def test_the_terminal_obeys_no_file_name(nasty):
    console = Console(width=100, record=True, color_system=None, file=open("/dev/null", "w"))  # noqa: SIM115
    print_profile(nasty, 1.0, console)
    text = console.export_text()
    assert "\x1b[31m" not in text
    assert "exact_duplicate" in text
    assert "completeness" in text
    console.file.close()


def test_a_report_can_be_written_again_without_the_corpus(nasty, tmp_path):
    first = (nasty.path / "report.html").read_bytes()
    shutil.rmtree(tmp_path / "<b>corpus")
    again = dk.report(nasty.path, tmp_path / "again.html")
    assert again.read_bytes() == first
