"""Decoding, writing, turning and encoding images, against Pillow's own functions."""

import io
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from made_icc import rgb_profile
from PIL import Image, ImageFile, ImageOps

from datakit.errors import InputError
from datakit.measures.image_read import jpeg_quality, read_image
from datakit.measures.modality import UndecodableError
from datakit.transforms.image_content import finished, image_content
from datakit.transforms.image_denoise import Denoise
from datakit.transforms.image_encode import Encode
from datakit.transforms.image_first_frame import FirstFrame
from datakit.transforms.image_flatten import Flatten
from datakit.transforms.image_orient import Orient
from datakit.transforms.image_resize import Resize
from datakit.transforms.image_unify_mode import UnifyMode
from datakit.transforms.transform import Content


@pytest.fixture
def content(encode):
    def make(image, form="PNG", **options):
        return image_content(encode(image, form, **options), f".{form.lower()}")

    return make


def exif(turn):
    tags = Image.Exif()
    tags[0x0112] = turn
    return tags


def levels(image):
    return np.asarray(image).astype(int)


@pytest.mark.parametrize(
    ("data", "status"), [(b"", "empty"), (b"GIF89a", "unreadable"), (b"no image", "unreadable")]
)
def test_what_is_no_image_is_refused_as_by_the_profile(data, status):
    with pytest.raises(UndecodableError) as ours:
        image_content(data, ".png")
    with pytest.raises(UndecodableError) as measured:
        read_image(data)
    assert str(ours.value) == str(measured.value)
    assert ours.value.status == measured.value.status == status


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_a_cut_file_is_refused_whatever_other_packages_switched_on(
    form, picture, encode, monkeypatch
):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    data = encode(picture(1), form)
    with pytest.raises(UndecodableError):
        image_content(data[: len(data) * 2 // 3], ".x")


def test_a_decompression_bomb_is_refused(encode):
    data = encode(Image.new("1", (12000, 12000)))
    with pytest.raises(UndecodableError, match="too large"):
        image_content(data, ".png")


@pytest.mark.parametrize(("top", "mode"), [(60000, "I;16"), (200, "L"), (2**20, "L")])
def test_wide_integers_are_written_as_the_measures_see_them(top, mode, content):
    values = np.linspace(0, top, 64 * 8).reshape(8, 64).astype(np.int32)
    written = finished(Content(Image.fromarray(values), None, ".png"))
    assert Image.open(io.BytesIO(written.data)).mode == mode
    measured = read_image(written.data).pixels.astype(int)
    expected = values if top <= 255 else (values / 257.0).clip(0, 255).astype(int)
    assert np.array_equal(measured, expected)


def test_data_stay_until_pixels_change(picture, content):
    original = content(picture(1), "JPEG")
    assert finished(original) is original
    resized, _ = Resize(20).clean(original)
    assert resized.data is None
    assert finished(resized).data.startswith(b"\x89PNG")


def test_cleaners_are_frozen():
    with pytest.raises(FrozenInstanceError):
        Resize(20).size = 30


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("turn", range(1, 9))
def test_orientation_is_applied_as_pillow_does(turn, form, picture, content, encode):
    data = encode(picture(2, (40, 24)), form, exif=exif(turn))
    upright, note = Orient().clean(image_content(data, ".x"))
    expected = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    assert np.array_equal(levels(upright.value), levels(expected))
    assert (note == "") == (turn == 1)
    written = finished(upright).data
    assert read_image(written).header["exif_orientation"] == 1


def test_the_note_says_clockwise_degrees(picture, content):
    # A camera held upright stores 6: the picture has to be turned to the right.
    original = content(Image.fromarray(np.array([[0, 100, 200]], np.uint8)), exif=exif(6))
    upright, note = Orient().clean(original)
    assert note == "turned by 90 degrees (EXIF)"
    assert levels(upright.value).tolist() == [[0], [100], [200]]
    assert upright.value.size == (1, 3)


def test_an_unused_orientation_stays_with_pixels_that_something_else_changed(picture, content):
    small, _ = Resize(20).clean(content(picture(2), "JPEG", exif=exif(6)))
    written = finished(small).data
    assert read_image(written).header["exif_orientation"] == 6


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG", "TIFF"])
def test_animations_are_reduced_to_the_first_frame_and_the_note_says_so(form, picture, content):
    frames = [picture(k, (32, 24)) for k in range(12)]
    animation = content(frames[0], form, save_all=True, append_images=frames[1:], lossless=True)
    still, note = FirstFrame().clean(animation)
    assert note == "first of 12 frames"
    assert still.value.size == (32, 24)
    if form != "GIF":
        assert np.array_equal(levels(still.value.convert("RGB")), levels(frames[0]))
    _, note = Resize(16).clean(animation)
    assert note == "32 x 24 -> 16 x 12; first of 12 frames"


@pytest.mark.parametrize("quality", [1, 5, 30, 50, 75, 90, 95, 100])
def test_jpegs_are_coded_once_and_never_upwards(quality, picture, content, encode):
    coded, note = Encode("jpeg", quality).clean(content(picture(18)))
    assert note == f"encoded as JPEG, quality {quality}"
    assert coded.suffix == ".jpg"
    tables = Image.open(io.BytesIO(coded.data)).quantization
    expected = Image.open(io.BytesIO(encode(picture(18), "JPEG", quality=quality))).quantization
    assert tables[0] == expected[0]
    assert abs(jpeg_quality(tables) - quality) <= 1 or quality < 10
    assert np.array_equal(levels(coded.value), levels(Image.open(io.BytesIO(coded.data))))
    for better in range(quality, 101, 5):
        assert Encode("jpeg", better).clean(coded) == (coded, "")
    if quality > 30:
        assert Encode("jpeg", quality - 20).clean(coded)[1]


@pytest.mark.parametrize("format", ["png", "webp"])
def test_lossless_means_lossless(format, picture, content):
    image = picture(19).convert("RGBA")
    image.putalpha(picture(20).convert("L").point(lambda v: 255 * (v > 128)))
    coded, note = Encode(format, lossless=True).clean(content(image, "TIFF"))
    assert note
    assert np.array_equal(levels(Image.open(io.BytesIO(coded.data))), levels(image))


def test_lossy_webp_is_never_coded_again(picture, content):
    coded, _ = Encode("webp", 40).clean(content(picture(19), icc_profile=rgb_profile()))
    for again in (Encode("webp", 30), Encode("webp", lossless=True)):
        assert again.clean(coded) == (coded, "")
    whole = content(picture(19), "WEBP", lossless=True, icc_profile=rgb_profile() * 3)
    assert Encode("webp", lossless=True).clean(whole) == (whole, "")
    assert len(Encode("webp", 40).clean(whole)[0].data) < len(whole.data)


def test_profile_and_orientation_are_kept_in_other_formats(picture, content):
    original = content(picture(19), icc_profile=rgb_profile(), exif=exif(6))
    for format in ("jpeg", "webp", "png"):
        kept, _ = Encode(format).clean(original)
        file = Image.open(io.BytesIO(finished(kept).data))
        assert file.info["icc_profile"] == rgb_profile()
        assert file.getexif()[0x0112] == 6


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Resize(0), "resize size is 0: give 1 to 16384 px"),
        (lambda: Resize((3, 4, 5)), "resize size is"),
        (lambda: Resize(2.5), "resize size is 2.5"),
        (lambda: Resize(64, "stretch"), "resize mode is 'stretch': give one of fit, fill, pad"),
        (lambda: Resize(64, method="cubic"), "resize method is 'cubic'"),
        (lambda: Resize(100, "bucket"), "for mode bucket give a multiple of 8"),
        (lambda: Resize(600, "bucket"), "give a multiple of 64"),
        (lambda: Resize((64, 64), "bucket"), "takes one number"),
        (lambda: Resize(64, background="nothing"), "resize background is 'nothing'"),
        (lambda: Flatten("#ffffff80"), "flatten background is '#ffffff80': give an opaque colour"),
        (lambda: UnifyMode("CMYK"), "unify_mode mode is 'CMYK': give 'RGB' or 'L'"),
        (lambda: Denoise(0), "denoise limit is 0"),
        (lambda: Denoise(float("nan")), "denoise limit is nan"),
        (lambda: Encode("gif"), "encode format is 'gif': give one of png, jpeg, webp"),
        (lambda: Encode("jpeg", 0), "encode quality is 0: give 1 to 100"),
        (lambda: Encode("jpeg", lossless=True), "encode lossless is true for jpeg"),
    ],
)
def test_parameters_that_cannot_be_used_are_named(make, said):
    with pytest.raises(InputError) as caught:
        make()
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_size_from_yaml_is_a_size():
    assert Resize([64, 48]) == Resize((64, 48))
