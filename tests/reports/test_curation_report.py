import base64
import hashlib
import io
import json
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import encoded, textured
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from rich.console import Console

import datakit as dk
from datakit.curation.curated import Curated
from datakit.curation.plan import Plan
from datakit.reports.curation_choice import choose, spread
from datakit.reports.curation_html import write_curation_html
from datakit.reports.curation_shown import changes
from datakit.reports.terminal_curation import print_curation

HOSTILE = '"><img src=x onerror=document.title="pwned">'
SCRIPT = "</script><script>document.title='pwned'</script>"
RECIPE = f"# Left alone: {SCRIPT}.\nschema: 1\nmodality: MODALITY\nseed: 0\nclean:\n  - STEP\n"
STEPS = {"image": "orient", "text": "mask_pii"}
SECRET = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"


def sha(data):
    return hashlib.sha256(data).hexdigest()


def curated_by_hand(root, files, became, modality, suffix):
    """A curated corpus without `apply`: files by name; became: name -> (edit, reason, evidence,
    outputs), outputs a list of (name, bytes, edits, seed)."""
    before_path = root / "<b>before"
    before_path.mkdir(parents=True)
    for name, data in files.items():
        (before_path / name).write_bytes(data)
    before = dk.profile(before_path, root / "before.profile", encoder="none", workers=0)
    out = root / "out"
    out.mkdir()
    rows, lineage = [], []
    for name, data in sorted(files.items()):
        edit, reason, evidence, outputs = became[name]
        steps = [STEPS[modality]] if edit in ("change", "repeat") else []
        steps += [f"copies:{len(outputs)}"] if edit == "repeat" else []
        rows.append([name, name, edit, reason, evidence, steps, sha(data)])
        for new, result, edits, seed in outputs:
            (out / new).write_bytes(result)
            lineage.append([new, new, [name], edits, reason, seed, sha(data), sha(result)])
    names = ["sample_id", "path", "edit", "reason", "evidence", "steps", "content_hash"]
    recipe = RECIPE.replace("MODALITY", modality).replace("STEP", STEPS[modality])
    table = pd.DataFrame(rows, columns=names)
    plan = Plan(table, recipe, modality, str(before_path), str(before.path), "", 0)
    plan.write(out / "plan.parquet")
    columns = ["sample_id", "path", "parents", "edits", "reason", "seed"]
    made = pd.DataFrame(lineage, columns=[*columns, "hash_before", "hash_after"])
    made["seed"] = made["seed"].astype("Int64")
    made.sort_values("sample_id").to_parquet(out / "lineage.parquet")
    facts = {"schema": 1, "layout": "folder", "modality": modality, "data": [], "key": {}}
    facts |= {"n_in": len(files), "n_out": len(lineage)}
    (out / "curation.json").write_text(json.dumps(facts))
    after = dk.profile(Curated(out), root / "out.profile", encoder="none", workers=0)
    return before, after, Curated(out)


def page_of(made):
    file = made[2].path / "report.html"
    write_curation_html(*made, file)
    return file.read_text(encoding="utf-8")


def data_of(page):
    return json.loads(
        re.search(r'<script type="application/json"[^>]*>(.*?)</script>', page, re.S).group(1)
    )["curation"]


def plain(colour, size=(60, 40)):
    return encoded(Image.new("RGB", size, colour))


def colour_of(shown, number):
    image = Image.open(io.BytesIO(base64.b64decode(shown["pictures"][number])))
    return np.asarray(image.convert("RGB")).reshape(-1, 3).mean(0).round().tolist()


def image_corpus(root):
    files, became = {}, {}
    for i in range(6):
        name = f"keep{i}.png"
        files[name] = encoded(textured(i, (48, 32)))
        became[name] = ("keep", "meets the recipe", "", [(name, files[name], [], None)])
    files["red.png"] = plain((250, 0, 0))
    fixed = [("red.png", plain((0, 0, 250)), [f"paint: {HOSTILE}"], None)]
    fixed += [
        (f"red~{k}.png", plain((0, 250, 0)), [f"paint: {HOSTILE}", "flip: x"], 0) for k in (1, 2)
    ]
    became["red.png"] = ("repeat", f"to clean: {SCRIPT}", "", fixed)
    best = "in a, which (similarity b.png"
    files[best] = encoded(textured(70, (48, 32)))
    became[best] = ("keep", "best of its copies", "", [(best, files[best], [], None)])
    files[f"{HOSTILE}copy.png"] = encoded(textured(71, (48, 32)))
    told = f"copy of {best} (similarity 0.912), which has more detail"
    became[f"{HOSTILE}copy.png"] = ("drop", "near copy", told, [])
    files["broken.png"] = b"\x89PNG broken"
    became["broken.png"] = ("drop", SCRIPT, f"unreadable: {HOSTILE}", [])
    return curated_by_hand(root, files, became, "image", ".png")


