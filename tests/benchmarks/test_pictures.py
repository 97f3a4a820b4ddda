"""Samples as models take them: squares of bytes, or UTF-8; what cannot be read is counted."""

import io

import numpy as np
import pytest
from conftest import encoded, textured
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import datakit as dk
from datakit.benchmarks.pictures import as_tensor, load_images, load_texts
from datakit.sample import Sample


def loaded(items, size=8, n_channels=3):
    corpus = dk.open(list(items))
    return load_images(corpus, list(corpus), size, n_channels)


def one(data, size=8, n_channels=3):
    """The pixels of a single image, (H, W, C)."""
    found = loaded([("a", data)], size, n_channels)
    assert (found.n_unread, found.content.shape) == (0, (1, n_channels, size, size))
    assert found.content.dtype == np.uint8
    return found.content[0].transpose(1, 2, 0).astype(int)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 2, 5]), st.integers(0, 7), st.booleans())
def test_pixels_are_means_of_equal_areas_of_the_middle_square(seed, factor, rest, wide):
    side = 8 * factor
    shape = (side, side + 2 * rest) if wide else (side + 2 * rest, side)
    pixels = np.random.default_rng(seed).integers(0, 256, (*shape, 3), np.uint8)
    rows, columns = (0, rest) if wide else (rest, 0)
    middle = pixels[rows : rows + side, columns : columns + side].astype(float)
    means = middle.reshape(8, factor, 8, factor, 3).mean(axis=(1, 3))
    assert np.abs(one(encoded(Image.fromarray(pixels))) - means).max() <= 1


@pytest.mark.parametrize("size", [(3, 3), (5, 40), (7, 8), (31, 29), (200, 150)])
@pytest.mark.parametrize(("side", "n_channels"), [(28, 1), (32, 3)])
def test_every_size_becomes_the_one_that_is_asked_for(size, side, n_channels):
    flat = Image.new("RGB", size, (60, 60, 60))
    assert (one(encoded(flat), side, n_channels) == 60).all()


def test_gray_is_the_luma_and_colour_of_gray_is_three_times_the_same():
    colours = {(255, 0, 0): 76, (0, 255, 0): 150, (0, 0, 255): 29, (40, 90, 200): 88}
    for colour, luma in colours.items():  # .299 R + .587 G + .114 B
        picture = encoded(Image.new("RGB", (20, 20), colour))
        assert np.abs(one(picture, n_channels=1) - luma).max() <= 1
        assert (one(picture) == colour).all()
    gray = encoded(textured(0, (16, 16)).convert("L"))
    pixels = one(gray)
    assert (pixels == pixels[..., :1]).all()
    assert (pixels[..., 0] == one(gray, n_channels=1)[..., 0]).all()


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_transparency_lies_on_white(mode):
    picture = Image.new("RGBA", (16, 16), (40, 40, 40, 255))
    picture.paste((40, 40, 40, 0), (8, 0, 16, 16))
    if mode == "P":
        picture = Image.new("P", (16, 16), 0)
        picture.putpalette([40, 40, 40, 200, 0, 0])
        picture.paste(1, (8, 0, 16, 16))
        data = encoded(picture, transparency=1)
    else:
        data = encoded(picture.convert(mode))
    for n_channels in (1, 3):
        pixels = one(data, n_channels=n_channels)
        assert (pixels[:, :4] == 40).all()
        assert (pixels[:, 4:] == 255).all()


def test_half_transparent_is_between():
    data = encoded(Image.new("RGBA", (16, 16), (0, 100, 200, 102)))  # two fifths opaque
    assert np.abs(one(data) - (np.array([0, 100, 200]) * 0.4 + 255 * 0.6)).max() <= 1


def test_sixteen_bits_become_eight():
    levels = np.repeat(np.linspace(0, 65535, 8).astype(np.uint16)[:, None], 8, axis=1)
    data = encoded(Image.fromarray(levels))
    for n_channels in (1, 3):
        assert np.abs(one(data, n_channels=n_channels) - levels[..., None] / 257).max() <= 1


def test_other_modes_are_read_too():
    inks = encoded(Image.new("CMYK", (16, 16), (0, 0, 0, 255)), "TIFF")
    assert one(inks).max() < 60
    bits = Image.new("1", (16, 16), 0)
    bits.paste(1, (0, 0, 16, 8))
    pixels = one(encoded(bits), n_channels=1)
    assert (pixels[:4] == 255).all()
    assert (pixels[4:] == 0).all()


def test_pictures_are_turned_upright_and_films_are_their_first_frame():
    picture = Image.new("RGB", (16, 16), (0, 0, 0))
    picture.paste((255, 255, 255), (0, 0, 16, 8))  # white above
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    turned = one(encoded(picture, exif=exif))
    assert (turned[:4] == 0).all()
    assert (turned[4:] == 255).all()
    buffer = io.BytesIO()
    frames = [Image.new("L", (16, 16), level) for level in (20, 220)]
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
    assert (one(buffer.getvalue()) == 20).all()


def test_what_cannot_be_read_is_counted_and_the_rest_keeps_its_order():
    jpeg, png = encoded(textured(1), "JPEG", quality=90), encoded(textured(2))
    bad = {"b": jpeg[:-300], "c": jpeg[:200], "d": png[: len(png) // 2], "e": b"", "f": b"no image"}
    good = {"a": jpeg, "g": png, "h": encoded(Image.new("L", (9, 9), 7))}
    items = [Sample(k, k, v, len(v), label=f"of {k}") for k, v in (bad | good).items()]
    items.append(Sample("z", "z", jpeg, len(jpeg), problem="FIFO, not a regular file"))
    found = loaded(items)
    assert found.sample_ids == ["a", "g", "h"]
    assert found.labels == ["of a", "of g", "of h"]
    assert found.n_unread == 6
    assert (found.content[2] == 7).all()
    nothing = loaded([("a", b"no image")], 28, 1)
    assert nothing.content.shape == (0, 1, 28, 28)
    assert (nothing.sample_ids, nothing.n_unread) == ([], 1)


def test_texts_become_utf_8_whatever_they_were(tmp_path):
    said = "Übergrößen – naïve façade: déjà vu, 日本語のテキスト。 " * 3
    files = {
        "a": said.encode(),
        "b": b"\xef\xbb\xbf" + said.encode(),
        "c": said.encode("utf-16"),
        "d": b"\x00\x01\x02\xff\xfe\x00" * 40,
        "e": b"",
    }
    for name, data in files.items():
        (tmp_path / f"{name}.txt").write_bytes(data)
    corpus = dk.open(tmp_path)
    found = load_texts(corpus, list(corpus))
    texts = dict(zip(found.sample_ids, found.content, strict=True))
    for name in "abc":
        assert texts[f"{name}.txt"] == said.encode()
    assert "d.txt" not in texts
    assert found.n_unread == len(files) - len(texts)


def test_tensors_are_in_minus_one_to_one():
    pixels = np.array([0, 51, 255], np.uint8).reshape(3, 1, 1, 1)
    tensor = as_tensor(pixels)
    assert tensor.dtype.is_floating_point
    assert tensor.flatten().tolist() == pytest.approx([-1, -0.6, 1])
    assert as_tensor(pixels[::-1]).flatten().tolist() == pytest.approx([1, -0.6, -1])
