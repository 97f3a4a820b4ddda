"""Cropped, resized and denoised images, against Pillow's own functions and arithmetic."""

import numpy as np
import pytest
from PIL import Image, ImageOps

from datakit.measures.image_read import read_image
from datakit.measures.image_statistics import statistics
from datakit.transforms.image_content import finished, image_content
from datakit.transforms.image_crop_borders import CropBorders
from datakit.transforms.image_denoise import Denoise
from datakit.transforms.image_resize import Resize, buckets


@pytest.fixture
def content(encode):
    def make(image, form="PNG", **options):
        return image_content(encode(image, form, **options), f".{form.lower()}")

    return make


def levels(image):
    return np.asarray(image).astype(int)


def letterboxed(image, top, bottom, left=0, right=0, level=0):
    width, height = image.width + left + right, image.height + top + bottom
    canvas = Image.new("RGB", (width, height), (level,) * 3)
    canvas.paste(image, (left, top))
    return canvas


def border(data):
    measured = statistics(read_image(data).pixels[None])
    top, bottom, left, right = (
        float(measured[f"border_{side}"][0]) for side in ("top", "bottom", "left", "right")
    )
    return max(min(top, bottom), min(left, right))


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
@pytest.mark.parametrize("bars", [(40, 40, 0, 0), (33, 57, 0, 0), (0, 0, 50, 41), (30, 36, 70, 61)])
@pytest.mark.parametrize("size", [(320, 240), (640, 520), (90, 70)])
def test_bars_are_cropped_to_the_pixel(size, bars, form, picture, content):
    inner = picture(11, size)
    scale = size[0] / 320
    bars = [round(scale * bar) for bar in bars]
    original = content(letterboxed(inner, *bars), form, quality=92)
    assert border(original.data) > 0.04
    cropped, note = CropBorders().clean(original)
    assert "bars cropped" in note
    slack = 0 if form == "PNG" else 2
    assert abs(cropped.value.width - size[0]) <= slack
    assert abs(cropped.value.height - size[1]) <= slack
    assert border(finished(cropped).data) <= 0.04
    if form == "PNG":
        assert np.array_equal(levels(cropped.value), levels(inner))


def test_bars_within_bars_are_cropped_too(picture, content):
    inner = picture(2, (160, 120))
    film = letterboxed(letterboxed(inner, 20, 20), 0, 0, 25, 25, level=128)
    cropped, note = CropBorders().clean(content(film))
    assert np.array_equal(levels(cropped.value), levels(inner))
    assert note == "bars cropped: 20 px top, 20 px bottom, 25 px left, 25 px right"


def test_what_is_no_letterbox_is_left_alone(picture, content):
    product = Image.new("RGB", (200, 200), "white")
    disc = Image.new("L", (200, 200))
    from PIL import ImageDraw

    ImageDraw.Draw(disc).ellipse((50, 50, 150, 150), fill=255)
    product.paste(picture(1, (200, 200)), mask=disc)
    one_side = letterboxed(picture(2, (200, 150)), 50, 0)
    thin = letterboxed(picture(3, (200, 200)), 5, 5)
    blank = Image.new("RGB", (200, 200), "white")
    for image in (product, one_side, thin, blank, picture(4)):
        untouched = content(image)
        assert CropBorders().clean(untouched) == (untouched, "")


@pytest.mark.parametrize("mode", ["RGB", "L", "RGBA", "LA"])
@pytest.mark.parametrize("target", [(64, 64), (33, 70), (100, 20)])
@pytest.mark.parametrize(("method", "kernel"), [("lanczos", "LANCZOS"), ("area", "BOX")])
def test_fill_is_what_pillow_fits(target, mode, method, kernel, picture, content):
    image = picture(12, (250, 190)).convert(mode)
    filled, note = Resize(target, "fill", method).clean(content(image))
    expected = ImageOps.fit(image, target, Image.Resampling[kernel], centering=(0.5, 0.5))
    assert filled.value.size == target
    assert np.abs(levels(filled.value) - levels(expected)).max() <= 1
    assert note == f"250 x 190 -> {target[0]} x {target[1]}"


@pytest.mark.parametrize("size", [(250, 190), (190, 250), (80, 3), (64, 64), (40, 30)])
def test_fit_makes_the_long_side_the_size_and_only_shrinks(size, picture, content):
    image = picture(13, size)
    fitted, note = Resize(64).clean(content(image))
    enlarged, _ = Resize(64, enlarge=True).clean(content(image))
    shrunk = max(size) > 64
    assert (note != "") == shrunk
    expected = ImageOps.contain(image, (64, 64), Image.Resampling.LANCZOS)
    assert enlarged.value.size == expected.size
    assert np.abs(levels(enlarged.value) - levels(expected)).max() <= 1
    assert fitted.value.size == (expected.size if shrunk else size)