def text_corpus(root):
    files, became = {}, {}
    for i in range(5):
        text = f"The {i} quick brown foxes jump over {i} lazy dogs again. " * 6
        files[f"keep{i}.txt"] = text.encode()
        became[f"keep{i}.txt"] = (
            "keep", "meets the recipe", "", [(f"keep{i}.txt", text.encode(), [], None)]
        )  # fmt: skip
    before = f"{SCRIPT} Write to jane.doe@example-mail.org now, the key is {SECRET}. \u202e"
    after = f"{SCRIPT} Write to <EMAIL> now, the key is <GITHUB_TOKEN>."
    name = "<img src=x>.txt"
    files[name] = (before + "And so it goes on. " * 20).encode()
    result = (after + " And so it goes on." * 20).encode()
    copy = (after + " And so it goes off." * 20).encode()
    outputs = [(name, result, ["mask_pii: 1 e-mail address replaced"], None)]
    outputs += [("copy.txt", copy, ["mask_pii: 1 e-mail address replaced", "swap: on"], 0)]
    became[name] = ("repeat", "to clean: pii", "", outputs)
    files["gone.txt"] = f"{SCRIPT} jane.doe@example-mail.org".encode()
    became["gone.txt"] = ("drop", HOSTILE, "gibberish: 9", [])
    files["copy0.txt"] = files["keep0.txt"].upper()
    became["copy0.txt"] = ("drop", "exact copy", "copy of keep0.txt", [])
    return curated_by_hand(root, files, became, "text", ".txt")


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    made = image_corpus(tmp_path_factory.mktemp("images"))
    return made, page_of(made)


@pytest.fixture(scope="module")
def texts(tmp_path_factory):
    made = text_corpus(tmp_path_factory.mktemp("texts"))
    return made, page_of(made)


def test_names_reasons_and_texts_are_data_never_markup(images, texts):
    for _, page in (images, texts):
        for payload in ("<img src=x", "<script>document", "<b>before", "\u202e"):
            assert payload not in page
        assert page.count("</script>") == 2
        assert "default-src 'none'" in page
    assert any(r["reason"] == SCRIPT for r in data_of(images[1])["reasons"])
    assert data_of(images[1])["left"] == [f"{SCRIPT}."]


def test_the_numbers_are_those_of_the_plan(images):
    shown = data_of(images[1])
    assert (shown["before"]["n"], shown["after"]["n"]) == (10, 10)
    assert shown["edits"] == {"keep": 7, "drop": 2, "change": 0, "repeat": 1}
    assert (shown["n_changed"], shown["n_augmented"], shown["n_copies"]) == (1, 2, 2)
    assert sum(r["n"] for r in shown["reasons"]) == 10
    unreadable = next(row for row in shown["issues"] if row[0] == "unreadable")
    assert unreadable == ["unreadable", 1, 0.1, 0, 0.0]


def test_pictures_are_those_before_and_after(images):
    shown = data_of(images[1])
    [kind] = shown["changed"]
    [pair] = kind["pairs"]
    assert (kind["name"], pair["edits"]) == ("paint", [f"paint: {HOSTILE}"])
    assert np.allclose(colour_of(shown, pair["a"]), [250, 0, 0], atol=6)
    assert np.allclose(colour_of(shown, pair["b"]), [0, 0, 250], atol=6)
    [one] = shown["copies"]
    assert np.allclose(colour_of(shown, one["picture"]), [0, 0, 250], atol=6)
    assert [copy["edits"] for copy in one["copies"]] == [["flip: x"], ["flip: x"]]
    assert all(
        np.allclose(colour_of(shown, c["picture"]), [0, 250, 0], atol=6) for c in one["copies"]
    )


