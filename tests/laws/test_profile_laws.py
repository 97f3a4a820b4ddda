"""The laws of the design: same bytes from every executor, merge is concatenation, resume."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
from conftest import contents, encoded, textured
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

import datakit as dk
from datakit.profiles import build as build_module
from datakit.sample import Column


def test_serial_and_two_workers_give_the_same_bytes(folder, tmp_path, monkeypatch):
    with threadpool_limits(2):  # the workers have one
        serial = dk.profile(folder, tmp_path / "a.profile", workers=0)
    pool = dk.profile(folder, tmp_path / "b.profile", workers=2)
    assert contents(serial.path) == contents(pool.path)
    assert (serial.path / "report.html").read_bytes() == (pool.path / "report.html").read_bytes()


def test_embedding_beyond_the_limit_takes_the_smallest_hashes(folder, tmp_path):
    profile = dk.profile(folder, tmp_path / "a.profile", embed_limit=10, encoder="pixels")
    readable = profile.rows[profile.rows["status"] == "ok"]
    smallest = readable.sort_values(["content_hash", "sample_id"])["sample_id"].head(10)
    assert sorted(profile.embeddings.sample_ids) == sorted(smallest)


POOL = [encoded(textured(i, (48, 40))) for i in range(8)]
POOL += [POOL[0], encoded(textured(1, (48, 40)), "JPEG", quality=90), b"", b"no image"]


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    picks=st.lists(
        st.tuples(st.integers(0, len(POOL) - 1), st.booleans()), min_size=2, max_size=14
    ),
    limit=st.sampled_from([3, 1000]),
    swap=st.booleans(),
)
def test_merge_is_concatenation(tmp_path_factory, picks, limit, swap):
    if len({side for _, side in picks}) < 2:
        picks = [(picks[0][0], True), *((k, False) for k, _ in picks[1:])]
    tmp = tmp_path_factory.mktemp("merge")
    items = [(f"{i:03d}.png", POOL[k], side) for i, (k, side) in enumerate(picks)]
    options = {"encoder": "pixels", "workers": 0, "embed_limit": limit}
    whole = dk.profile([i[:2] for i in items], tmp / "whole", **options)
    parts = [
        dk.profile([i[:2] for i in items if i[2] is side], tmp / f"part{side}", **options)
        for side in (True, False)
    ]
    merged = dk.merge(parts[::-1] if swap else parts, tmp / "merged")
    pd.testing.assert_frame_equal(merged.rows, whole.rows)
    pd.testing.assert_frame_equal(merged.issues, whole.issues)
    assert merged.scores == whole.scores
    assert merged.embeddings.sample_ids.tolist() == whole.embeddings.sample_ids.tolist()
    np.testing.assert_array_equal(merged.embeddings.vectors, whole.embeddings.vectors)


def test_merging_the_same_samples_twice_is_refused(folder, tmp_path):
    profile = dk.profile(folder, tmp_path / "a.profile", encoder="none")
    with pytest.raises(dk.DatakitError, match="more than one profile"):
        dk.merge([profile, profile], tmp_path / "b.profile")


def test_profiles_of_before_a_column_was_measured_are_not_merged(folder, tmp_path, monkeypatch):
    from datakit.profiles import merge

    profile = dk.profile(folder, tmp_path / "a.profile", encoder="none")
    more = (*merge.columns_of("image"), Column("later", "float", "", "a later version's"))
    monkeypatch.setattr(merge, "columns_of", lambda name: more)
    with pytest.raises(dk.DatakitError, match="lacks the column later"):
        dk.merge([profile], tmp_path / "b.profile")
    assert not (tmp_path / "b.profile").exists()


def test_profiles_of_other_encoders_are_not_merged(folder, tmp_path):
    a = dk.profile(folder / "train", tmp_path / "a.profile", encoder="none")
    b = dk.profile(folder / "test", tmp_path / "b.profile", encoder="pixels")
    with pytest.raises(dk.DatakitError, match="differ in encoder"):
        dk.merge([a, b], tmp_path / "c.profile")


def counting(monkeypatch):
    from datakit.profiles import shard_task

    decoded = []
    real = shard_task.measure_shard

    def measure(kind, samples, read, start, lost, see=None, recall=None, against=None):
        def seen(position, pixels):
            decoded.append(samples[position].path)
            if see is not None:
                see(position, pixels)

        return real(kind, samples, read, start, lost, seen, recall, against)

    monkeypatch.setattr(shard_task, "measure_shard", measure)
    return decoded


def test_what_did_not_change_is_not_measured_again(folder, tmp_path, monkeypatch):
    out = tmp_path / "a.profile"
    first = contents(dk.profile(folder, out, workers=0, encoder="pixels").path)
    decoded = counting(monkeypatch)
    dk.profile(folder, out, workers=0, encoder="pixels")
    assert decoded == []
    assert contents(out) == first
    # A new time stamp and a new name are no new content; new content is.
    os.utime(folder / "train/cat/002.jpg", ns=(1, 1))
    (folder / "train/cat/004.jpg").rename(folder / "train/cat/renamed.jpg")
    (folder / "train/cat/008.jpg").write_bytes(encoded(textured(99), "JPEG"))
    again = dk.profile(folder, out, workers=0, encoder="pixels")
    assert decoded == ["train/cat/008.jpg"]
    fresh = dk.profile(folder, tmp_path / "fresh.profile", workers=0, encoder="pixels")
    assert contents(again.path) == contents(fresh.path)


def test_other_measuring_code_measures_again(folder, tmp_path, monkeypatch):
    out = tmp_path / "a.profile"
    dk.profile(folder, out, workers=0, encoder="none")
    decoded = counting(monkeypatch)
    monkeypatch.setattr(build_module, "measures_digest", lambda name, against: "other")
    dk.profile(folder, out, workers=0, encoder="none")
    assert len(decoded) == 32


def test_killed_at_random_moments_then_resumed(folder, tmp_path):
    for k in range(6):
        shutil.copytree(folder / "train", folder / f"more-{k}")
    undisturbed = dk.profile(folder, tmp_path / "a.profile", workers=1, encoder="pixels")
    expected = contents(undisturbed.path)
    command = [
        sys.executable,
        "-m",
        "datakit.cli.main",
        "profile",
        str(folder),
        "--json",
        "--encoder",
        "pixels",
        "--workers",
        "1",
        "-o",
        str(tmp_path / "b.profile"),
    ]
    rng = random.Random(0)
    for _ in range(4):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(rng.uniform(0.3, 1.6))
        process.send_signal(signal.SIGKILL)
        process.wait()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    assert contents(tmp_path / "b.profile") == expected
    assert not list(tmp_path.glob(".*"))


def test_interrupt_says_how_to_go_on(folder, tmp_path):
    for k in range(40):
        shutil.copytree(folder / "train", folder / f"more-{k}")
    command = [
        sys.executable,
        "-m",
        "datakit.cli.main",
        "profile",
        str(folder),
        "--encoder",
        "none",
        "-o",
        str(tmp_path / "b.profile"),
    ]
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        # A test run in the background of a shell would hand down that interrupts are ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    deadline = time.monotonic() + 60
    parts = tmp_path / ".b.profile.partial" / "parts"
    while not list(parts.glob("*.arrow")) and time.monotonic() < deadline:
        time.sleep(0.002)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "the same command goes on" in said
    assert list(parts.glob("*.arrow"))
