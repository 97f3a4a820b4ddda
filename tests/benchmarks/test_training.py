"""The training loop: fair batches, curves, divergence, and the same bits for the same seed."""

import dataclasses
import math

import pytest
import torch

from datakit.benchmarks.models import MODELS, PRESETS, model_class
from datakit.benchmarks.training import Diverged, generator, one_thread, train
from datakit.errors import InputError

CPU = torch.device("cpu")


class Scripted:
    """Notes what it is given; its losses are told beforehand."""

    name = "scripted"

    def __init__(self, losses=(1.0,), weight=0.0):
        self.losses, self.weight = losses, weight
        self.seen, self.noise, self.prepared = [], [], 0

    def prepare(self, data):
        self.prepared += 1

    def step(self, batch, rng):
        assert torch.get_num_threads() == 1
        loss = self.losses[min(len(self.seen), len(self.losses) - 1)]
        if isinstance(loss, Exception):
            raise loss
        self.seen.append(batch.flatten().tolist())
        self.noise.append(torch.randn(2, generator=rng).tolist())
        return {"loss": loss}

    def state(self):
        return {"weight": torch.tensor([1.0, self.weight])}


def run(model, n=10, steps=12, batch=4, seed=0, on_step=None):
    return train(model, torch.arange(n).float()[:, None], steps, batch, seed, CPU, on_step)


@pytest.mark.parametrize(("n", "batch"), [(10, 4), (3, 8), (1, 2)])
def test_every_sample_is_seen_once_before_any_is_seen_again(n, batch):
    model = Scripted()
    run(model, n, 12, batch)
    seen = [i for b in model.seen for i in b]
    assert all(len(b) == batch for b in model.seen)
    for start in range(0, len(seen) - n + 1, n):
        assert sorted(seen[start : start + n]) == list(range(n))
    assert model.prepared == 1


def test_noise_is_paired_between_arms_of_different_size():
    small, large, other = Scripted(), Scripted(), Scripted()
    run(small, 3)
    run(large, 10)
    run(other, 10, seed=1)
    assert small.noise == large.noise
    assert large.noise[0] != other.noise[0]
    assert large.seen != other.seen


def test_curves_are_means_and_every_step_is_told():
    told = []
    losses = tuple(float(i) for i in range(1000))
    curves = run(Scripted(losses), steps=1000, on_step=lambda step, seen: told.append((step, seen)))
    assert told == [(i + 1, {"loss": float(i)}) for i in range(1000)]
    assert len(curves.steps) == 200
    assert curves.steps[-1] == 1000
    assert curves.losses["loss"][:2] == (2.0, 7.0)  # the means of 0 to 4 and of 5 to 9
    short = run(Scripted(losses), steps=401)
    assert (short.steps[-2:], len(short.steps)) == ((399, 401), 134)
    assert short.losses["loss"][-1] == 399.5


@pytest.mark.parametrize("loss", [math.nan, math.inf, -math.inf, 2e4])
def test_a_loss_that_is_no_number_or_exploded_stops_the_run(loss):
    with pytest.raises(Diverged, match="step 3") as caught:
        run(Scripted((1.0, 0.9, loss)))
    assert caught.value.step == 3
    assert caught.value.curves.losses["loss"] == (1.0, 0.9)
    run(Scripted((1.0, 0.9, 9e3)))  # bad, but a number


def test_a_weight_that_is_no_number_is_noticed():
    with pytest.raises(Diverged, match="weight of scripted is not finite"):
        run(Scripted(weight=math.nan))


def test_no_data_and_no_memory_are_told():
    with pytest.raises(InputError, match="no samples"):
        run(Scripted(), n=0)
    words = (
        "[enforce fail at alloc_cpu.cpp:117] err == 0. DefaultCPUAllocator: can't allocate memory"
    )
    for error in (
        RuntimeError(words),
        torch.OutOfMemoryError("CUDA out of memory."),
        MemoryError(),
    ):
        with pytest.raises(InputError, match="not enough memory to train scripted"):
            run(Scripted((error,)))
    with pytest.raises(RuntimeError, match="shapes"):
        run(Scripted((RuntimeError("shapes differ"),)))


