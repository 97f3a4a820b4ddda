"""The fast reader of JPEG headers against Pillow."""

import io

import numpy as np
import pytest
from conftest import encoded, textured
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from datakit.measures.image_read import read_image, read_small
from datakit.measures.jpeg_header import jpeg_header


@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"quality": 3}, {"comment": b"hi"}])
def test_it_says_what_pillow_says(mode, options):
    data = encoded(textured(1, (57, 31)).convert(mode), "JPEG", **options)
    header, image = jpeg_header(data), Image.open(io.BytesIO(data))
    assert (header.width, header.height, header.mode) == (*image.size, image.mode)
    assert header.luma_sum == sum(image.quantization[0])
    assert not header.has_icc


def test_an_icc_profile_is_seen():
    data = encoded(textured(1), "JPEG", icc_profile=b"profile" * 40)
    assert jpeg_header(data).has_icc
    assert read_image(data).header["has_icc"]


def test_what_is_unusual_is_left_to_pillow():
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = encoded(textured(1), "JPEG", exif=exif)
    cmyk = encoded(textured(1).convert("CMYK"), "JPEG")
    assert jpeg_header(turned) is None
    assert jpeg_header(cmyk) is None
    assert read_image(turned).header["exif_orientation"] == 6
    assert read_image(cmyk).header["mode"] == "CMYK"


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_damaged_headers_never_crash_and_never_lie(data):
    good = encoded(textured(2, (40, 30)), "JPEG")
    bad = bytearray(good)
    for _ in range(data.draw(st.integers(1, 4))):
        bad[data.draw(st.integers(2, 700))] = data.draw(st.integers(0, 255))
    header = jpeg_header(bytes(bad))
    if header is None:
        return
    try:
        image = Image.open(io.BytesIO(bytes(bad)))
    except Exception:
        return
    assert (header.width, header.height) == image.size


def test_a_small_picture_shows_the_same_as_the_whole():
    data = encoded(textured(3, (800, 600)), "JPEG", quality=95)
    whole = read_image(data).pixels
    small, orientation = read_small(data, 96)
    assert small.shape[:2] == (75, 100)
    assert orientation == 1
    reduced = np.asarray(Image.fromarray(whole).reduce(8), float)
    assert np.abs(reduced - small).mean() < 3
