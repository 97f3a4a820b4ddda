"""Image augmenters against NumPy, OpenCV, Pillow's own enhancers and the laws they state."""

import hashlib
import math
import os
import subprocess
import sys

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageEnhance, ImageOps
from scipy import stats

from datakit.errors import InputError
from datakit.transforms import AUGMENTERS, Content, Mixer, generator, transform_class
from datakit.transforms.codec import finished
from datakit.transforms.image_augment import Colour, CropResize, Flip, Rotate
from datakit.transforms.image_augment_presets import PRESETS, Preset

PIPELINE = {
    "transform": {
        "__class_fullname__": "Compose",
        "transforms": [
            {"__class_fullname__": "HorizontalFlip", "p": 0.5},
            {"__class_fullname__": "Rotate", "p": 1.0},
            {"__class_fullname__": "GaussNoise", "p": 0.7},
        ],
    }
}


def everything():
    """Each registered augmenter and mixer, and each preset."""
    for name, place in AUGMENTERS["image"].items():
        kind = transform_class(place)
        yield kind(PIPELINE) if name == "albumentations" else kind()
    yield from (Preset(kind) for kind in PRESETS)


def picture(width, height, mode="RGB", seed=0):
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 4), dtype=np.uint8)
    image = Image.fromarray(pixels)
    if mode == "I;16":
        return Image.fromarray(pixels[..., 0].astype(np.uint16) * 257)
    return image.convert("RGB").convert(mode) if mode not in ("LA", "RGBA") else image.convert(mode)


def content(image):
    return Content(image, None, ".png")


def run(transform, given, rng, other=None):
    if isinstance(transform, Mixer):
        return transform.mix(given, other or given, rng)[:2]
    return transform.augment(given, rng)


class Drawn:
    """A generator that draws what it is told."""

    def __init__(self, *values):
        self.values = np.array(values, float)

    def random(self, size=None):
        return self.values[0] if size is None else self.values[:size]

    def uniform(self, low, high, size):
        assert (low, high) == (-1, 1)
        return self.values[:size]


class TestFlip:
    def test_mirrors_as_numpy_does(self):
        image = picture(7, 5)
        result, note = Flip(1.0).augment(content(image), generator(0, "a"))
        assert np.array_equal(np.asarray(result.value), np.asarray(image)[:, ::-1])
        assert note == "mirrored"
        assert (result.data, result.suffix) == (None, ".png")

    @pytest.mark.parametrize("p", [0.0, 0.2, 0.5, 1.0])
    def test_how_often(self, p):
        given = content(picture(3, 1))
        n = 2000
        flipped = sum(
            Flip(p).augment(given, generator(1, str(i)))[0] is not given for i in range(n)
        )
        assert abs(flipped - n * p) <= 5 * math.sqrt(n * p * (1 - p))

    def test_what_is_shown_is_mirrored_where_exif_turns_it(self):
        image = picture(6, 4)
        exif = Image.Exif()
        exif[0x0112] = 6
        image.info["exif"] = exif.tobytes()
        result, _ = Flip(1.0).augment(content(image), generator(0, "a"))
        shown = ImageOps.exif_transpose(image)
        assert np.array_equal(np.asarray(result.value), np.asarray(shown)[:, ::-1])
        assert "exif" not in result.value.info


class TestCropResize:
    def test_share_and_place_are_uniform(self):
        # On a ramp of slope 1 the result is a ramp: its slope is the share, its start the place.
        ramp = content(Image.fromarray(np.tile(np.arange(256, dtype=np.uint8), (256, 1))))
        shares, places = [], []
        for i in range(400):
            result, _ = CropResize(0.8).augment(ramp, generator(0, str(i)))
            row = np.asarray(result.value, float)[100]
            slope, start = np.polyfit(np.arange(256) + 0.5, row + 0.5, 1)
            shares.append(slope)
            places.append(start / (256 * (1 - slope)))
        shares, places = np.array(shares), np.array(places)
        assert stats.kstest(shares, stats.uniform(0.8, 0.2).cdf).pvalue > 1e-3
        sure = shares < 0.95  # where the place can be told from the pixels
        assert stats.kstest(places[sure], stats.uniform(0, 1).cdf).pvalue > 1e-3

    def test_keeps_the_aspect(self):
        rows, columns = np.mgrid[:128, :256].astype(np.uint8)
        slopes = []
        for ramp, axis in ((columns, 1), (rows, 0)):
            given = content(Image.fromarray(ramp))
            result, _ = CropResize(0.5).augment(given, Drawn(0.7, 0.2))
            slopes.append(np.diff(np.asarray(result.value, float), axis=axis).mean())
        assert slopes[0] == pytest.approx(slopes[1], abs=0.01)
        assert slopes[0] == pytest.approx(0.65, abs=0.01)


