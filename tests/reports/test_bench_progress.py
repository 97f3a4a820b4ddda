import io
import json
import os
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datakit.reports.bench_progress import BenchProgress, live_runs, seconds_left


def live(place, name, text, at=1000.0):
    file = place / "made" / "runs" / name / "live.json"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    os.utime(file, (at, at))


def test_runs_in_training_are_found_and_killed_ones_are_not(tmp_path):
    told = {"step": 412, "steps": 1500, "losses": {"velocity": 0.21345}}
    live(tmp_path, "curated-003", json.dumps(told))
    live(tmp_path, "raw-000", json.dumps(told), at=10.0)
    live(tmp_path, "raw-001", '{"step": 4')
    live(tmp_path, "raw-002", "[]")
    [run] = live_runs(tmp_path, since=900.0)
    assert str(run) == "curated-003 412/1,500 velocity 0.213"
    assert live_runs(tmp_path / "nowhere", 0.0) == []


@given(st.integers(1, 100), st.integers(0, 50), st.floats(0.5, 1e4))
def test_equal_runs_take_what_the_ones_before_took(n, before, each):
    total = before + 2 * n
    assert seconds_left(before + n, before, total, n * each) == pytest.approx(n * each)
    assert seconds_left(total, before, total, 2 * n * each) == 0


def test_nothing_is_said_before_anything_was_done():
    assert seconds_left(12, 12, 24, 3.0) is None


def test_it_is_silent_where_nobody_looks(tmp_path, monkeypatch):
    error = io.StringIO()
    monkeypatch.setattr(sys, "stderr", error)
    with BenchProgress(tmp_path) as progress:
        progress.advance(1, 2)
    assert error.getvalue() == ""


def test_it_shows_runs_losses_and_time_left_on_a_terminal(tmp_path, monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    error = Terminal()
    monkeypatch.setattr(sys, "stderr", error)
    monkeypatch.setattr("datakit.reports.bench_progress._EVERY", 0.01)
    monkeypatch.setenv("COLUMNS", "120")
    with BenchProgress(tmp_path) as progress:
        told = json.dumps({"step": 3, "steps": 6, "losses": {"velocity": 0.25}})
        live(tmp_path, "curated-003", told, at=4e9)
        for _ in range(500):
            if "velocity" in error.getvalue():
                break
            progress._stop.wait(0.01)
        progress.advance(2, 24)
        for _ in range(500):
            if "left" in error.getvalue():
                break
            progress._stop.wait(0.01)
    shown = error.getvalue()
    assert "2 of 24 runs" in shown
    assert "curated-003 3/6 velocity 0.25" in shown
    assert "left" in shown
