"""Parts of the models against independent truth."""

import itertools

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA
from torch import nn

from datakit.benchmarks.models.adversarial import (
    discriminator_loss,
    generator_loss,
    gradient_penalty,
)
from datakit.benchmarks.models.dcgan import Dcgan, translations
from datakit.benchmarks.models.flow import Flow, Pca
from datakit.benchmarks.models.gan import Gan
from datakit.benchmarks.models.model import Preset
from datakit.benchmarks.models.weights import Ema, initialised, one_cycle
from datakit.benchmarks.training import generator, train
from datakit.errors import InputError

CPU = torch.device("cpu")
TINY = Preset(steps=20, batch=8, width=64)


def rng(seed=0):
    return generator(seed, "test")


def test_gan_losses_are_binary_cross_entropies_of_the_logits():
    real, fake = torch.randn(9, generator=rng()), torch.randn(9, generator=rng(1))
    entropy = nn.BCEWithLogitsLoss()
    expected = entropy(real, torch.ones(9)) + entropy(fake, torch.zeros(9))
    torch.testing.assert_close(discriminator_loss(real, fake), expected)
    torch.testing.assert_close(generator_loss(fake), entropy(fake, torch.ones(9)))
    # At large logits a loss on probabilities is flat; this one still tells the way.
    sure = torch.tensor([-80.0], requires_grad=True)
    generator_loss(sure).backward()
    assert sure.grad.item() == pytest.approx(-1)


def test_the_gradient_penalty_is_that_of_finite_differences():
    network = nn.Sequential(
        nn.Flatten(), nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 1), nn.Flatten(0)
    )
    network = initialised(network, rng()).double()
    x = torch.randn((3, 1, 2, 2), generator=rng(1), dtype=torch.float64)

    def by_differences():
        total, h = 0.0, 1e-5
        with torch.no_grad():
            for i in range(4):
                move = torch.zeros(4, dtype=torch.float64)
                move[i] = h
                move = move.view(1, 1, 2, 2)
                slope = (network(x + move) - network(x - move)) / (2 * h)
                total = total + slope.square().mean()
        return float(total)

    images = x.clone().requires_grad_()
    penalty = gradient_penalty(network(images), images)
    assert penalty.item() == pytest.approx(by_differences(), rel=1e-6)
    # And its own gradient by a weight, as it is trained on.
    weight = network[1].weight
    (slope,) = torch.autograd.grad(penalty, weight)
    h, kept = 1e-4, weight[2, 1].item()
    with torch.no_grad():
        ends = []
        for sign in (1, -1):
            weight[2, 1] = kept + sign * h
            ends.append(by_differences())
    assert slope[2, 1].item() == pytest.approx((ends[0] - ends[1]) / (2 * h), rel=1e-3)


def test_one_step_moves_each_network_by_its_own_loss_only():
    """With the other's rate at 0, each loss falls when its step is taken again and again."""
    for still in (0, 1):
        model = Gan((1, 4, 4), TINY, rng(), CPU)
        before = [
            [p.clone() for p in net.parameters()] for net in (model.generator, model.discriminator)
        ]
        model._adam[still].param_groups[0]["lr"] = 0.0
        x = torch.rand((8, 1, 4, 4), generator=rng(1)) * 2 - 1
        losses = [model.step(x, rng(2)) for _ in range(30)]
        after = [list(net.parameters()) for net in (model.generator, model.discriminator)]
        same = [
            all(torch.equal(a, b) for a, b in zip(*pair, strict=True))
            for pair in zip(before, after, strict=True)
        ]
        assert same == [still == 0, still == 1]
        name = ("discriminator", "generator")[still]
        assert losses[-1][name] < losses[0][name] - 0.05


def test_a_gan_image_does_not_depend_on_its_company():
    model = Gan((1, 4, 4), TINY, rng(), CPU)
    train(model, torch.rand((20, 1, 4, 4), generator=rng(1)) * 2 - 1, 5, 8, 0, CPU)
    many = model.sample(1100, rng(3))
    assert many.shape == (1100, 1, 4, 4)
    assert many.abs().max() <= 1
    z = torch.randn((50, 100), generator=rng(5))
    torch.testing.assert_close(model.ema.network(z)[:1], model.ema.network(z[:1]))
    assert model.sample(0, rng(3)).shape == (0, 1, 4, 4)
    # Its batch statistics are those of the averaged weights on plenty of noise.
    network = model.ema.network
    hidden = network[0](torch.randn((20_000, 100), generator=rng(4)))
    torch.testing.assert_close(network[1].running_mean, hidden.mean(0), rtol=0, atol=0.1)
    torch.testing.assert_close(network[1].running_var, hidden.var(0), rtol=0.3, atol=0)


def test_translations_move_whole_images_by_an_eighth_at_most():
    images = torch.full((200, 2, 16, 16), -1.0)
    images[:, 0, 7, 9], images[:, 1, 8, 5] = 0.5, 0.25
    moved = translations(images, rng())
    shifts = set()
    for image in moved:
        (first,), (second,) = (image[c].eq(v).nonzero().tolist() for c, v in ((0, 0.5), (1, 0.25)))
        shift = (first[0] - 7, first[1] - 9)
        assert (second[0] - 8, second[1] - 5) == shift
        shifts.add(shift)
    assert shifts == {(a, b) for a in range(-2, 3) for b in range(-2, 3)}
    images.requires_grad_()
    translations(images, rng()).sum().backward()
    assert images.grad.max() == 1  # the generator learns through it


