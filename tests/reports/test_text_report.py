import html
import json
import random
import re
import shutil
import subprocess

import pytest
from rich.console import Console

import datakit as dk
from datakit.reports.terminal import print_profile

PAYLOADS = (
    "</script><img src=x onerror=document.title='pwned'>",
    '"><script>document.title="pwned"</script>',
    "<!--<script>document.title='pwned'</script>",
    "<svg onload=document.title='pwned'></mark></p></div>",
)


def text_of(seed, n_words=200):
    rng = random.Random(seed)
    return " ".join(f"word{rng.randrange(3000)}" for _ in range(n_words)) + "."


def shown_data(page):
    data = re.search(r'<script type="application/json"[^>]*>(.*?)</script>', page, re.S).group(1)
    return json.loads(data)


@pytest.fixture(scope="module")
def nasty(tmp_path_factory):
    root = tmp_path_factory.mktemp("nasty") / "<b>corpus"
    root.mkdir()
    for i, payload in enumerate(PAYLOADS):
        body = f"{payload} \x00\x07\u202e{payload}\u2066{chr(1) * 40} {text_of(i)}"
        (root / f"<img src=x{i}>.txt").write_bytes(body.encode())
        (root / f"copy{i}.txt").write_bytes((body + " more words at the end").encode())
        (root / f"exact{i}.txt").write_bytes(body.upper().encode())
        (root / f"\u202elabel<script>{i}.txt").write_bytes(b"")
    for i in range(12):
        line = "<script>document.title='pwned'</script> a line that all of them share"
        (root / f"line{i}.txt").write_text(f"{text_of(i + 50)}\n{line}\n{text_of(i + 80)}")
    (root / "arabic.txt").write_text("مرحبا بالعالم، هذا نص عربي. \u202eabc\u202c " * 20)
    profile = dk.profile(root, root.parent / "p.profile", workers=0)
    return profile, (profile.path / "report.html").read_text(encoding="utf-8")


def test_documents_are_data_never_markup(nasty):
    _, page = nasty
    for payload in (*PAYLOADS, "<img src=x", "<script>document", "<b>corpus", "<svg"):
        assert payload not in page
    assert page.count("</script>") == 2
    assert "default-src 'none'" in page
    for control in ("\x00", "\x07", "\u202e", "\u2066"):
        assert control not in page


def test_the_page_shows_documents_copies_and_lines(nasty):
    profile, page = nasty
    shown = shown_data(page)
    issues = {entry["name"]: entry for entry in shown["issues"]}
    assert set(issues) == set(profile.issues["issue"])
    assert {"near_duplicate", "exact_duplicate", "control_characters", "empty"} <= set(issues)
    group = issues["near_duplicate"]["groups"][0]
    assert {kind for kind, _ in group["diff"]} >= {"=", "+"} or "-" in dict(group["diff"])
    notes = [note for _, note in issues["exact_duplicate"]["groups"][0]["members"]]
    assert "differs in case" in notes
    card = issues["control_characters"]["items"][0]
    assert "␀" in "".join(card["text"][1::2])
    assert card["why"].startswith("control rate ")
    assert shown["lines"][0]["n"] == 12
    assert "a line that all of them share" in shown["lines"][0]["text"]
    assert shown["map"]["text"]


@pytest.mark.skipif(not shutil.which("chromium"), reason="chromium is not installed")
def test_a_browser_runs_no_payload_and_draws_the_documents(nasty, tmp_path):
    profile, _ = nasty
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
        f"file://{profile.path / 'report.html'}",
    ]
    dom = subprocess.run(command, capture_output=True, text=True, timeout=120).stdout
    assert "<title>datakit profile</title>" in dom
    main = dom[dom.index('<main id="page"') : dom.index("</main>")]
    for title in ("Scorecard", "Distributions", "Lines that many documents share", "Galleries"):
        assert title in main
    assert "<mark>" in main
    assert "<ins>" in main or "<del>" in main
    assert 'dir="auto"' in main
    assert html.escape(PAYLOADS[0], quote=False) in main
    assert "<img" not in main
    assert "<script" not in main


def test_the_terminal_counts_documents(nasty):
    profile, _ = nasty
    console = Console(width=120, record=True, color_system=None, file=open("/dev/null", "w"))  # noqa: SIM115
    print_profile(profile, 1.0, console)
    text = console.export_text()
    console.file.close()
    assert "documents" in text
    assert "images" not in text
    assert "\u202e" not in text
    assert "Drop 4 empty documents" in text or "Next" in text


def test_a_text_report_is_written_again_without_the_corpus(nasty, tmp_path):
    profile, page = nasty
    again = dk.report(profile.path, tmp_path / "again.html")
    assert again.read_text(encoding="utf-8") == page


def test_the_page_of_long_documents_stays_small(tmp_path):
    rng = random.Random(0)
    alphabet = [chr(0x20000 + i) for i in range(2_000)]  # four bytes each
    items = []
    for i in range(2_000):
        body = "".join(rng.choices(alphabet, k=500))  # more than an excerpt shows
        if i % 4 == 1:
            body = items[-1][1] + body[:60]
        if i % 5 == 0:
            body = f"<p>{body}</p><b>a</b>\x00\x01\x02\x03 write to j{i}@example-mail.org\n" * 2
        items.append((f"{'𠀀' * 50}/{i:05d}.txt", body))
    profile = dk.profile(items, tmp_path / "p.profile", workers=0)
    assert (profile.path / "report.html").stat().st_size < 5_000_000
    assert len(profile.excerpts) > 2_000


@pytest.mark.parametrize("data", [b"", b"\x00\xff\xfe\xfa" * 50, b"Hello."])
def test_a_corpus_of_one_document_has_a_report(tmp_path, data):
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.txt").write_bytes(data)
    profile = dk.profile(tmp_path / "corpus", tmp_path / "p.profile", workers=0)
    assert profile.modality == "text"
    assert (profile.path / "report.html").exists()
