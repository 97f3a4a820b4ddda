"""Colours, modes and transparency of cleaned images, against formulas and the measures."""

import numpy as np
import pytest
from made_icc import ADOBE, ADOBE_GAMMA, SRGB, gray_profile, rgb_profile, srgb_encoded
from PIL import Image, ImageCms

from datakit.measures.image_read import read_image
from datakit.transforms.image_content import finished, image_content
from datakit.transforms.image_flatten import Flatten
from datakit.transforms.image_to_srgb import ToSrgb
from datakit.transforms.image_unify_mode import UnifyMode

ICC_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.fixture
def content(encode):
    def make(image, form="PNG", **options):
        return image_content(encode(image, form, **options), f".{form.lower()}")

    return make


def levels(image):
    return np.asarray(image).astype(int)


def test_matrix_profiles_are_converted_as_the_formulas_say(content):
    colours = np.random.default_rng(0).integers(60, 196, (8, 8, 3)).astype(np.uint8)
    tagged = content(Image.fromarray(colours), icc_profile=rgb_profile())
    converted, note = ToSrgb().clean(tagged)
    linear = (colours / 255) ** ADOBE_GAMMA @ ADOBE.T @ np.linalg.inv(SRGB).T
    expected = 255 * srgb_encoded(linear)
    assert np.abs(levels(converted.value) - expected).max() <= 1.5
    assert np.abs(levels(converted.value) - colours).max() > 5
    assert note == "colours from 'Wide by hand' to sRGB"
    assert "icc_profile" not in converted.value.info


def test_gray_profiles_keep_gray_gray(content):
    ramp = np.arange(256, dtype=np.uint8)[None]
    converted, _ = ToSrgb().clean(content(Image.fromarray(ramp), icc_profile=gray_profile(1.0)))
    assert converted.value.mode == "L"
    assert np.abs(levels(converted.value) - 255 * srgb_encoded(ramp / 255)).max() <= 1.5


def test_alpha_survives_the_conversion(picture, content):
    image = picture(3).convert("RGBA")
    image.putalpha(picture(4).convert("L"))
    converted, note = ToSrgb().clean(content(image, icc_profile=rgb_profile()))
    assert note
    assert np.array_equal(levels(converted.value)[..., 3], levels(image)[..., 3])


def test_the_same_profile_in_other_words_leaves_pixels_alone(picture, content):
    for icc in (ICC_SRGB, rgb_profile("again", SRGB, 2.2)):
        untouched = icc == ICC_SRGB
        converted, note = ToSrgb().clean(content(picture(3), icc_profile=icc))
        same = np.array_equal(levels(converted.value), levels(picture(3)))
        assert same == untouched  # gamma 2.2 is not sRGB's curve: dark tones differ
        assert ("is sRGB" in note) == untouched


@pytest.mark.parametrize(
    ("icc", "note"),
    [
        (b"rubbish", "broken colour profile dropped"),
        (gray_profile(), "colour profile for GRAY dropped from a picture in RGB"),
    ],
)
def test_unusable_profiles_are_dropped_and_named(icc, note, picture, content):
    converted, said = ToSrgb().clean(content(picture(3), icc_profile=icc))
    assert said == note
    assert np.array_equal(levels(converted.value), levels(picture(3)))
    assert "icc_profile" not in converted.value.info


def test_lab_becomes_srgb(picture, encode):
    lab = ImageCms.profileToProfile(
        picture(3),
        ImageCms.createProfile("sRGB"),
        ImageCms.createProfile("LAB"),
        outputMode="LAB",
    )
    data = encode(lab, "TIFF", icc_profile=rgb_profile())
    converted, note = ToSrgb().clean(image_content(data, ".tif"))
    assert note == "LAB to sRGB"
    # Eight bits of CIELAB are coarse for saturated colours.
    assert np.percentile(np.abs(levels(converted.value) - levels(picture(3))), 95) <= 4


MODES = ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "I", "F", "I;16")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("target", ["RGB", "L"])
def test_modes_are_unified_to_what_the_profile_measured(mode, target, picture, content, encode):
    base = picture(5)
    if mode == "I;16":
        image = Image.fromarray(np.asarray(base.convert("L")).astype(np.uint16) * 257)
    else:
        image = base.convert(mode)
    data = encode(image, "PNG" if mode in ("LA", "I;16", "1") else "TIFF")
    unified, note = UnifyMode(target).clean(image_content(data, ".x"))
    assert unified.value.mode == target
    assert (note == "") == (mode == target)
    seen = Image.fromarray(read_image(data).pixels).convert(target)
    assert np.abs(levels(unified.value) - levels(seen)).max() <= 1


def test_sixteen_bits_of_colour_are_reduced_and_said(content):
    import cv2

    values = np.random.default_rng(0).integers(0, 65536, (5, 7, 3)).astype(np.uint16)
    data = cv2.imencode(".png", values[..., ::-1])[1].tobytes()
    assert read_image(data).header["bit_depth"] == 16
    unified, note = UnifyMode().clean(image_content(data, ".png"))
    assert note == "16 bits reduced to 8"
    assert np.abs(levels(unified.value) - values / 257).max() <= 1
    assert read_image(finished(unified).data).header["bit_depth"] == 8


def test_inks_follow_their_profile_where_there_is_one(picture, content):
    # No ink profile comes with Pillow; that of another space is refused, and plain inks are used.
    inks = picture(6).convert("CMYK")
    unified, _ = UnifyMode().clean(content(inks, "TIFF", icc_profile=rgb_profile()))
    assert np.array_equal(levels(unified.value), levels(inks.convert("RGB")))
    assert "icc_profile" not in unified.value.info


@pytest.mark.parametrize("background", ["#ffffff", "#204060"])
def test_alpha_is_composited(background, picture, content):
    image = picture(7).convert("RGBA")
    image.putalpha(picture(8).convert("L"))
    flat, note = Flatten(background).clean(content(image))
    share = levels(image)[..., 3:] / 255
    ground = np.array([int(background[k : k + 2], 16) for k in (1, 3, 5)])
    expected = share * levels(image)[..., :3] + (1 - share) * ground
    assert flat.value.mode == "RGB"
    assert np.abs(levels(flat.value) - expected).max() <= 1
    assert note == f"transparency on {background}"


def test_palettes_and_key_colours_are_flattened_too(content):
    stripes = np.tile(np.array([0, 1, 2], np.uint8), (4, 2))
    palette = Image.fromarray(stripes, "P")
    palette.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255])
    cases = {
        "whole": content(palette, transparency=1),
        "partial": content(palette, transparency=bytes((255, 0, 255))),
        "gif": content(palette, "GIF", transparency=1),
        "key": content(palette.convert("RGB"), transparency=(0, 255, 0)),
    }
    for name, case in cases.items():
        flat, _ = Flatten("#0a0b0c").clean(case)
        expected = np.array([[255, 0, 0], [10, 11, 12], [0, 0, 255]])[stripes]
        assert np.array_equal(levels(flat.value.convert("RGB")), expected), name


def test_gray_with_alpha_stays_gray_on_gray(picture, content):
    flat, _ = Flatten().clean(content(picture(1).convert("LA")))
    assert flat.value.mode == "L"
    flat, _ = Flatten("#ff0000").clean(content(picture(1).convert("LA")))
    assert flat.value.mode == "RGB"
