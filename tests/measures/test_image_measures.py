import math

import cv2
import numpy as np
import pytest
import scipy.stats
from conftest import encoded, textured
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFilter

from datakit.measures.image import IMAGE
from datakit.measures.image_borders import border_widths
from datakit.measures.image_columns import IMAGE_COLUMNS
from datakit.measures.image_detail import effective_resolution
from datakit.measures.image_read import jpeg_quality, read_image
from datakit.measures.image_statistics import sharpness, statistics
from datakit.measures.shard import measure_shard
from datakit.sample import Sample


def measure(*files):
    samples = [Sample(f"{i:03d}", f"{i:03d}", data, len(data)) for i, data in enumerate(files)]
    return measure_shard(IMAGE, samples, lambda s: s.source, lambda position: None, {})


def one(image, form="PNG", **options):
    (row,) = measure(encoded(image, form, **options))
    return row


def test_every_value_lies_in_its_declared_range():
    files = [encoded(textured(i)) for i in range(5)]
    files += [encoded(Image.new("RGB", (64, 64), c)) for c in ("black", "white", "red")]
    files += [encoded(Image.new("L", (3, 1), 7)), encoded(textured(1, (700, 700)), "JPEG")]
    for row in measure(*files):
        assert row["status"] == "ok"
        for column in IMAGE_COLUMNS:
            value = row.get(column.name)
            if column.type not in ("int", "float") or value is None or math.isnan(value):
                continue
            assert column.low is None or value >= column.low - 1e-9, (column.name, value)
            assert column.high is None or value <= column.high + 1e-9, (column.name, value)


def test_measuring_together_gives_what_measuring_alone_gives():
    files = [encoded(textured(i, (32, 32))) for i in range(9)]
    together = measure(*files)
    for file, row in zip(files, together, strict=True):
        (alone,) = measure(file)
        for name, value in row.items():
            if isinstance(value, float):
                assert value == alone[name] or math.isnan(value), name
            else:
                assert value == alone[name]


def test_tone_against_numpy_and_scipy():
    image = textured(3, (120, 80))
    row = one(image)
    luma = cv2.cvtColor(np.asarray(image), cv2.COLOR_RGB2GRAY)
    assert row["luma_mean"] == pytest.approx(luma.mean() / 255)
    assert row["contrast"] == pytest.approx(luma.std() / 255)
    for p in (1, 25, 50, 99):
        expected = np.percentile(luma, p, method="inverted_cdf") / 255
        assert row[f"luma_p{p}"] == pytest.approx(expected)
    counts = np.bincount(luma.ravel(), minlength=256)
    assert row["entropy"] == pytest.approx(scipy.stats.entropy(counts, base=2))
    assert row["black_rate"] == pytest.approx((luma <= 5).mean())
    assert row["white_rate"] == pytest.approx((luma >= 250).mean())


def test_colourfulness_is_the_published_formula():
    pixels = np.asarray(textured(4, (50, 50))).astype(float)
    r, g, b = np.moveaxis(pixels, 2, 0)
    rg, yb = r - g, (r + g) / 2 - b
    expected = math.hypot(rg.std(), yb.std()) + 0.3 * math.hypot(rg.mean(), yb.mean())
    assert one(textured(4, (50, 50)))["colourfulness"] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("quality", [5, 20, 50, 75, 92])
def test_jpeg_quality_is_the_encoder_setting(quality):
    row = one(textured(1), "JPEG", quality=quality)
    # Entries are rounded, and clipped at 255 for very low quality.
    assert row["jpeg_quality"] == pytest.approx(quality, abs=9 if quality < 10 else 1.5)


def test_standard_table_is_quality_fifty():
    image = Image.open(__import__("io").BytesIO(encoded(textured(1), "JPEG", quality=50)))
    assert jpeg_quality(image.quantization) == pytest.approx(50, abs=0.2)


def test_sharpness_falls_with_blur_and_does_not_depend_on_size():
    image = textured(5, (400, 300), octaves=8)  # sigma 1 leaves its finest octave, noise
    blurred = [image.filter(ImageFilter.GaussianBlur(s)) for s in (0, 0.5, 1, 2)]
    values = [one(b)["sharpness"] for b in blurred]
    assert values == sorted(values, reverse=True)
    assert values[0] - values[-1] > 0.3


