"""What goes wrong costs what it concerns: a copy, a sample, or the run before it has begun."""

import os
import resource
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from applied import curated_of, made_plan, stamps, tree, verify
from conftest import encoded, textured
from hostile_corpus import Hostile

import datakit as dk
from datakit.curation import treatment as treatment_module
from datakit.curation.apply import apply
from datakit.curation.apply_task import ApplyTask
from datakit.curation.job import jobs
from datakit.curation.outcome import outcomes
from datakit.curation.recipe import Augmentation, Recipe, Step
from datakit.errors import InputError
from datakit.executors.executor import Watch
from datakit.executors.pool import ProcessPool
from datakit.sample import Sample
from datakit.transforms.image_augment import Flip
from datakit.transforms.image_crop_borders import CropBorders
from datakit.transforms.image_mix import CutMix
from datakit.transforms.image_resize import Resize
from datakit.transforms.text_fix_encoding import FixEncoding
from datakit.transforms.text_strip_markup import StripMarkup

SMALL = Recipe("image", clean=(Step(Resize(8)),))
COPIES = Recipe("image", augment=Augmentation(2, (Flip(),)))


def pictures(n=5, **facts):
    return [
        Sample(f"{i}.png", f"{i}.png", encoded(textured(i, (24, 20))), **facts) for i in range(n)
    ]


@pytest.fixture
def images(tmp_path):
    root = tmp_path / "in"
    root.mkdir()
    for sample in pictures():
        (root / sample.path).write_bytes(sample.source)
    return root


def rows(curated):
    return curated.plan.table.set_index("path")


def breaking(monkeypatch, owner, method, error, when):
    real = getattr(owner, method)

    def broken(self, content, *rest):
        if when(content, *rest):
            raise error
        return real(self, content, *rest)

    monkeypatch.setattr(owner, method, broken)


def test_a_sample_that_breaks_a_cleaner_is_dropped(images, tmp_path, monkeypatch):
    third = encoded(textured(2, (24, 20)))
    error = ValueError("bad <thing at 0x7f00deadbeef>\nand more")
    breaking(monkeypatch, Resize, "clean", error, lambda content: content.data == third)
    corpus = dk.open(images)
    curated = curated_of(corpus, tmp_path / "out", SMALL)
    verify(curated, corpus)
    row = rows(curated).loc["2.png"]
    assert (row.edit, row.reason) == ("drop", "resize failed")
    assert row.evidence == "ValueError: bad <thing> and more"  # no address: it differs by process


def test_a_copy_that_breaks_an_augmenter_is_dropped_alone(images, tmp_path, monkeypatch):
    calls = []
    breaking(
        monkeypatch,
        Flip,
        "augment",
        InputError("albumentations cannot take it"),
        lambda content, rng: calls.append(0) or len(calls) in (3, 5, 6),
    )
    corpus = dk.open(images)
    curated = curated_of(corpus, tmp_path / "out", COPIES)
    found = verify(curated, corpus)
    assert [len(found[s.sample_id]) for s in corpus] == [3, 2, 1, 3, 3]
    row = rows(curated).loc["1.png"]
    assert (row.edit, row.steps) == ("repeat", ["copies:2"])
    assert "1 copies" not in row.evidence
    assert "1 copy dropped (flip failed: InputError: albumentations cannot take it)" in row.evidence
    assert rows(curated).loc["2.png", "evidence"].startswith("2 copies dropped")


def test_what_cannot_be_encoded_is_dropped(images, tmp_path, monkeypatch):
    def full(modality, content):
        if content.data is None:
            raise OSError("encoder error -2")
        return content

    monkeypatch.setattr(treatment_module, "finished", full)
    corpus = dk.open(images)
    with pytest.raises(dk.DatakitError, match="nothing is written: 5 cannot be encoded"):
        curated_of(corpus, tmp_path / "out", SMALL)


def test_samples_that_kill_or_hang_a_worker_are_dropped(images, tmp_path):
    for name in ("kill.png", "hang.png"):
        shutil.copy(images / "1.png", images / name)
    corpus = dk.open(images)
    plan = made_plan(corpus, SMALL)
    pool = ProcessPool(1, sample_timeout=1.5)
    hostile = Hostile(corpus)
    curated = apply(plan, hostile, tmp_path / "out", "folder", {}, pool, lambda n: None)
    assert len(verify(curated, corpus)) == 5
    assert set(rows(curated).loc[["kill.png", "hang.png"], "reason"]) == {
        "it killed or hung the process"
    }
    assert "took longer" in rows(curated).loc["hang.png", "evidence"]


def test_a_repair_is_measured_under_the_watch_of_its_sample(tmp_path):
    corpus = dk.open(pictures())
    recipe = Recipe("image", clean=(Step(CropBorders(), only=("letterboxed",)),))
    plan = made_plan(corpus, recipe)
    for name in ("parts", "staged"):
        (tmp_path / name).mkdir()
    task = ApplyTask(corpus, recipe, {}, tmp_path / "parts", tmp_path / "staged", False)
    told = []
    task((0, list(jobs(plan.table, corpus, recipe))), Watch(on_start=told.append))
    after = told[told.index(-1) + 1 :]
    assert [position for position in after if position >= 0] == [0, 1, 2, 3, 4]
    assert not any(outcome.dropped for outcome in outcomes(task.part(0)))


