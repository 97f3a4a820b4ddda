"""The laws of the design for texts: executors, merge, resume, nothing vanishes."""

import gzip
import json
import random
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
from conftest import contents
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

import datakit as dk

COMMON = (
    "the of and to in that it was for on as with his be at by this had not are but from or have an "
    "they which one you were all her she there would their we him been has when who will no more "
    "if out so up said what its about than into them can only other time new some could these two "
    "may first then do any like my now over such our man me even most made after also did many"
)
WORDS = COMMON.split()


def document(seed, n=120):
    rng = random.Random(seed)
    words = [rng.choice(WORDS) for _ in range(n)]
    ends = [k for k in range(n) if k % 12 == 11]
    return " ".join(w + ("." if k in ends else "") for k, w in enumerate(words)).capitalize()


@pytest.fixture
def texts(tmp_path):
    """Three hundred documents in two classes, with copies, damage and an empty one."""
    root = tmp_path / "texts"
    for i in range(300):
        file = root / ("train", "test")[i % 5 == 0] / ("a", "b")[i % 2] / f"{i:03d}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(document(i), encoding="utf-8")
    (root / "train/a/copy.txt").write_text(document(2).upper() + "\n", encoding="utf-8")
    (root / "train/a/near.txt").write_text(document(4) + " More.", encoding="utf-8")
    (root / "train/a/latin.txt").write_bytes(
        "Où est la bibliothèque, s'il vous plaît ? ".encode("cp1252") * 8
    )
    (root / "train/a/nothing.txt").write_bytes(b"")
    (root / "train/a/binary.txt").write_bytes(bytes(range(256)) * 40)
    return root


def test_serial_and_two_workers_give_the_same_bytes(texts, tmp_path):
    with threadpool_limits(2):  # the workers have one
        serial = dk.profile(texts, tmp_path / "a.profile", workers=0)
    pool = dk.profile(texts, tmp_path / "b.profile", workers=2)
    assert contents(serial.path) == contents(pool.path)
    assert (serial.path / "report.html").read_bytes() == (pool.path / "report.html").read_bytes()
    assert serial.encoder["name"] == "lsa"
    rows = serial.rows.set_index("path")
    assert rows.loc["train/a/nothing.txt", "status"] == "empty"
    assert rows.loc["train/a/binary.txt", "status"] == "unreadable"
    assert rows.loc["train/a/latin.txt", "encoding"] == "cp1252"
    found = serial.issues.groupby("issue")["path"].agg(set)
    assert found["exact_duplicate"] == {"train/a/002.txt", "train/a/copy.txt"}
    assert found["near_duplicate"] == {"train/a/004.txt", "train/a/near.txt"}
    assert found["not_utf8"] == {"train/a/latin.txt"}
    assert found["empty"] == {"train/a/nothing.txt"}


POOL = [document(seed, 60) for seed in range(8)]
POOL += [
    POOL[0],
    POOL[1] + " And more.",
    POOL[2].upper(),
    "",
    "short",
    "好的，这家酒店很不错。" * 4,
]


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    picks=st.lists(
        st.tuples(st.integers(0, len(POOL) - 1), st.booleans()), min_size=2, max_size=14
    ),
    swap=st.booleans(),
)
def test_merge_is_concatenation(tmp_path_factory, picks, swap):
    if len({side for _, side in picks}) < 2:
        picks = [(picks[0][0], True), *((k, False) for k, _ in picks[1:])]
    tmp = tmp_path_factory.mktemp("merge")
    items = [(f"{i:03d}.txt", POOL[k], side) for i, (k, side) in enumerate(picks)]
    options = {"encoder": "none", "workers": 0}
    whole = dk.profile([i[:2] for i in items], tmp / "whole", **options)
    parts = [
        dk.profile([i[:2] for i in items if i[2] is side], tmp / f"part{side}", **options)
        for side in (True, False)
    ]
    merged = dk.merge(parts[::-1] if swap else parts, tmp / "merged")
    pd.testing.assert_frame_equal(merged.rows, whole.rows)
    pd.testing.assert_frame_equal(merged.issues, whole.issues)
    assert merged.scores == whole.scores


def test_bases_of_two_corpora_are_not_merged_but_those_of_one_reference_are(texts, tmp_path):
    a = dk.profile(texts / "train", tmp_path / "a.profile", workers=0)
    b = dk.profile(texts / "test", tmp_path / "b.profile", workers=0)
    with pytest.raises(dk.DatakitError, match="--reference"):
        dk.merge([a, b], tmp_path / "c.profile")
    items = [(f"x{seed}", document(seed)) for seed in range(400, 460)]
    other = dk.profile(items, tmp_path / "o.profile", reference=a, workers=0)
    assert other.encoder == a.encoder
    more = [(f"y{seed}", document(seed)) for seed in range(460, 520)]
    more = dk.profile(more, tmp_path / "m.profile", reference=a, workers=0)
    merged = dk.merge([other, more], tmp_path / "d.profile")
    assert len(merged.embeddings.sample_ids) == 120
    assert (merged.path / "embeddings" / "encoder.npz").exists()


def test_the_same_kind_of_text_is_representative_and_another_is_not(texts, tmp_path):
    reference = dk.profile(texts, tmp_path / "reference.profile", workers=0)
    same = [(f"x{seed}", document(seed)) for seed in range(1000, 1200)]
    chinese = [(f"z{i}", f"第{i}天我们住在这家酒店，房间很大，早餐不错。" * 5) for i in range(100)]
    options = {"reference": reference, "workers": 0}
    near = dk.profile(same, tmp_path / "same.profile", **options).scores
    far = dk.profile(chinese, tmp_path / "zh.profile", **options).scores
    assert near["representativeness"]["high"] > 0.9
    assert far["representativeness"]["value"] < 0.1