def test_sharpness_is_the_blur_effect_of_a_box_filter():
    gray = np.asarray(textured(6).convert("L"))
    expected = []
    for lines in (gray.astype(float), gray.T.astype(float)):
        box = np.apply_along_axis(np.convolve, 1, lines, np.ones(5) / 5, mode="valid")
        before = np.abs(np.diff(lines[:, 2:-2], axis=1))
        after = np.abs(np.diff(box, axis=1))
        expected.append(1 - np.maximum(before - after, 0).sum() / before.sum())
    assert sharpness(gray[None])[0] == pytest.approx(1 - max(expected), abs=0.02)


@pytest.mark.parametrize("sd", [5, 15, 30])
def test_noise_is_its_standard_deviation_on_a_flat_picture(sd):
    rng = np.random.default_rng(0)
    gray = np.clip(128 + rng.normal(0, sd, (256, 256)), 0, 255).astype(np.uint8)
    assert one(Image.fromarray(gray))["noise"] == pytest.approx(sd, rel=0.15)


def test_borders_are_found_where_they_are():
    inner = textured(7, (160, 120))
    framed = Image.new("RGB", (200, 150), "black")
    framed.paste(inner, (30, 20))
    row = one(framed)
    for side, expected in (
        ("left", 30 / 200),
        ("right", 10 / 200),
        ("top", 20 / 150),
        ("bottom", 10 / 150),
    ):
        assert row[f"border_{side}"] == pytest.approx(expected, abs=0.011)
    assert max(one(inner)[f"border_{s}"] for s in ("top", "bottom", "left", "right")) == 0


def test_a_plain_background_is_no_letterbox():
    image = Image.new("RGB", (200, 200), "white")
    image.paste(textured(1, (40, 40)), (80, 80))
    assert one(image)["border_top"] == 0


@pytest.mark.parametrize("size", [28, 200])
def test_a_digit_or_a_thing_on_an_even_ground_is_no_letterbox(size):
    # Its widest lines are a third of the picture and more, so each would do as the end of a bar.
    image = Image.new("L", (size, size), 0)
    box = tuple(round(share * size) for share in (0.2, 0.15, 0.8, 0.85))
    ImageDraw.Draw(image).ellipse(box, fill=255, width=0)
    assert border_widths(np.asarray(image)) == (0, 0, 0, 0)
    ImageDraw.Draw(image).rectangle(box, fill=255)  # as large, but with a straight outline
    assert min(border_widths(np.asarray(image))) > 0.1


def test_a_stroke_is_no_picture_between_bars_but_an_upright_video_is():
    stroke = np.zeros((28, 28), np.uint8)
    stroke[:, 12:16] = 255
    assert border_widths(stroke) == (0, 0, 0, 0)
    video = np.zeros((90, 160), np.uint8)
    video[:, 55:106] = np.random.default_rng(0).integers(40, 255, (90, 51))  # 9 to 16
    assert border_widths(video) == pytest.approx((0, 0, 55 / 160, 54 / 160))


def test_a_thing_that_touches_one_edge_of_its_ground_is_no_letterbox():
    image = Image.new("L", (100, 100), 0)
    ImageDraw.Draw(image).ellipse((20, 40, 80, 140), fill=255, width=0)
    assert border_widths(np.asarray(image)) == (0, 0, 0, 0)


def test_enlarged_pictures_have_an_empty_high_band():
    image = textured(8, (240, 180), octaves=8)
    enlarged = image.resize((120, 90), Image.BICUBIC).resize((480, 360), Image.BICUBIC)
    assert one(enlarged)["effective_resolution"] < 0.85 * one(image)["effective_resolution"]


def test_blockiness_shows_heavy_compression():
    image = textured(9, (256, 256), octaves=8)
    blocky = one(Image.open(__import__("io").BytesIO(encoded(image, "JPEG", quality=3))))
    assert blocky["blockiness"] > one(image)["blockiness"] + 0.3


def test_gray_in_rgb_has_no_chroma():
    assert one(textured(1).convert("L").convert("RGB"))["chroma"] == 0
    assert one(textured(1).convert("L"))["chroma"] == 0
    assert one(textured(1))["chroma"] > 10