def test_pad_is_what_pillow_pads(picture, content):
    image = picture(14, (250, 190))
    padded, _ = Resize((100, 100), "pad", background="#102030").clean(content(image))
    expected = ImageOps.pad(image, (100, 100), Image.Resampling.LANCZOS, color="#102030")
    assert np.array_equal(levels(padded.value), levels(expected))
    small, _ = Resize(100, "pad").clean(content(picture(14, (40, 30))))
    assert np.array_equal(levels(small.value)[35:65, 30:70], levels(picture(14, (40, 30))))
    gray, _ = Resize(100, "pad", background="#ff0000").clean(content(image.convert("L")))
    assert levels(gray.value)[0, 0].tolist() == [255, 0, 0]


def test_area_is_the_mean_of_the_pixels(content):
    values = np.random.default_rng(0).integers(0, 256, (32, 48, 3)).astype(np.uint8)
    small, _ = Resize((12, 8), "fill", "area").clean(content(Image.fromarray(values)))
    expected = values.reshape(8, 4, 12, 4, 3).mean(axis=(1, 3))
    assert np.abs(levels(small.value) - expected).max() < 1  # each direction is rounded


def test_transparent_pixels_do_not_bleed(content):
    values = np.zeros((40, 40, 4), np.uint8)
    values[:, :20] = (200, 100, 50, 255)
    values[:, 20:] = (0, 255, 0, 0)
    small, _ = Resize(10).clean(content(Image.fromarray(values)))
    seen = levels(small.value)
    assert np.abs(seen[seen[..., 3] > 20][:, :3] - (200, 100, 50)).max() <= 6


def test_palettes_are_averaged_not_picked(picture, content):
    image = picture(15).quantize(16)
    small, _ = Resize(16).clean(content(image))
    expected = image.convert("RGB").resize(small.value.size, Image.Resampling.LANCZOS)
    assert np.array_equal(levels(small.value), levels(expected))


# Podell et al. 2023, appendix I: short and long sides that SDXL was trained on
SDXL = """
512 2048, 512 1984, 512 1920, 512 1856, 576 1792, 576 1728, 576 1664, 640 1600, 640 1536, 704 1472,
704 1408, 704 1344, 768 1344, 768 1280, 832 1216, 832 1152, 896 1152, 896 1088, 960 1088, 960 1024,
1024 1024
"""


def test_buckets_are_those_of_the_literature():
    trained = {tuple(map(int, pair.split())) for pair in SDXL.split(",")}
    trained |= {(long, short) for short, long in trained}
    ours = set(buckets(1024))
    assert ours <= trained
    assert {(1024, 1024), (2048, 512), (512, 2048), (1344, 768), (832, 1216)} <= ours
    # The publication of NovelAI: areas up to 512 * 768, sides of at least 256 and at most 1024.
    for size in (512, 64, 256, 1024):
        step = 64 if size >= 512 else size // 8
        for width, height in buckets(size):
            assert width % step == height % step == 0
            assert width * height <= size**2 < (min(width, height) + step) * max(width, height)


@pytest.mark.parametrize("size", [(500, 375), (375, 500), (900, 100), (282, 100), (20, 31)])
def test_the_bucket_is_the_nearest_in_aspect(size, picture, content):
    bucketed, _ = Resize(64, "bucket").clean(content(picture(16, size)))
    aspects = np.array([width / height for width, height in buckets(64)])
    best = np.abs(np.log(aspects) - np.log(size[0] / size[1])).argmin()
    assert bucketed.value.size == buckets(64)[best]
    expected = ImageOps.fit(picture(16, size), buckets(64)[best], Image.Resampling.LANCZOS)
    assert np.abs(levels(bucketed.value) - levels(expected)).max() <= 1


def test_noise_is_brought_below_the_limit_and_the_picture_nearer_to_the_truth(picture, content):
    y, x = np.mgrid[0:160, 0:200]
    clean = np.stack([x * 0.8 + 40, y + 40, 200 - x * 0.5], axis=-1) + 30 * (x > 100)[..., None]
    noisy = clean + np.random.default_rng(0).normal(0, 25, clean.shape)
    noisy = noisy.clip(0, 255).astype(np.uint8)
    for values in (noisy, noisy[..., 0]):
        original = content(Image.fromarray(values))
        assert statistics(values[None])["noise"][0] > 13
        smooth, note = Denoise().clean(original)
        assert note.startswith("noise ")
        assert statistics(np.asarray(smooth.value)[None])["noise"][0] <= 13
        truth = clean if values.ndim == 3 else clean[..., 0]
        before, after = (
            np.sqrt(np.mean((levels(one.value) - truth) ** 2)) for one in (original, smooth)
        )
        assert after < 0.6 * before


def test_the_filter_grows_stronger_until_the_limit_is_kept(content):
    values = np.random.default_rng(0).normal(100, 25, (160, 200)).clip(0, 255).astype(np.uint8)
    smooth, _ = Denoise(1.0).clean(content(Image.fromarray(values)))
    assert 0 < statistics(np.asarray(smooth.value)[None])["noise"][0] <= 1.0


def test_little_noise_and_hopeless_pictures_are_left_alone(picture, content):
    lost = Image.fromarray(np.indices((64, 64)).sum(axis=0).astype(np.uint8) % 2 * 255)
    for image in (picture(17), lost, Image.new("L", (9, 9))):
        untouched = content(image)
        assert Denoise().clean(untouched) == (untouched, "")