def test_what_still_has_its_issue_is_dropped_with_its_copies(tmp_path):
    lost = "Â".join("donâ€™t know whatâ€™s in the cafÃ©" for _ in range(3)) + " \ufffd" * 60
    fine = "It’s a cafÃ© that we know and like, with tables in the sun and a cat. " * 4
    corpus = dk.open([("bad", lost), ("good", fine)])
    recipe = Recipe("text", clean=(Step(FixEncoding(), only=("mojibake",)),))
    curated = curated_of(corpus, tmp_path / "out", recipe)
    verify(curated, corpus)
    assert rows(curated).loc["bad", "reason"] == "mojibake remains after cleaning"
    assert rows(curated).loc["good", "edit"] == "change"


def test_nothing_left_of_a_text(tmp_path):
    corpus = dk.open([("empty", "<p> </p><br/>"), ("full", "<p>words of a text</p>")])
    curated = curated_of(corpus, tmp_path / "out", Recipe("text", clean=(Step(StripMarkup()),)))
    verify(curated, corpus)
    assert rows(curated).loc["empty", "reason"] == "nothing is left after cleaning"


def test_mixes_stay_in_split_and_label_and_name_both_parents(tmp_path):
    samples = []
    for i in range(24):
        facts = {"label": "ab"[i % 2], "split": ("train", "test")[i % 3 == 0]}
        samples.append(
            Sample(f"{i:02}.png", f"{i:02}.png", encoded(textured(i, (24, 20))), **facts)
        )
    corpus = dk.open(samples)
    recipe = Recipe("image", augment=Augmentation(2, (CutMix(),)))
    curated = curated_of(corpus, tmp_path / "out", recipe)
    verify(curated, corpus)
    facts = {s.sample_id: (s.label, s.split) for s in samples}
    mixed = curated.lineage[curated.lineage["parents"].map(len) == 2]
    assert len(mixed) == 48
    assert all(a != b and facts[a] == facts[b] for a, b in mixed["parents"])


def test_a_partner_that_cannot_be_used_costs_the_copy_only(tmp_path):
    broken = Sample("2.png", "2.png", encoded(textured(2, (24, 20)))[:-60], label="a")
    alone = Sample("9.png", "9.png", encoded(textured(9, (24, 20))), label="alone")
    corpus = dk.open([*pictures(2, label="a"), broken, alone])
    recipe = Recipe("image", augment=Augmentation(6, (CutMix(),)))
    edits = {"2.png": ("keep", "as it is", [])}
    curated = curated_of(corpus, tmp_path / "out", recipe, edits=edits)
    found = verify(curated, corpus)
    assert set(found) == {"0.png", "1.png", "2.png", "9.png"}
    assert 1 < len(found["0.png"]) < 7
    row = rows(curated).loc["0.png"]
    assert "the sample to mix with is lost: 2.png: cannot be decoded" in row.evidence
    assert len(found["9.png"]) == 1
    assert "no other sample of its split and label" in rows(curated).loc["9.png", "evidence"]


def test_a_partner_is_cleaned_by_its_own_steps(tmp_path, monkeypatch):
    corpus = dk.open(pictures(2))
    recipe = Recipe("image", SMALL.select, SMALL.clean, Augmentation(1, (CutMix(),)))
    own = {"0.png": ["copies:2"], "1.png": ["resize", "copies:2"]}
    edits = {name: ("repeat", "x", steps) for name, steps in own.items()}
    seen = []

    def mix(self, content, other, rng):
        seen.append((content.value.size, other.value.size))
        return content, "", 1.0

    monkeypatch.setattr(CutMix, "mix", mix)
    verify(curated_of(corpus, tmp_path / "out", recipe, edits=edits), corpus)
    whole, (small, _) = (24, 20), seen[1]
    assert max(small) == 8
    assert seen == [(whole, small), (small, whole)]


def test_the_corpus_changed_since_the_profile(images, tmp_path):
    corpus = dk.open(images)
    plan = made_plan(corpus, SMALL)
    (images / "0.png").unlink()
    (images / "1.png").write_bytes(encoded(textured(77)))
    (images / "2.png").unlink()
    os.mkfifo(images / "2.png")
    curated = dk.curate(plan, tmp_path / "out", workers=0, measure=False)
    table = rows(curated)
    assert table.loc["0.png", "reason"] == "not in the corpus any more"
    assert table.loc["1.png", "reason"] == "changed after it was profiled"
    assert table.loc["2.png", "reason"] == "cannot be read"
    assert [s.path for s in curated] == ["3.png", "4.png"]
    (images / "new.png").write_bytes(encoded(textured(78)))
    with pytest.raises(dk.DatakitError, match=r"1 samples that the plan does not know \(new.png\)"):
        dk.curate(plan, tmp_path / "other", workers=0, measure=False)
    assert not (tmp_path / "other").exists()
    assert len(list(tmp_path.iterdir())) == 2