def test_killed_at_random_moments_then_resumed(texts, tmp_path):
    undisturbed = dk.profile(texts, tmp_path / "a.profile", workers=0)
    expected = contents(undisturbed.path)
    words = ["profile", str(texts), "--json", "--workers", "0", "-o", str(tmp_path / "b.profile")]
    command = [sys.executable, "-m", "datakit.cli.main", *words]
    rng = random.Random(0)
    for _ in range(2):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(rng.uniform(0.5, 4))
        process.send_signal(signal.SIGKILL)
        process.wait()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    assert contents(tmp_path / "b.profile") == expected


def test_what_did_not_change_is_not_measured_again(texts, tmp_path, monkeypatch):
    from datakit.measures import text

    first = contents(dk.profile(texts, tmp_path / "a.profile", workers=0).path)
    measured = []
    real = text.measure_block
    monkeypatch.setattr(
        text,
        "measure_block",
        lambda block, *more: measured.append(len(block)) or real(block, *more),
    )
    again = dk.profile(texts, tmp_path / "a.profile", workers=0)
    assert measured == []
    assert contents(again.path) == first
    (texts / "train/a/002.txt").write_text(document(999), encoding="utf-8")
    dk.profile(texts, tmp_path / "a.profile", workers=0)
    assert sum(measured) == 1


def hostile_records():
    return [
        json.dumps({"text": document(1)}),
        '{"text": "no end',
        '["a", "list"]',
        '{"text": 7}',
        json.dumps({"text": "lone \ud800 surrogate " * 9}),
        json.dumps({"text": "nul \0 characters \0 " * 9}),
        json.dumps({"text": "\u202eabc\u2066 bidi \u2069" * 9}),
        json.dumps({"text": "a" * 3_000_000}),
        json.dumps({"text": "(" * 300_000}),
        json.dumps({"text": ""}),
    ]


@pytest.mark.parametrize("workers", [0, 2])
def test_hostile_records_each_have_their_row(tmp_path, workers):
    file = tmp_path / "corpus.jsonl.gz"
    data = "\n".join(hostile_records()).encode() + b'\n{"text": "bad \xff byte"}\n'
    file.write_bytes(gzip.compress(data))
    profile = dk.profile(file, tmp_path / "a.profile", workers=workers)
    status = profile.rows["status"].tolist()
    assert len(status) == 11
    assert status[:4] == ["ok", "unreadable", "unreadable", "unreadable"]
    assert status[4:9] == ["ok"] * 5
    assert status[9] == "empty"
    assert "line 2" in profile.rows["error"][1]
    assert (profile.rows["n_chars"].dropna() > 0).all()
    page = (profile.path / "report.html").read_text(encoding="utf-8")
    assert "\u202e" not in page


def test_evaluation_items_are_looked_for(texts, tmp_path):
    items = [document(11)[100:300], "An item that nobody has, about the moons of Jupiter and more."]
    (tmp_path / "eval.jsonl").write_text(
        "\n".join(json.dumps({"text": item}) for item in items), encoding="utf-8"
    )
    options = {"workers": 0, "encoder": "none"}
    evaluation = tmp_path / "eval.jsonl"
    profile = dk.profile(texts, tmp_path / "a.profile", against=evaluation, **options)
    found = profile.issues[profile.issues["issue"] == "contaminated"]
    assert found["path"].tolist() == ["train/b/011.txt"]
    row = profile.rows.set_index("path").loc["train/b/011.txt"]
    assert row["contaminated_by"] == 0
    assert row["contamination_rate"] > 0.9
    again = dk.profile(texts, tmp_path / "a.profile", **options)
    assert np.isnan(again.rows["contamination_rate"]).all()


def test_an_evaluation_set_of_texts_does_not_go_with_images(folder, texts, tmp_path):
    with pytest.raises(dk.DatakitError, match="texts in texts"):
        dk.profile(folder, tmp_path / "a.profile", against=texts)


def test_another_corpus_with_the_same_names_sizes_and_times_is_read(tmp_path):
    import os

    for folder, word in (("a", "first"), ("b", "other")):
        (tmp_path / folder).mkdir()
        file = tmp_path / folder / "0.txt"
        file.write_text(f"The {word} text, which is long enough to be one.", encoding="utf-8")
        os.utime(file, ns=(10**18, 10**18))
    options = {"workers": 0, "encoder": "none"}
    first = dk.profile(tmp_path / "a", tmp_path / "p", **options).rows["content_hash"].tolist()
    second = dk.profile(tmp_path / "b", tmp_path / "p", **options).rows["content_hash"].tolist()
    assert first != second


def test_references_that_cannot_be_compared_are_refused_before_the_work(folder, tmp_path):
    items = [(str(seed), document(seed)) for seed in range(4)]
    with pytest.raises(dk.DatakitError, match="same kind"):
        dk.profile(items, tmp_path / "a.profile", reference=folder, workers=0)
    plain = dk.profile(items, tmp_path / "p.profile", encoder="none", workers=0)
    with pytest.raises(dk.DatakitError, match="--encoder"):
        dk.profile(items, tmp_path / "a.profile", reference=plain, workers=0)
    assert not (tmp_path / ".a.profile.partial").exists()
    with pytest.raises(dk.DatakitError, match="is a profile"):
        dk.profile(plain.path, tmp_path / "a.profile", workers=0)


@pytest.mark.parametrize("value", ["a", None, float("nan"), True])
def test_a_threshold_that_is_no_number_is_refused(tmp_path, value):
    with pytest.raises(dk.DatakitError, match="finite number"):
        dk.profile(["A text."], tmp_path / "a.profile", thresholds={"pii": value}, workers=0)