def test_threads_are_given_back():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with one_thread(CPU):
            assert torch.get_num_threads() == 1
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_generators_differ_by_seed_and_by_stream():
    draws = {
        (s, name): float(torch.rand(1, generator=generator(s, name)))
        for s in range(20)
        for name in ("weights", "noise", "batches")
    }
    assert len(set(draws.values())) == 60
    assert draws[3, "noise"] == float(torch.rand(1, generator=generator(3, "noise")))


def built(name, seed=0):
    cls = model_class(name)
    preset = dataclasses.replace(cls.presets["smoke"], steps=6, batch=8)
    rng = generator(seed, "weights")
    return cls(preset, rng, CPU) if name == "lm" else cls((1, 16, 16), preset, rng, CPU)


def data_for(name):
    rng = generator(7, "data")
    if name == "lm":
        return torch.randint(257, (40, 65), generator=rng).short()
    return torch.rand((40, 1, 16, 16), generator=rng) * 2 - 1


def drawn(model, name):
    rng = generator(1, "samples")
    return model.sample(5, 20, rng) if name == "lm" else model.sample(5, rng).tolist()


@pytest.mark.parametrize("name", MODELS)
def test_the_same_seed_gives_the_same_bits_whatever_torch_drew_before(name):
    states, before = [], torch.get_rng_state()
    for unrelated in (1, 2):
        torch.manual_seed(unrelated)
        model = built(name)
        train(model, data_for(name), 6, 8, 0, CPU)
        states.append((model.state(), drawn(model, name)))
        assert torch.equal(torch.rand(1), _next(unrelated, built, name))
    torch.set_rng_state(before)
    (first, of_first), (second, of_second) = states
    assert first.keys() == second.keys()
    assert all(torch.equal(first[k], second[k]) for k in first)
    assert of_first == of_second
    other = built(name, seed=1)
    train(other, data_for(name), 6, 8, 1, CPU)
    assert any(not torch.equal(first[k], v) for k, v in other.state().items())


def _next(seed, build, name):
    """What torch's own generator gives next if only a constructor has drawn from it."""
    torch.manual_seed(seed)
    build(name)
    return torch.rand(1)


@pytest.mark.parametrize("name", MODELS)
def test_a_saved_model_draws_as_it_did(name):
    model = built(name)
    train(model, data_for(name), 6, 8, 0, CPU)
    model.step(data_for(name)[:8], generator(2, "noise"))  # what was kept for sampling is old now
    drew = drawn(model, name)
    state = model.state()
    assert all(t.is_contiguous() and t.device == CPU for t in state.values())
    again = built(name, seed=9)
    assert drawn(again, name) != drew
    again.load(state)
    assert drawn(again, name) == drew == drawn(model, name)
    with pytest.raises(InputError, match="not of this model"):
        again.load({"alien": torch.zeros(1)})


@pytest.mark.parametrize("name", MODELS)
def test_training_does_not_feel_that_samples_were_drawn(name):
    plain, watched = built(name), built(name)
    train(plain, data_for(name), 6, 8, 0, CPU)
    train(watched, data_for(name), 6, 8, 0, CPU, lambda step, losses: drawn(watched, name))
    assert all(torch.equal(plain.state()[k], v) for k, v in watched.state().items())


@pytest.mark.parametrize("name", MODELS)
def test_an_absurd_learning_rate_is_noticed(name, monkeypatch):
    cls = model_class(name)
    if hasattr(cls, "rate"):
        monkeypatch.setattr(cls, "rate", 1e6)
    else:
        monkeypatch.setattr(f"{cls.__module__}._RATE", 1e6)
    with pytest.raises(Diverged):
        train(built(name), data_for(name), 100, 8, 0, CPU)


def test_every_model_has_every_preset():
    for name in MODELS:
        presets = model_class(name).presets
        assert tuple(presets) == PRESETS
        steps = [presets[p].steps for p in PRESETS]
        assert steps == sorted(steps)
        with pytest.raises(dataclasses.FrozenInstanceError):
            presets["quick"].steps = 1
    with pytest.raises(InputError, match="no model 'gpt'"):
        model_class("gpt")