class TestRotate:
    @pytest.mark.parametrize("degrees", [-170.0, -30.0, -4.0, 3.0, 12.0, 45.0, 90.0])
    @pytest.mark.parametrize("mode", ["RGB", "L"])
    def test_as_opencv_does(self, degrees, mode):
        coarse = picture(9, 7, mode)
        image = coarse.resize((120, 90), Image.Resampling.BICUBIC)
        result, _ = Rotate(180.0).augment(content(image), Drawn((degrees / 180 + 1) / 2))
        matrix = cv2.getRotationMatrix2D((59.5, 44.5), degrees, 1.0)
        expected = cv2.warpAffine(
            np.asarray(image),
            matrix,
            (120, 90),
            flags=cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REFLECT,
        )
        apart = np.abs(np.asarray(result.value, float) - expected)
        assert apart.mean() < 1
        assert np.quantile(apart, 0.99) < 4

    @given(
        width=st.integers(1, 64),
        height=st.integers(1, 64),
        degrees=st.floats(0, 180),
        mode=st.sampled_from(["L", "RGB", "RGBA"]),
    )
    @settings(max_examples=60, deadline=None)
    def test_no_corner_is_black(self, width, height, degrees, mode):
        plain = Image.new(mode, (width, height), (200,) * len(mode) if mode != "L" else 200)
        given = content(plain)
        result, note = Rotate(degrees).augment(given, generator(0, "a"))
        if mode == "RGBA":  # colours of 200/255 alpha are rounded on their way
            assert np.abs(np.asarray(result.value, int) - 200).max() <= 1
        else:
            assert result is given
            assert note == ""

    def test_angles_are_uniform(self):
        given = content(Image.linear_gradient("L").resize((65, 65)))
        angles = []
        for i in range(300):
            result, _ = Rotate(20.0).augment(given, generator(3, str(i)))
            middle = np.asarray(result.value, float)[25:40, 25:40]
            down, right = np.gradient(middle)
            angles.append(math.degrees(math.atan2(right.mean(), down.mean())))
        assert stats.kstest(angles, stats.uniform(-20, 40).cdf).pvalue > 1e-3