def test_a_plan_of_another_corpus_is_refused(images, tmp_path):
    plan = made_plan(dk.open(pictures(3)), SMALL)
    with pytest.raises(dk.DatakitError, match="2 samples that the plan does not know"):
        dk.curate(plan, tmp_path / "out", corpus=images, workers=0, measure=False)
    texts = made_plan(dk.open(["one text", "another text"]))
    with pytest.raises(dk.DatakitError, match="the plan is for texts"):
        dk.curate(texts, tmp_path / "out", corpus=images, workers=0, measure=False)
    with pytest.raises(dk.DatakitError, match="--to csv holds texts"):
        curated_of(dk.open(images), tmp_path / "out", to="csv")
    with pytest.raises(dk.DatakitError, match="give one of folder"):
        curated_of(dk.open(images), tmp_path / "out", to="tar")
    assert [entry.name for entry in tmp_path.iterdir()] == ["in"]


def taken(out, images):
    """Ways in which a place cannot be used."""
    (out / "file").write_text("")
    (out / "full").mkdir()
    (out / "full" / "x").write_text("")
    (out / "link").symlink_to(images / "0.png")
    (out / "loop").symlink_to(out / "loop")
    curated_of(dk.open(images), out / "curated")
    return {
        images / "sub": "lies inside the corpus",
        images: "lies inside the corpus",
        images.parent: "would be replaced",
        out / "file": "exists",
        out / "full": "exists",
        out / "link": "lies inside the corpus",
        out / "loop": "exists",
        out / "curated": "curated by another plan",
        out / "file" / "below": "cannot be written",
        Path("/proc/none/out"): "cannot be written",
    }


def test_places_that_cannot_be_used(images, tmp_path):
    out = tmp_path / "places"
    out.mkdir()
    places = taken(out, images)
    before, names = stamps(images), set(stamps(tmp_path))
    contents = tree(tmp_path)
    plan = made_plan(dk.open(images), SMALL)
    for place, told in places.items():
        with pytest.raises(dk.DatakitError, match=told) as caught:
            dk.curate(plan, place, workers=0, measure=False)
        assert "\n" not in str(caught.value)
        assert caught.value.exit_code == 2
    assert stamps(images) == before
    assert set(stamps(tmp_path)) == names
    assert tree(tmp_path) == contents


def test_places_that_can_be_used(images, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "to").symlink_to(tmp_path / "new")
    for place in (tmp_path / "empty", tmp_path / "to", tmp_path / "deep" / "er"):
        verify(curated_of(dk.open(images), place), dk.open(images))
    assert (tmp_path / "new" / "curation.json").exists()


@pytest.mark.parametrize("to", ["folder", "parquet", "webdataset"])
def test_the_input_is_never_touched(images, tmp_path, to):
    before = stamps(images)
    corpus = dk.open(images)
    recipe = Recipe("image", SMALL.select, SMALL.clean, COPIES.augment)
    curated = curated_of(corpus, tmp_path / "out", recipe, to)
    # Nor does the result share anything with it: writing into one leaves the other alone.
    for file in curated.path.rglob("*"):
        if file.is_file():
            file.write_bytes(b"")
    assert stamps(images) == before


SCRIPT = """
import sys, datakit as dk
from datakit.errors import DatakitError
try:
    dk.curate(sys.argv[1], sys.argv[2], to=sys.argv[3], workers=int(sys.argv[4]), measure=False)
except DatakitError as error:
    print(error, file=sys.stderr)
    sys.exit(2)
"""


@pytest.mark.parametrize(("to", "workers"), [("folder", "0"), ("webdataset", "1")])
def test_a_full_disk_stops_the_run_and_the_same_command_goes_on(images, tmp_path, to, workers):
    for i in range(5, 80):
        (images / f"{i}.png").write_bytes(encoded(textured(i, (24, 20))))
    (images / "7.png").write_bytes(encoded(textured(7, (500, 400))))
    plan = made_plan(dk.open(images))
    plan.write(tmp_path / "plan.parquet")
    words = [str(tmp_path / "plan.parquet"), str(tmp_path / "out"), to, workers]
    command = [sys.executable, "-c", SCRIPT, *words]

    def limited():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))

    done = subprocess.run(command, capture_output=True, text=True, preexec_fn=limited)
    assert done.returncode == 2, done.stderr
    assert "cannot be written (File too large)" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "out").exists()
    subprocess.run(command, check=True)
    fresh = dk.curate(plan, tmp_path / "fresh", to=to, workers=0, measure=False)
    assert tree(tmp_path / "out") == tree(fresh.path)
    assert not list(tmp_path.glob(".*"))