def test_header_columns():
    exif = Image.Exif()
    exif[0x0112] = 6
    row = one(textured(1, (80, 60)), "JPEG", exif=exif, icc_profile=b"some profile")
    assert (row["width"], row["height"]) == (80, 60)
    assert row["exif_orientation"] == 6
    assert row["has_icc"] is True
    assert row["format"] == "JPEG"
    frames = [textured(i) for i in range(3)]
    gif = one(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert gif["n_frames"] == 3
    sixteen = Image.fromarray((np.arange(64 * 64).reshape(64, 64) * 15).astype(np.uint16))
    row = one(sixteen)
    assert row["bit_depth"] == 16
    # Scaled, not clipped.
    assert row["luma_mean"] == pytest.approx(0.47, abs=0.02)


def test_transparency():
    rgba = textured(1, (64, 64)).convert("RGBA")
    alpha = np.full((64, 64), 255, np.uint8)
    alpha[:16] = 0
    rgba.putalpha(Image.fromarray(alpha))
    assert one(rgba)["transparent_rate"] == pytest.approx(0.25)
    palette = rgba.convert("RGB").quantize(16)
    assert one(palette)["status"] == "ok"


def test_containers_of_the_same_pixels_share_a_hash():
    jpeg = encoded(textured(1), "JPEG")
    commented = jpeg[:2] + b"\xff\xfe\x00\x06abcd" + jpeg[2:]
    png = encoded(Image.open(__import__("io").BytesIO(jpeg)))
    a, b, c, d = measure(jpeg, commented, png, encoded(textured(2), "JPEG"))
    assert a["content_hash"] != b["content_hash"]
    assert a["pixel_hash"] == b["pixel_hash"] == c["pixel_hash"] != d["pixel_hash"]


def test_a_large_jpeg_is_decoded_at_reduced_scale_and_hashed_without_its_metadata():
    jpeg = encoded(textured(1, (1600, 1200)), "JPEG")
    picture = read_image(jpeg)
    assert picture.scale == 4
    assert picture.pixels.shape == (300, 400, 3)
    commented = jpeg[:2] + b"\xff\xfe\x00\x06abcd" + jpeg[2:]
    a, b = measure(jpeg, commented)
    assert a["pixel_hash"] == b["pixel_hash"]
    full = statistics(np.asarray(Image.open(__import__("io").BytesIO(jpeg)))[None])
    for name in ("luma_mean", "contrast", "entropy"):
        assert a[name] == pytest.approx(float(full[name][0]), rel=0.02)


def test_effective_resolution_is_where_the_spectrum_of_the_steps_ends():
    rng = np.random.default_rng(0)
    lines = rng.integers(0, 256, (3, 8, 257)).astype(np.uint8)
    lines[1] = np.round(127 + 100 * np.sin(np.arange(257) * 2 * np.pi * 20 / 256))
    lines[2] = 9
    found = effective_resolution(lines)
    for one, value in zip(lines[:2].astype(float), found[:2], strict=True):
        spectrum = np.fft.rfft(np.diff(one, axis=1) * np.hanning(256), axis=1)
        power = (np.abs(spectrum) ** 2).sum(axis=0)
        expected = (np.cumsum(power) < 0.95 * power.sum()).sum() / 129
        assert value == pytest.approx(expected, abs=1 / 129)
    assert found[1] == pytest.approx(21 / 129, abs=2 / 129)
    assert found[2] == 1


def test_gradient_sees_stripes_either_way_and_every_image_alone():
    from datakit.measures.image_detail import steps

    across = np.zeros((8, 8), np.uint8)
    across[:, ::2] = 200
    ramp = np.broadcast_to(np.arange(8, dtype=np.uint8) * 3, (8, 8))
    flat = np.full((8, 8), 90, np.uint8)
    stack = np.stack([across, across.T, ramp, ramp.T, flat])
    np.testing.assert_allclose(steps(stack)["gradient"], [200, 200, 3, 3, 0])
    assert [float(steps(one[None])["gradient"][0]) for one in stack] == [200, 200, 3, 3, 0]


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 3), st.integers(1, 9), st.integers(1, 9))
def test_flat_rate_counts_equal_neighbours(seed: int, n: int, h: int, w: int) -> None:
    from datakit.measures.image_detail import steps

    stack = np.random.default_rng(seed).integers(0, 3, (n, h, w), np.uint8)
    expected = []
    for one in stack.tolist():
        across = [one[y][x] == one[y][x + 1] for y in range(h) for x in range(w - 1)]
        down = [one[y][x] == one[y + 1][x] for y in range(h - 1) for x in range(w)]
        expected.append(min(sum(pairs) / len(pairs) if pairs else 1 for pairs in (across, down)))
    np.testing.assert_allclose(steps(stack)["flat_rate"], expected)
    alone = [float(steps(one[None])["flat_rate"][0]) for one in stack]
    np.testing.assert_allclose(alone, expected)