class TestColour:
    @pytest.mark.parametrize(
        "factors", [(1.3, 1.0, 1.0), (1.0, 0.6, 1.0), (1.0, 1.0, 1.4), (0.8, 1.2, 0.5)]
    )
    @pytest.mark.parametrize("mode", ["RGB", "L"])
    def test_as_pillows_enhancers_in_turn(self, factors, mode):
        calm = Image.fromarray(80 + np.asarray(picture(40, 30)) // 4).convert(mode)  # no clipping
        result, _ = Colour(1.0, 1.0, 1.0).augment(content(calm), Drawn(*np.subtract(factors, 1)))
        expected = ImageEnhance.Brightness(calm).enhance(factors[0])
        expected = ImageEnhance.Contrast(expected).enhance(factors[1])
        expected = ImageEnhance.Color(expected).enhance(factors[2])
        apart = np.asarray(result.value, int) - np.asarray(expected, int)
        assert np.abs(apart).max() <= 3  # Pillow cuts each result to an integer

    def test_factors_are_uniform(self):
        plain = content(Image.new("RGB", (2, 2), (120, 120, 120)))
        levels = [
            np.asarray(Colour(0.5, 0.5, 0.5).augment(plain, generator(5, str(i)))[0].value)[0, 0, 0]
            for i in range(600)
        ]
        # Contrast and saturation do nothing to a plain gray.
        assert stats.kstest(np.array(levels) / 120, stats.uniform(0.5, 1).cdf).pvalue > 1e-3

    def test_neither_darkens_nor_tints_on_average(self):
        calm = Image.fromarray(80 + np.asarray(picture(24, 24)) // 4)
        toning = Colour(brightness=0.0)  # what is left keeps the mean
        means = [
            np.asarray(toning.augment(content(calm), generator(0, str(i)))[0].value).mean((0, 1))
            for i in range(300)
        ]
        assert np.abs(np.mean(means, 0) - np.asarray(calm).mean((0, 1))).max() < 0.1

    def test_alpha_stays(self):
        image = picture(9, 9, "RGBA")
        result, _ = Colour(0.9, 0.9, 0.9).augment(content(image), generator(0, "a"))
        assert result.value.getchannel("A").tobytes() == image.getchannel("A").tobytes()
        assert result.value.tobytes() != image.tobytes()


class TestPreset:
    def test_digits_are_never_mirrored(self):
        half = Image.new("L", (32, 32))
        half.paste(255, (0, 0, 16, 32))
        for i in range(50):
            result, _ = Preset("digits").augment(content(half), generator(0, str(i)))
            pixels = np.asarray(result.value, float)
            assert pixels[:, :8].mean() > 200 > 50 > pixels[:, -8:].mean()

    def test_safe_mirrors_half_of_the_photos(self):
        half = Image.new("L", (32, 32))
        half.paste(255, (0, 0, 16, 32))
        results = [Preset().augment(content(half), generator(0, str(i)))[0] for i in range(200)]
        mirrored = sum(np.asarray(one.value)[:, -8:].mean() > 128 for one in results)
        assert 65 <= mirrored <= 135

    def test_notes_say_each_step(self):
        _, note = Preset("strong").augment(content(picture(20, 20)), generator(0, "b"))
        assert "turned by" in note
        assert "cropped to" in note
        assert "brightness" in note


class TestLaws:
    @given(
        width=st.integers(1, 64),
        height=st.integers(1, 64),
        mode=st.sampled_from(["L", "LA", "RGB", "RGBA", "P", "1", "CMYK", "I;16", "YCbCr"]),
        seed=st.integers(0, 10**6),
    )
    @settings(max_examples=40, deadline=None)
    def test_any_picture(self, width, height, mode, seed):
        image = picture(width, height, mode, seed)
        given, other = content(image), content(picture(height, width, "RGBA", seed + 1))
        before = image.tobytes(), dict(image.info), other.value.tobytes()
        for transform in everything():
            result, note = run(transform, given, generator(seed, "a"), other)
            assert (note == "") == (result is given)
            assert before == (image.tobytes(), dict(image.info), other.value.tobytes())
            assert result.value.size == image.size
            if mode in ("L", "LA", "RGB", "RGBA"):
                assert result.value.mode == mode
            if note:
                assert (result.data, result.suffix) == (None, ".png")
                assert finished("image", result).data

    def test_a_transparent_palette_keeps_its_transparency(self):
        image = picture(8, 8, "P")
        image.info["transparency"] = image.getpixel((0, 0))
        alpha = np.asarray(image.convert("RGBA"))[..., 3]
        for transform in (Flip(1.0), Colour()):
            result, _ = transform.augment(content(image), generator(0, "a"))
            shown = np.asarray(result.value.convert("RGBA"))[..., 3]
            assert np.array_equal(shown, alpha[:, ::-1] if isinstance(transform, Flip) else alpha)

    def test_a_colour_profile_stays(self):
        image = picture(8, 8)
        image.info["icc_profile"] = b"a profile"
        for transform in everything():
            result, _ = run(transform, content(image), generator(0, "c"), content(picture(9, 9)))
            assert result.value.info == {"icc_profile": b"a profile"}

    @pytest.mark.parametrize(
        ("kind", "parameters", "message"),
        [
            (Flip, {"p": 1.5}, "flip p is 1.5: give a number from 0 to 1"),
            (Flip, {"p": "often"}, "flip p is 'often'"),
            (CropResize, {"scale": 0}, "crop_resize scale is 0: give a number from 0.01 to 1"),
            (Rotate, {"degrees": -3}, "rotate degrees is -3: give a number from 0 to 180"),
            (Rotate, {"degrees": math.nan}, "rotate degrees is nan"),
            (Colour, {"contrast": True}, "colour contrast is True"),
            (Preset, {"kind": "saef"}, "unknown image preset 'saef': did you mean 'safe'"),
        ],
    )
    def test_parameters_out_of_range(self, kind, parameters, message):
        with pytest.raises(InputError, match=message):
            kind(**parameters)


def digest(order):
    """Of what every transform makes of a few samples and copies, in any order."""
    jobs = [
        (i, sample, copy)
        for i, _ in enumerate(everything())
        for sample in ("cat.png", "狗.png")
        for copy in (1, 2)
    ]
    made = {}
    for job in jobs[::order]:
        i, sample, copy = job
        transform = list(everything())[i]
        result, note = run(
            transform,
            content(picture(40, 31, seed=len(sample))),
            generator(7, sample, copy),
            content(picture(31, 40, seed=3)),
        )
        made[job] = (note, result.value.tobytes())
    assert len({pixels for _, pixels in made.values()}) > len(made) / 2  # copies differ
    return hashlib.sha256(repr(sorted(made.items())).encode()).hexdigest()


def test_same_in_another_process_and_order_without_a_network(tmp_path):
    program = tmp_path / "other.py"
    program.write_text(
        "import random, runpy, socket, sys, warnings\n"
        "import numpy as np\n"
        "def refused(*_, **__):\n"
        "    print('network'); raise OSError\n"
        "socket.socket.connect = socket.getaddrinfo = refused\n"
        "random.seed(5); np.random.seed(6); warnings.simplefilter('error')\n"
        f"print(runpy.run_path({__file__!r})['digest'](-1))\n"
    )
    environment = {k: v for k, v in os.environ.items() if k != "NO_ALBUMENTATIONS_UPDATE"}
    done = subprocess.run(
        [sys.executable, str(program)],
        env=environment | {"PYTHONHASHSEED": "77"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.split() == [digest(1)]
