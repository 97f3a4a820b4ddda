import base64
import io
import json
import re
import shutil
import subprocess

import numpy as np
import pytest
from bench_fixtures import COLOURS, STEPS, bench_folder
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from rich.console import Console
from scipy.stats import t

from datakit.errors import InputError
from datakit.reports.bench_data_saved import read_bench, summary
from datakit.reports.bench_data_shown import typical_seed
from datakit.reports.bench_html import write_bench_html
from datakit.reports.terminal_bench import print_bench, print_benchmarks

HOSTILE = '"><img src=x onerror=document.title="pwned">'
SCRIPT = "</script><script>document.title='pwned'</script>"
NOISE = np.array([0.03, -0.05, 0.01, 0.04, -0.02, 0.0, -0.04, 0.03])


def planted(shift, noise=NOISE):
    """Eight seeds, curated `shift` times random."""
    random = 10 + noise
    return {"curated": random * shift + noise[::-1], "random": random, "raw": random + 0.1}


def data_of(folder):
    page = write_bench_html(folder).read_text(encoding="utf-8")
    found = re.search(r'<script type="application/json"[^>]*>(.*?)</script>', page, re.S)
    return json.loads(found.group(1))["bench"]


def printed(folder, width=100):
    console = Console(width=width, record=True, color_system=None, file=io.StringIO())
    print_bench(read_bench(folder), folder / "report.html", 1.0, console)
    return console.export_text()


def image_of(picture):
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(picture))).convert("RGB"))


@pytest.mark.parametrize(
    ("shift", "headline", "level"),
    [
        (0.7, "Curation helps.", "good"),
        (1.3, "Curation hurts.", "bad"),
        (1.0, "No effect found.", "none"),
    ],
)
def test_every_verdict_is_said_as_plainly(tmp_path, shift, headline, level):
    values = planted(shift)
    folder = bench_folder(tmp_path, values)
    shown = data_of(folder)
    assert (shown["headline"], shown["level"]) == (headline, level)
    deciding = shown["versus"][0]
    assert (deciding["arm"], deciding["level"]) == ("random", level)
    change = values["curated"].mean() / values["random"].mean() - 1
    assert deciding["relative"] == pytest.approx(change)
    assert deciding["value"] == pytest.approx((values["curated"] - values["random"]).mean())
    assert shown["versus"][1]["value"] == pytest.approx((values["curated"] - values["raw"]).mean())
    text = printed(folder)
    assert text.strip().startswith(headline)
    assert f"{abs(100 * change):.1f} %" in text


def test_what_is_read_again_is_what_was_judged(tmp_path):
    folder = bench_folder(tmp_path, planted(0.8) | {"clean": planted(0.7)["curated"]})
    saved = json.loads((folder / "effect.json").read_text())
    found = summary(read_bench(folder))
    for key in ("metric", "verdict", "effect", "versus_random", "arms"):
        if key == "metric":
            assert found[key] == "Frechet distance (pca)"
        else:
            assert found[key] == saved[key], key
    assert found["runs"] == str(folder)


def test_a_look_before_the_last_states_wider_intervals(tmp_path):
    values = planted(0.8) | {"clean": planted(0.7)["curated"]}
    one = read_bench(bench_folder(tmp_path, values, "one"))
    folder = bench_folder(tmp_path, values, "look", seeds=24, looks=[8, 16])
    look = read_bench(folder)
    assert {d.level for d in one.versus.values()} == {0.05}
    for arm, difference in look.versus.items():
        assert difference.level == pytest.approx(0.05 / 9)
        halves = [d.high - d.value for d in (difference, one.versus[arm])]
        wider = t.isf(0.05 / 18, 7) / t.isf(0.025, 7)
        assert halves[0] == pytest.approx(wider * halves[1])
    assert "99.4 % interval" in printed(folder)
    assert "95 %" not in printed(folder)
    assert "after 8, 16 and 24 seeds" in dict(data_of(folder)["design"])["Verdict"]


def test_other_arms_are_compared_too_and_steps_apart(tmp_path):
    values = planted(0.8)
    values |= {"clean": values["curated"] - 1, "without drop blurry": values["curated"] + 2}
    shown = data_of(bench_folder(tmp_path, values))
    assert [v["arm"] for v in shown["versus"]] == ["random", "raw", "clean"]
    assert shown["versus"][2]["value"] == pytest.approx(1)
    [step] = shown["steps"]
    assert (step["arm"], step["level"]) == ("without drop blurry", "good")
    assert step["value"] == pytest.approx(-2)


def test_halves_stand_on_raw(tmp_path):
    values = planted(0.7)
    del values["random"]
    folder = bench_folder(tmp_path, values, halves=True)
    shown = data_of(folder)
    assert shown["control"] == "raw"
    assert [v["arm"] for v in shown["versus"]] == ["raw"]
    assert "random half" in dict(shown["design"])["Arms"]
    found = summary(read_bench(folder))
    assert found["versus_random"] is None
    assert "half" in found["reason"]


