"""CutMix and MixUp against the formulas of their papers."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from scipy import integrate, stats

from datakit.errors import InputError
from datakit.transforms import Content, generator
from datakit.transforms.image_mix import CutMix, MixUp


def content(image):
    return Content(image, None, ".png")


def plain(level, size=(200, 150), mode="L"):
    return content(Image.new(mode, size, level))


def noise(size, seed):
    pixels = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    return content(Image.fromarray(pixels))


class TestCutMix:
    @given(
        sizes=st.tuples(*[st.integers(1, 64)] * 4),
        alpha=st.sampled_from([0.001, 0.2, 1.0, 50.0]),
        seed=st.integers(0, 10**6),
    )
    @settings(max_examples=150, deadline=None)
    def test_the_share_is_that_of_the_pixels_that_are_left(self, sizes, alpha, seed):
        black, white = plain(0, sizes[:2]), plain(255, sizes[2:])
        mixed, note, share = CutMix(alpha).mix(black, white, generator(seed, "a"))
        left = np.asarray(mixed.value) == 0
        assert share == pytest.approx(left.mean(), abs=1e-12)
        assert (note == "") == (mixed is black) == (share == 1)
        if share < 1:  # what was cut is one whole box
            rows, columns = np.nonzero(~left)
            assert not left[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1].any()

    def test_the_box_shows_the_same_place_of_the_other(self):
        first, second = noise((60, 50), 1), noise((60, 50), 2)
        for i in range(30):
            mixed, _, share = CutMix().mix(first, second, generator(0, str(i)))
            ours = (np.asarray(mixed.value) == np.asarray(first.value)).all(2)
            theirs = (np.asarray(mixed.value) == np.asarray(second.value)).all(2)
            assert (ours | theirs).all()
            assert ours.mean() == pytest.approx(share, abs=0.001)

    @pytest.mark.parametrize("alpha", [0.3, 1.0, 4.0])
    def test_expected_share(self, alpha):
        # Equation 2 with the box cut off at the edge: a side of s in a length of 1 whose centre is
        # uniform leaves s - s^2/4 of itself, both sides independently; s = sqrt(1 - lambda).
        law = stats.beta(alpha, alpha)
        expected, _ = integrate.quad(
            lambda mixing: (1 - (math.sqrt(1 - mixing) - (1 - mixing) / 4) ** 2) * law.pdf(mixing),
            0,
            1,
        )
        if alpha == 1:
            assert expected == pytest.approx(1 - (1 / 2 - 1 / 5 + 1 / 48), abs=1e-6)
        black, white = plain(0), plain(255)
        shares = [CutMix(alpha).mix(black, white, generator(0, str(i)))[2] for i in range(1500)]
        error = np.std(shares) / math.sqrt(len(shares))
        # Sides are whole pixels, rounded down: at most half a pixel of 150 on average.
        assert np.mean(shares) == pytest.approx(expected, abs=4 * error + 0.5 / 150)

    def test_every_place_is_cut_alike_along_a_side(self):
        # A centre that is uniform up to the edges: left and right, upper and lower mirror.
        black, white = plain(0, (40, 30)), plain(255, (40, 30))
        cut = np.mean(
            [
                np.asarray(CutMix().mix(black, white, generator(2, str(i)))[0].value) > 0
                for i in range(3000)
            ],
            axis=0,
        )
        assert np.abs(cut - cut[::-1, ::-1]).max() < 0.06
        assert 0.1 < cut[0, 0] < cut[15, 20] < 0.6


class TestMixUp:
    @pytest.mark.parametrize("alpha", [0.2, 1.0, 5.0])
    def test_shares_follow_the_beta_law(self, alpha):
        black, white = plain(0, (2, 2)), plain(255, (2, 2))
        results = [MixUp(alpha).mix(black, white, generator(0, str(i))) for i in range(800)]
        shares = np.array([share for _, _, share in results])
        assert stats.kstest(shares, stats.beta(alpha, alpha).cdf).pvalue > 1e-3
        levels = [np.asarray(mixed.value)[0, 0] for mixed, _, _ in results]
        assert np.abs(levels - 255 * (1 - shares)).max() <= 0.5 + 1e-3

    @pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
    def test_each_pixel_is_equation_1(self, mode):
        first = content(noise((21, 13), 1).value.convert(mode))
        second = content(noise((21, 13), 2).value.convert(mode))
        mixed, note, share = MixUp(1.0).mix(first, second, generator(0, "a"))
        expected = share * np.asarray(first.value, float) + (1 - share) * np.asarray(second.value)
        assert np.abs(np.asarray(mixed.value) - expected).max() <= 0.5 + 1e-3
        assert f"{100 * (1 - share):.1f} %" in note

    def test_colours_that_cannot_be_seen_are_not_blended_in(self):
        clear_red = Image.new("RGBA", (4, 4), (255, 0, 0, 0))
        blue = Image.new("RGBA", (4, 4), (0, 0, 255, 255))
        mixed, _, share = MixUp(5.0).mix(content(clear_red), content(blue), generator(0, "a"))
        red, green, blue_level, alpha = mixed.value.getpixel((0, 0))
        assert (red, green) == (0, 0)
        assert blue_level >= 254
        assert alpha == pytest.approx(255 * (1 - share), abs=1)


@pytest.mark.parametrize("mixer", [CutMix(), MixUp(1.0)])
class TestBoth:
    def test_the_other_covers_whatever_its_shape(self, mixer):
        for shape in ((1, 64), (64, 1), (300, 20), (7, 7)):
            mixed, _, share = mixer.mix(
                plain(0, (40, 30)), plain(255, shape), generator(0, str(shape))
            )
            assert np.asarray(mixed.value, float).mean() == pytest.approx(
                255 * (1 - share), abs=0.6
            )

    def test_the_other_keeps_its_aspect_and_its_middle(self, mixer):
        bars = np.zeros((30, 90), np.uint8)
        bars[:, 30:60] = 255  # a picture three times as wide: its middle third fills the square
        mixed, _, share = mixer.mix(
            plain(0, (30, 30)), content(Image.fromarray(bars)), generator(0, "a")
        )
        inner = np.asarray(mixed.value, float)[:, 3:-3]
        assert inner.max() == pytest.approx(
            255 * (1 - share) if mixer.name == "mixup" else 255, abs=1
        )
        if mixer.name == "mixup":
            assert np.ptp(inner) <= 1

    def test_hidden_colours_of_the_other_become_white(self, mixer):
        clear_red = content(Image.new("RGBA", (9, 9), (255, 0, 0, 0)))
        mixed, _, _ = mixer.mix(plain("white", (9, 9), "RGB"), clear_red, generator(0, "a"))
        assert (np.asarray(mixed.value) == 255).all()

    def test_modes_of_the_first(self, mixer):
        for mode in ("L", "LA", "RGB", "RGBA"):
            first = content(noise((12, 9), 1).value.convert(mode))
            assert mixer.mix(first, noise((5, 8), 2), generator(0, "q"))[0].value.mode == mode

    @pytest.mark.parametrize("alpha", [0, -1.0, math.inf, math.nan, "1", True])
    def test_alpha_out_of_range(self, mixer, alpha):
        with pytest.raises(InputError, match=f"{mixer.name} alpha is .*: give a number from 0.001"):
            type(mixer)(alpha)