def test_the_copy_that_stays_is_found_whatever_its_name_is(images):
    [group] = data_of(images[1])["groups"]
    kept, gone = group["members"]
    assert kept["path"] == "in a, which (similarity b.png"
    assert gone["path"] == f"{HOSTILE}copy.png"
    assert gone["why"] == "similarity 0.912, the other has more detail"
    assert None not in (kept["picture"], gone["picture"])


def test_the_same_curation_makes_the_same_page(images):
    made, page = images
    assert page_of(made) == page


def test_what_changed_or_is_gone_is_not_shown_and_nothing_fails(tmp_path):
    made = image_corpus(tmp_path)
    original = Path(made[0].location)
    assert "red.png" in made[0].thumbnails
    (original / "red.png").write_bytes(plain((1, 2, 3)))
    shown = data_of(page_of(made))
    assert np.allclose(colour_of(shown, shown["changed"][0]["pairs"][0]["a"]), [250, 0, 0], atol=6)
    shutil.rmtree(original)
    shown = data_of(page_of(made))
    assert shown["changed"][0]["pairs"][0]["b"] is not None
    (made[0].path / "thumbnails.parquet").unlink()
    bare = data_of(page_of((dk.load(made[0].path), *made[1:])))
    assert bare["changed"][0]["pairs"][0]["a"] is None
    assert bare["edits"] == shown["edits"]


def test_documents_are_compared_word_by_word(texts):
    shown = data_of(texts[1])
    [pair] = shown["changed"][0]["pairs"]
    new = "".join(text for kind, text in pair["diff"] if kind == "+")
    assert "<EMAIL>" in new
    assert "<GITHUB_TOKEN>" in new
    assert shown["copies"][0]["copies"][0]["edits"] == ["swap: on"]
    [group] = shown["groups"]
    assert [m["path"] for m in group["members"]] == ["keep0.txt", "copy0.txt"]
    assert {"-", "+"} <= {kind for kind, _ in group["diff"]}


def test_no_personal_data_and_no_secret_is_on_the_page(texts):
    (before, *_), page = texts
    assert SECRET in (Path(before.location) / "<img src=x>.txt").read_text()
    for private in (SECRET, SECRET[4:20], "jane.doe", "example-mail"):
        assert private not in page


def test_what_only_the_cleaner_found_is_hidden_behind_its_placeholder():
    shown = changes("call the number 5 5 5 now", "call the number <PHONE> now")
    assert "5 5 5" not in str(shown)
    assert ["+", " <PHONE>"] in shown["diff"]


def test_words_keep_the_white_space_of_their_side():
    right = [
        text
        for kind, text in changes("was driving \x07down a road", "was driving down a road")["diff"]
        if kind != "-"
    ]
    assert "".join(right) == "was driving down a road"


def test_white_space_alone_is_shown_as_two_sides():
    assert changes("a  b\n\n\nc", "a b\nc") == {"sides": ["a  b\n\n\nc", "a b\nc"]}


def test_the_end_of_what_is_compared_is_no_difference():
    long = " ".join(f"word{i}" for i in range(6_000))
    shown = changes(f"<p> <p> <p> {long}", long)["diff"]
    assert next(kind for kind, _ in shown if kind != "…") == "-"
    assert not [text for kind, text in shown if kind == "+"]


words = st.lists(st.sampled_from(["a", "b", "cat", "犬", "!", "\n"]), max_size=12).map(" ".join)


@settings(max_examples=60, deadline=None)
@given(words, words)
def test_both_texts_can_be_read_off_their_difference(first, second):
    shown = changes(first, second)
    if "sides" in shown:
        assert shown["sides"] == [first, second]
        assert first.split() == second.split()
        return
    for text, gone in ((first, "+"), (second, "-")):
        read = "".join(piece for kind, piece in shown["diff"] if kind != gone)
        assert "".join(read.split()) == "".join(text.split())


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 500), st.integers(0, 60))
def test_samples_are_spread_over_all(n, most):
    chosen = spread(n, most)
    assert len(chosen) == min(n, most)
    assert len(set(chosen)) == len(chosen)
    assert set(chosen) <= set(range(n))