def test_pictures_are_those_of_one_seed_and_of_the_holdout(tmp_path):
    shown = data_of(bench_folder(tmp_path, planted(0.8)))
    assert [g["arm"] for g in shown["grids"]] == ["curated", "random", "raw", "holdout"]
    for grid in shown["grids"][:3]:
        assert (image_of(grid["picture"]) == COLOURS[grid["arm"]]).all()
        value = planted(0.8)[grid["arm"]][shown["seed"]]
        assert grid["value"] == pytest.approx(value)
    held = image_of(shown["grids"][3]["picture"])
    assert held.shape == (64, 64, 3)
    assert held[0, 0].tolist() == [0, 0, 0]
    assert held[-1, -1].tolist() == [255, 255, 255]


def test_the_seed_that_is_shown_is_the_middle_one(tmp_path):
    curated = np.array([1.0, 9.0, np.nan, 5.0])
    values = {"curated": curated, "random": curated + 1, "raw": curated + 2}
    assert typical_seed(read_bench(bench_folder(tmp_path, values))) == 3


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0.1, 100), min_size=1, max_size=9))
def test_the_seed_that_is_shown_is_never_an_outer_one(tmp_path_factory, curated):
    values = {arm: np.array(curated) for arm in ("curated", "random", "raw")}
    bench = read_bench(bench_folder(tmp_path_factory.mktemp("b"), values))
    off = np.abs(np.array(curated) - np.median(curated))
    assert off[typical_seed(bench)] <= off.min() + 1e-9


def test_curves_are_means_and_reaches_over_seeds(tmp_path):
    [curve] = data_of(bench_folder(tmp_path, planted(0.8)))["curves"]
    assert curve["loss"] == "loss"
    for line in curve["lines"]:
        assert line["steps"] == STEPS
        assert line["mean"] == [3.5 + step for step in STEPS]
        assert line["low"] == STEPS
        assert line["high"] == [7 + step for step in STEPS]


def test_a_run_that_diverged_hides_no_curve(tmp_path):
    folder = bench_folder(tmp_path, planted(0.8))
    before = data_of(folder)["curves"]
    short = {"steps": STEPS[:2], "losses": {"loss": [1.0, 9e9]}}
    for place in (folder / "runs").glob("*-000"):
        (place / "curves.json").write_text(json.dumps(short))
    [curve], [whole] = data_of(folder)["curves"], before
    assert [one["steps"] for one in curve["lines"]] == [STEPS] * len(whole["lines"])
    assert [one["n"] + 1 for one in curve["lines"]] == [one["n"] for one in whole["lines"]]


def test_failed_and_collapsed_runs_are_named_and_left_out(tmp_path):
    values = planted(0.7)
    values["random"] = values["random"].copy()
    values["random"][6:] = np.nan
    folder = bench_folder(tmp_path, values, collapsed=[("raw", 1)])
    shown = data_of(folder)
    arms = {arm["name"]: arm for arm in shown["arms"]}
    assert (arms["random"]["n_failed"], arms["raw"]["n_collapsed"]) == (2, 1)
    assert any("2 of 8 runs failed" in note for note in shown["notes"])
    precision = next(m for m in shown["metrics"] if m["title"] == "precision")
    assert precision["values"] == {"curated": 0.035, "random": 0.025, "raw": 0.035}
    assert not any(m["title"] == "KL of the hold-out" for m in shown["metrics"])
    text = printed(folder)
    assert "2 failed" in text
    assert "1 collapsed" in text


@pytest.mark.parametrize("n", [1, 2])
def test_one_seed_and_no_value_at_all_make_a_page_too(tmp_path, n):
    one = {arm: v[:n] for arm, v in planted(0.8).items()}
    shown = data_of(bench_folder(tmp_path, one, "one"))
    assert shown["headline"] == "Too few runs to tell."
    assert (shown["versus"][0]["low"] is None) == (n == 1)
    nothing = {arm: np.full(n, np.nan) for arm in one}
    folder = bench_folder(tmp_path, nothing, "nothing")
    shown = data_of(folder)
    assert (shown["versus"], shown["grids"], shown["curves"]) == ([], [], [])
    assert "Too few runs" in printed(folder)


def test_names_and_texts_are_data_never_markup(tmp_path):
    corpora = {"raw": f"/data/{HOSTILE}", "curated": f"/data/{SCRIPT}\u202e"}
    folder = bench_folder(tmp_path, planted(0.8), corpora=corpora, model="lm", holdout=HOSTILE)
    effect = json.loads((folder / "effect.json").read_text())
    (folder / "effect.json").write_text(json.dumps(effect | {"reasons": [SCRIPT]}))
    page = write_bench_html(folder).read_text(encoding="utf-8")
    for payload in ("<img src=x", "<script>document", "\u202e"):
        assert payload not in page
    assert page.count("</script>") == 2
    assert "default-src 'none'" in page
    assert SCRIPT in data_of(folder)["notes"]


