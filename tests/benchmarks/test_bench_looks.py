"""Runs in looks: they stop where an effect is clear, and go on where they were stopped."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
from bench_sides import Planted, image
from scipy.stats import t

import datakit as dk
from datakit.benchmarks import bench
from datakit.benchmarks.bench import LOOKS, SEEDS, Options, run_bench
from datakit.benchmarks.models.flow import Flow
from datakit.benchmarks.prepared import key_of
from datakit.benchmarks.run_task import RunTask, run_folder
from datakit.cli.main import main
from datakit.errors import InputError
from datakit.executors import Serial
from datakit.reports.bench_data_saved import read_bench
from datakit.reports.bench_html import write_bench_html

SINGLE = Options("flow", "full", "pca", 24)
FULL = replace(SINGLE, looks=(8, 16))
LEVELS = {8: 0.05 / 9, 16: 0.05 * 3 / 9, 24: 0.05 * 5 / 9}

# Eight differences of mean 0 and standard deviation 1, thrice.
NOISE = np.tile([1.5, -1.5, 0.5, -0.5, 1.0, -1.0, 0.0, 0.0], 3)
NOISE = NOISE / NOISE[:8].std(ddof=1)


def values(shift):
    """Curated differs from random by `shift` standard deviations; random and raw are as noisy."""
    steady = np.full(24, 50.0)
    return {"curated": steady + shift + NOISE, "random": steady, "raw": steady + 3}


def half(k, level):
    """Half the interval at k seeds, in standard deviations, by the formula of docs/bench.md.

    With a quarter of the variance as luck, which is the least.
    """
    s = NOISE[:k].std(ddof=1)
    return t.isf(level / 2, k - 1) * s * np.sqrt(1 / k + 0.25)


@pytest.fixture(autouse=True)
def prepared_already(monkeypatch):
    def prepared(folder, sides, holdout, options):
        facts = {"key": "k", "sizes": {"raw": 500, "curated": 300}, "n_holdout": 1_000}
        facts |= {
            "corpora": {"raw": "r", "curated": "c"},
            "holdout": None,
            "near_holdout": {},
            "metric": "m",
        }
        facts |= vars(options)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "bench.json").write_text(json.dumps(facts))
        return facts

    monkeypatch.setattr(bench, "prepared", prepared)


def run(folder, options, executor):
    told = []
    effect = run_bench(folder, {}, None, options, executor, lambda *two: told.append(two))
    return effect, told


def seeds_of(executor):
    assert {arm for arm, _ in executor.done} == {"curated", "random", "raw"}
    return sorted({seed for _, seed in executor.done})


@pytest.mark.parametrize(
    ("shift", "verdict", "stopped", "stated"),
    [(-9, "helps", 8, "99.4"), (9, "hurts", 8, "99.4"), (-1.9, "helps", 16, "98.3"),
     (0, "no effect found", 24, "97.2")],
)  # fmt: skip
def test_runs_stop_at_the_first_look_that_finds_an_effect(
    tmp_path, shift, verdict, stopped, stated
):
    found = [k for k, level in LEVELS.items() if abs(shift) > half(k, level)]
    assert (found or [24])[0] == stopped  # the values are as they should be
    trainer = Planted(values(shift))
    effect, told = run(tmp_path, FULL, trainer)
    assert seeds_of(trainer) == list(range(stopped))
    deciding = effect.versus_random
    assert (effect.verdict, deciding.n_seeds) == (verdict, stopped)
    assert deciding.level == pytest.approx(LEVELS[stopped])
    assert deciding.high - deciding.value == pytest.approx(half(stopped, LEVELS[stopped]))
    assert f"{stated} % interval" in effect.sentence()
    line = f"Stopped after {stopped} of 24 seeds: the effect is clear."
    assert (line in effect.reasons) == (line in effect.sentence()) == (stopped < 24)
    # Of 72 runs, until it is known that no more are needed.
    done = [n for n, _ in told]
    assert done == sorted(done)
    assert told[0] == (0, 72)
    assert {n for _, n in told[:-1]} == {72}
    assert told[-1] == (3 * stopped, 3 * stopped)


def test_one_look_is_judged_as_ever(tmp_path):
    # With 8 seeds and one look 1.5 is enough, at the first of three it is not.
    assert half(24, 0.05) < half(8, 0.05) < 1.5 < half(8, LEVELS[8])
    for name, options in (("quick", replace(SINGLE, preset="quick", seeds=8)), ("24", SINGLE)):
        trainer = Planted(values(-1.5))
        effect, told = run(tmp_path / name, options, trainer)
        assert seeds_of(trainer) == list(range(options.seeds))
        assert (effect.verdict, effect.versus_random.level) == ("helps", 0.05)
        half_width = effect.versus_random.high - effect.versus_random.value
        assert half_width == pytest.approx(half(options.seeds, 0.05))
        assert effect.reasons == ()
        assert "95 % interval" in effect.sentence()
        assert told == [(n, 3 * options.seeds) for n in range(3 * options.seeds + 1)]


def test_only_full_has_looks_and_bad_ones_are_told(tmp_path):
    assert {name for name, looks in LOOKS.items() if looks} == {"full"}
    assert (*LOOKS["full"], SEEDS["full"]) == (8, 16, 24)
    with pytest.raises(InputError, match="rising"):
        run(tmp_path, replace(FULL, seeds=16), Planted(values(0)))


@pytest.mark.parametrize("shift", [-9, -1.9, 0])
@pytest.mark.parametrize("most", [5, 24, 40])
def test_an_interrupted_run_goes_on_and_ends_the_same(tmp_path, shift, most):
    whole = Planted(values(shift))
    run(tmp_path / "whole", FULL, whole)
    first = Planted(values(shift), most)
    if most < len(whole.done):
        with pytest.raises(KeyboardInterrupt):
            run(tmp_path / "parts", FULL, first)
    second = Planted(values(shift))
    run(tmp_path / "parts", FULL, second)
    assert first.done + second.done == whole.done
    found = [(tmp_path / name / "effect.json").read_bytes() for name in ("whole", "parts")]
    assert found[0] == found[1]
    third = Planted(values(shift))
    run(tmp_path / "parts", FULL, third)
    assert third.done == []
    assert (tmp_path / "parts" / "effect.json").read_bytes() == found[0]


def test_what_is_read_again_has_the_level_of_its_look(tmp_path):
    effect, _ = run(tmp_path / "b", FULL, Planted(values(-1.9)))
    saved = read_bench(tmp_path / "b")
    assert saved.effect.to_json() == effect.to_json()
    assert saved.effect.sentence() == effect.sentence()
    assert saved.covered == "98.3"
    assert len(saved.runs["curated"]) == 16
    page = write_bench_html(tmp_path / "b").read_text()
    assert "Stopped after 16 of 24 seeds" in page
    assert "after 8, 16 and 24 seeds" in page
    assert '"covered": "98.3"' in page or '"covered":"98.3"' in page


def test_failed_runs_withhold_a_verdict_and_so_go_on(tmp_path):
    some = values(-9)
    some["curated"] = some["curated"].copy()
    some["curated"][:3] = np.nan  # 3 of 8 are too many, 3 of 16 are not

    class Failing(Planted):
        def map(self, task, shards):
            for shard, found in zip(shards := list(shards), super().map(task, shards), strict=True):
                file = run_folder(task.folder, *shard[1]) / "run.json"
                told = json.loads(file.read_text())
                if np.isnan(told["value"]):
                    file.write_text(json.dumps(told | {"value": None, "status": "diverged"}))
                yield found

    trainer = Failing(some)
    effect, _ = run(tmp_path, FULL, trainer)
    assert seeds_of(trainer) == list(range(16))
    assert (effect.verdict, effect.arms["curated"].n_failed) == ("helps", 3)


@pytest.mark.parametrize(
    ("collapsed", "model", "verdict"),
    [
        ({"curated": 8, "random": 8}, "flow", "too few runs"),
        ({"curated": 5, "random": 5}, "flow", "too few runs"),
        ({"curated": 4, "random": 8}, "flow", "helps"),
        ({"random": 8, "raw": 8}, "flow", "helps"),
        ({"curated": 8, "random": 8}, "lm", "helps"),
    ],
)
def test_models_that_collapse_on_whatever_data_give_no_verdict(tmp_path, collapsed, model, verdict):
    class Collapsing(Planted):
        def map(self, task, shards):
            for shard, found in zip(shards := list(shards), super().map(task, shards), strict=True):
                arm, seed = shard[1]
                file = run_folder(task.folder, arm, seed) / "run.json"
                if seed < collapsed.get(arm, 0):
                    told = json.loads(file.read_text())
                    file.write_text(json.dumps(told | {"status": "collapsed"}))
                yield found

    options = replace(SINGLE, preset="quick", seeds=8)
    if model == "lm":
        options = replace(options, model="lm", space="", size=0, n_channels=0)
    effect, _ = run(tmp_path, options, Collapsing(values(-9)))
    assert effect.verdict == verdict
    withheld = [line for line in effect.reasons if "no verdict is given" in line]
    assert len(withheld) == (verdict == "too few runs")
    assert all("curated and random" in line and "--model" in line for line in withheld)
    saved = read_bench(tmp_path).effect
    assert (saved.verdict, saved.sentence()) == (effect.verdict, effect.sentence())
    assert "no verdict is given" in effect.sentence() or verdict == "helps"


def test_runs_of_other_code_or_options_are_done_again(tmp_path, monkeypatch):
    keys = {key_of({}, None, options) for options in (SINGLE, FULL, replace(FULL, seed=1))}
    monkeypatch.setattr("datakit.benchmarks.prepared.RUN_VERSION", 999)
    keys.add(key_of({}, None, FULL))
    monkeypatch.undo()
    longer = replace(Flow.presets["full"], steps=11_000)
    monkeypatch.setattr(Flow, "presets", Flow.presets | {"full": longer})
    keys.add(key_of({}, None, FULL))
    monkeypatch.undo()
    assert len(keys) == 5
    assert key_of({}, None, FULL) in keys
    # A run that is saved needs no data; one of another key would train, on data that are not there.
    place = run_folder(tmp_path, "raw", 0)
    place.mkdir(parents=True)
    (place / "run.json").write_text('{"key": "old", "value": 3.5}')
    task = RunTask(tmp_path, "flow", "smoke", None, "pca", 50, key="old")
    assert task((0, ("raw", 0)), None)["value"] == 3.5
    shutil.copytree(place, tmp_path / "kept")
    with pytest.raises(AttributeError):
        replace(task, key="new")((0, ("raw", 0)), None)


@pytest.mark.parametrize(
    ("asked", "stopped", "listed"),
    [({}, 8, 24), ({"seeds": 9}, 9, 27), ({"preset": "quick"}, 8, 24)],
)
def test_the_verb_looks_at_full_and_at_no_number_that_is_asked_for(
    tmp_path, monkeypatch, capsys, asked, stopped, listed
):
    class Trainer(Planted):
        def map(self, task, shards):
            trains = isinstance(task, RunTask)
            return super().map(task, shards) if trains else Serial().map(task, shards)

    trainer = Trainer(values(-9))
    monkeypatch.setattr("datakit.executors.executor", lambda workers: trainer)
    monkeypatch.setattr("datakit.benching._has_gpu", lambda: False)
    monkeypatch.setattr("datakit.reports.bench_html.write_bench_html", lambda folder: folder)
    corpora = [[image(i) for i in range(n)] for n in (8, 5)]
    effect = dk.bench(*corpora, tmp_path, workers=0, **{"preset": "full"} | asked)
    assert seeds_of(trainer) == list(range(stopped))
    assert effect.verdict == "helps"
    assert ("Stopped after 8 of 24 seeds" in effect.sentence()) == (not asked)
    with pytest.raises(SystemExit):
        main(["bench", "--list", "-o", str(tmp_path), "--json"])
    (entry,) = json.loads(capsys.readouterr().out)["benchmarks"]
    assert (entry["n_runs"], entry["verdict"]) == (listed, "helps")


@pytest.mark.parametrize(
    ("shift", "nearer", "told"),
    [
        (9, {"curated": 0.52, "random": 0.8}, "random copies: 80 % of its images"),
        (-9, {"curated": 0.8, "random": 0.52}, "curated copies: 80 % of its images"),
        (9, {"curated": 0.8, "random": 0.52}, None),  # the worse one
        (9, {"curated": 0.52, "random": 0.6}, None),
        (9, {"curated": 0.38, "random": 0.5}, None),  # no copies: nearer than the other one's
        (0, {"curated": 0.52, "random": 0.8}, None),  # no difference to explain
        (9, {}, None),  # texts
    ],
)
def test_a_better_arm_that_copies_its_training_images_is_told(tmp_path, shift, nearer, told):
    effect, _ = run(
        tmp_path, replace(SINGLE, preset="quick"), Planted(values(shift), nearer=nearer)
    )
    assert [line.partition(" are nearer")[0] for line in effect.reasons] == ([told] if told else [])