@pytest.mark.parametrize("side", [8, 16, 28, 32, 56, 64])
def test_dcgan_draws_squares_of_these_sides(side):
    model = Dcgan((3, side, side), Preset(1, 2, 2), rng(), CPU)
    assert model.sample(2, rng()).shape == (2, 3, side, side)
    assert model.discriminator(torch.zeros(2, 3, side, side)).shape == (2,)


@pytest.mark.parametrize("shape", [(1, 28, 32), (1, 30, 30), (1, 7, 7), (3, 100, 100)])
def test_dcgan_refuses_other_shapes(shape):
    with pytest.raises(InputError, match=f"{shape[2]}×{shape[1]}"):
        Dcgan(shape, TINY, rng(), CPU)


def test_a_batch_of_one_is_refused_by_what_needs_batch_statistics():
    with pytest.raises(InputError, match="2 or more"):
        Gan((1, 4, 4), Preset(1, 1, 8), rng(), CPU)


def test_pca_goes_there_and_back():
    factors = torch.randn((300, 12), generator=rng())
    data = factors @ torch.randn((12, 100), generator=rng(1)) + 3
    pca = Pca(100, 12, rng(2))
    pca.fit(data)
    found = pca.coordinates(data)
    torch.testing.assert_close(pca.restore(found), data, rtol=1e-3, atol=1e-3)
    spread = torch.cov(found.T)
    torch.testing.assert_close(spread, spread.diag().diag(), rtol=0, atol=1e-3)
    assert spread.trace() / 12 == pytest.approx(1, abs=1e-3)
    variances = torch.linalg.eigvalsh(torch.cov(data.T))[-12:].flip(0)
    ratio = spread.diag() / variances
    torch.testing.assert_close(ratio, ratio[0].expand(12), rtol=1e-3, atol=0)


def test_pca_is_that_of_scikit_learn():
    spread = torch.logspace(0, -1.5, 150)
    data = (torch.randn((500, 150), generator=rng()) * spread) @ torch.linalg.qr(
        torch.randn((150, 150), generator=rng(1))
    )[0] + 0.3
    pca, theirs = Pca(150, 20, rng(2)), PCA(20, svd_solver="full").fit(data.numpy())
    pca.fit(data)
    np.testing.assert_allclose(pca.sd.numpy() ** 2, theirs.explained_variance_, rtol=0.02)
    ours = pca.restore(pca.coordinates(data)).numpy()
    best = theirs.inverse_transform(theirs.transform(data.numpy()))
    lost = [np.square(data.numpy() - x).sum() for x in (ours, best)]
    assert lost[1] * 0.9999 <= lost[0] < lost[1] * 1.01


@pytest.mark.parametrize("n", [1, 5])
def test_pca_of_few_samples_draws_them(n):
    data = torch.rand((n, 1, 8, 8), generator=rng()) * 2 - 1
    model = Flow((1, 8, 8), TINY, rng(1), CPU)
    model.prepare(data)
    found = model.pca.coordinates(data.flatten(1))
    torch.testing.assert_close(model.pca.restore(found), data.flatten(1), rtol=0, atol=1e-3)
    assert model.sample(3, rng()).isfinite().all()


def test_one_cycle_rises_and_falls():
    rates = [one_cycle(i, 100, 0.5) for i in range(130)]
    assert rates[:10] == pytest.approx([0.05 * (i + 1) for i in range(10)])
    assert max(rates) == 0.5
    assert all(b < a for a, b in itertools.pairwise(rates[10:101]))
    assert rates[100:] == [rates[100]] * 30
    assert 0 < rates[100] < 1e-3


def test_the_average_of_weights_forgets_the_start_and_then_is_slow():
    network = nn.Linear(1, 1, bias=False)
    nn.init.zeros_(network.weight)
    ema = Ema(network)
    nn.init.ones_(network.weight)
    expected = 0.0
    for t in range(1, 30):
        ema.update(network)
        decay = (1 + t) / (10 + t)
        expected = decay * expected + 1 - decay
    assert ema.network.weight.item() == pytest.approx(expected, rel=1e-5)
    assert ema.network.weight.item() > 0.99
    ema._n_updates = 10**6
    nn.init.zeros_(network.weight)
    ema.update(network)
    assert ema.network.weight.item() == pytest.approx(0.999 * expected, rel=1e-5)


def test_initial_weights_have_torchs_own_spread_and_none_is_left_out():
    for layer in (nn.Linear(50, 400), nn.Conv2d(6, 90, 5), nn.ConvTranspose2d(60, 9, 5)):
        usual = [(p.mean().item(), p.std().item()) for p in layer.parameters()]
        initialised(layer, rng())
        for (mean, sd), p in zip(usual, layer.parameters(), strict=True):
            if p.numel() > 1000:
                assert p.std().item() == pytest.approx(sd, rel=0.05)
                assert p.mean().item() == pytest.approx(mean, abs=0.05 * sd)
    with pytest.raises(TypeError, match="Bilinear"):
        initialised(nn.Bilinear(2, 2, 2), rng())