def test_no_personal_data_of_samples_is_on_the_page(tmp_path):
    folder = bench_folder(tmp_path, planted(0.8), model="lm")
    page = write_bench_html(folder).read_text(encoding="utf-8")
    assert "jane.doe" not in page
    shown = data_of(folder)
    assert [t["arm"] for t in shown["texts"]] == ["curated", "random", "raw", "holdout"]
    assert shown["texts"][0]["text"].startswith(f"curated {shown['seed']} writes to <EMAIL>")


def test_the_same_folder_makes_the_same_page_wherever_it_is(tmp_path):
    folder = bench_folder(tmp_path, planted(0.8))
    first = write_bench_html(folder).read_bytes()
    assert write_bench_html(folder).read_bytes() == first
    moved = tmp_path / "elsewhere" / folder.name
    shutil.copytree(folder, moved)
    shutil.rmtree(folder)
    assert write_bench_html(moved).read_bytes() == first


def test_what_is_gone_is_left_out(tmp_path):
    folder = bench_folder(tmp_path, planted(0.8))
    shutil.rmtree(folder / "data")
    shutil.rmtree(folder / "runs")
    shown = data_of(folder)
    assert (shown["grids"], shown["curves"], shown["metrics"]) == ([], [], [])
    assert shown["headline"] == "Curation helps."


@pytest.mark.parametrize("damage", ["nothing", "no effect", "half", "other", "list"])
def test_what_is_no_finished_benchmark_is_told(tmp_path, damage):
    folder = tmp_path / "empty"
    folder.mkdir()
    if damage != "nothing":
        folder = bench_folder(tmp_path, planted(0.8))
        (folder / "effect.json").unlink()
    if damage in ("half", "other", "list"):
        text = {"half": '{"arms"', "other": "{}", "list": "[]"}[damage]
        (folder / "effect.json").write_text(text)
    with pytest.raises(InputError, match="no finished benchmark"):
        write_bench_html(folder)
    assert not (folder / "report.html").exists()


def test_the_bar_stands_on_the_side_that_the_figures_say(tmp_path):
    for shift, sides in ((0.8, "before"), (1.2, "behind")):
        text = printed(bench_folder(tmp_path, planted(shift), f"b{shift}"))
        row = next(line for line in text.splitlines() if line.startswith("random") and "├" in line)
        assert row.index("├") < row.index("●") < row.index("┤")
        assert (row.index("┤") < row.index("┊")) == (sides == "before")
        assert (row.index("┊") < row.index("├")) == (sides == "behind")


def test_the_terminal_keeps_to_its_width_and_obeys_no_name(tmp_path):
    values = planted(1.0) | {"without drop low_information": planted(1.01)["curated"]}
    folder = bench_folder(tmp_path, values, holdout="\x1b[31m[bold]held")
    for width in (80, 100, 140):
        text = printed(folder, width)
        assert max(map(len, text.splitlines())) <= width
        assert "\x1b[31m" not in text
        assert "[bold]held" in text


def test_the_list_says_what_is_not_finished():
    one = {"verdict": None, "versus_random": None, "effect": None, "n_done": 3, "n_runs": 24}
    one |= {"corpora": {"raw": "/d/raw", "curated": "/d/\x1b[31mcur"}, "runs": "bench/x"}
    console = Console(width=100, record=True, color_system=None, file=io.StringIO())
    print_benchmarks([one], console)
    text = console.export_text()
    assert "3 of 24" in text
    assert "not finished" in text
    assert "\x1b[31m" not in text


@pytest.mark.skipif(not shutil.which("chromium"), reason="chromium is not installed")
def test_a_browser_runs_no_payload_and_draws_the_page(tmp_path):
    corpora = {"raw": HOSTILE, "curated": SCRIPT}
    values = planted(0.8) | {"without drop blurry": planted(0.9)["curated"]}
    folder = bench_folder(tmp_path, values, corpora=corpora, collapsed=[("raw", 0)])
    page = write_bench_html(folder)
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"]
    command += ["--disable-background-networking", "--disable-component-update"]
    command += ["--disable-sync", f"--user-data-dir={tmp_path / 'browser'}"]
    command += ["--virtual-time-budget=4000", "--dump-dom", f"file://{page}"]
    dom = subprocess.run(command, capture_output=True, text=True, timeout=120).stdout
    assert "<title>datakit bench</title>" in dom
    main = dom[dom.index('<main id="page"') : dom.index("</main>")]
    titles = ("The effect", "What each step does", "What the models make", "Learning curves")
    for title in (*titles, "All metrics", "How it was done", "Where things are"):
        assert f"<h2>{title}</h2>" in main, title
    assert main.count('class="join good"') == 16  # 8 seeds, against random and against raw
    assert len(re.findall(r"<circle", main)) == 24
    assert "<script" not in main
    assert all("data:image/png" in tag for tag in re.findall(r"<img [^>]*>", main))