def test_every_kind_of_change_is_shown(images):
    made, _ = images
    kinds = {"rare": 1, "some": 5, "common": 400}
    rows = [(kind, i) for kind, n in kinds.items() for i in range(n)]
    lineage = pd.DataFrame(
        {
            "sample_id": [f"{kind}{i}" for kind, i in rows],
            "path": [f"{kind}{i}" for kind, i in rows],
            "parents": [[f"{kind}{i}"] for kind, i in rows],
            "edits": [[f"{kind}: done"] for kind, _ in rows],
            "seed": pd.Series([None] * len(rows), dtype="Int64"),
            "hash_before": "x",
            "hash_after": "y",
        }
    )
    choice = choose(made[2].plan, lineage, made[0])
    assert choice.n_changed == 406
    assert [(name, n, len(pairs)) for name, n, pairs in choice.changed] == [
        ("common", 400, 44),
        ("some", 5, 5),
        ("rare", 1, 1),
    ]


def test_the_page_of_pictures_that_hardly_compress_stays_small(tmp_path):
    rng = np.random.default_rng(0)
    files, became = {}, {}
    for i in range(260):
        noise = [rng.integers(0, 256, (200, 200, 3), np.uint8) for _ in range(2)]
        data, result = (encoded(Image.fromarray(pixels), "JPEG", quality=95) for pixels in noise)
        files[f"{i:03d}.jpg"] = data
        outputs = [(f"{i:03d}.jpg", result, [f"step{i % 3}: done"], None)]
        told = (
            ("change", "to clean: x", "", outputs) if i % 3 == 0 else ("drop", f"r{i % 20}", "", [])
        )
        became[f"{i:03d}.jpg"] = told
    page = page_of(curated_by_hand(tmp_path, files, became, "image", ".jpg"))
    shown = data_of(page)
    assert len(shown["pictures"]) > 200
    assert len(page) < 3_000_000


@pytest.mark.skipif(not shutil.which("chromium"), reason="chromium is not installed")
def test_a_browser_runs_no_payload_and_draws_the_pages(images, texts, tmp_path):
    for made, _ in (images, texts):
        command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"]
        command += ["--disable-background-networking", "--disable-component-update"]
        command += ["--disable-sync", f"--user-data-dir={tmp_path / 'browser'}"]
        command += ["--virtual-time-budget=4000", "--dump-dom"]
        command += [f"file://{made[2].path / 'report.html'}"]
        dom = subprocess.run(command, capture_output=True, text=True, timeout=120).stdout
        assert "<title>datakit curation</title>" in dom
        main = dom[dom.index('<main id="page"') : dom.index("</main>")]
        for title in (
            "Scores",
            "Issues",
            "What became",
            "Changed",
            "Augmented",
            "Copies",
            "Recipe",
        ):
            assert title in main, title
        assert "<script" not in main
        assert all("data:image/jpeg" in tag for tag in re.findall(r"<img [^>]*>", main))


def printed(plan, curated, scores, width=80):
    console = Console(width=width, record=True, color_system=None, file=io.StringIO())
    print_curation(plan, curated, Path("plan.parquet"), 1.0, scores, console)
    return console.export_text()


def test_the_terminal_obeys_no_name_and_says_what_became_of_them(images):
    made, _ = images
    plan = made[2].plan
    plan.table.loc[0, "reason"] = "\x1b[31m[bold]"
    told = {"value": 0.9, "low": 0.85, "high": 0.95, "method": "one"}
    better = {"value": 0.99, "low": 0.98, "high": 1.0, "method": "one"}
    scores = ({"a": told, "b": told}, {"a": better, "b": better | {"method": "two"}, "c": told})
    text = printed(plan, made[2], scores)
    assert "\x1b[31m" not in text
    assert "[bold]" in text
    assert "10 images -> 10" in text
    assert "drop (20.0 %)" in text
    assert re.search(r"a +0\.900 +-> +0\.990 +\+0\.090 \(\+0\.0\d+ to \+0\.\d+\)", text)
    assert "another yardstick" in text
    assert "not measured before" in text
    assert max(map(len, text.splitlines())) <= 80


def test_the_terminal_says_how_a_dry_run_is_applied(images):
    made, _ = images
    text = printed(made[2].plan, None, ({}, {}), 200)
    assert "(dry run)" in text
    assert f"datakit curate {made[0].location} --plan plan.parquet" in text
