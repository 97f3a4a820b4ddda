"""Laws of every image cleaner, over generated pictures in many modes, formats and states."""

import io

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_icc import gray_profile, rgb_profile
from PIL import Image, ImageCms

from datakit.measures.image_read import read_image
from datakit.transforms import CLEANERS, transform_class
from datakit.transforms.image_content import finished, image_content

PARAMETERS = {
    "first_frame": [{}],
    "orient": [{}],
    "to_srgb": [{}],
    "flatten": [{}, {"background": "#102030"}],
    "unify_mode": [{}, {"mode": "L"}],
    "crop_borders": [{}],
    "denoise": [{}, {"limit": 3.0}],
    "resize": [
        {"size": 24},
        {"size": (17, 40), "enlarge": True, "method": "area"},
        {"size": 24, "mode": "fill", "method": "area"},
        {"size": (40, 9), "mode": "fill"},
        {"size": (30, 20), "mode": "pad", "background": "#804020"},
        {"size": 32, "mode": "bucket"},
    ],
    "strip_metadata": [{}],
    "encode": [
        {},
        {"format": "jpeg", "quality": 60},
        {"format": "webp"},
        {"format": "webp", "lossless": True},
    ],
}
CASES = [(name, options) for name, several in PARAMETERS.items() for options in several]

FORMATS = {
    "PNG": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16", "P key", "L key", "RGB key"),
    "JPEG": ("L", "RGB", "CMYK"),
    "WEBP": ("RGB", "RGBA"),
    "TIFF": ("1", "L", "RGB", "RGBA", "CMYK", "LAB", "YCbCr", "I", "F", "I;16", "I;16B", "I small"),
    "GIF": ("P", "P key"),
    "BMP": ("RGB",),
    "PPM": ("RGB", "L"),
}


def profiles():
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    return (None, srgb, lab, rgb_profile(), gray_profile(), b"not a profile")


def drawn(kind, size, seed):
    mode, _, special = kind.partition(" ")
    rng = np.random.default_rng(seed)
    height = size[1]
    smooth = rng.integers(0, 256, (4, 4, 4), np.uint8)
    base = np.asarray(Image.fromarray(smooth, "RGBA").resize(size, Image.Resampling.BICUBIC))
    base = (base.astype(int) + rng.integers(-(seed % 30), seed % 30 + 1, base.shape)).clip(0, 255)
    base = base.astype(np.uint8)
    if seed % 3 == 0:  # bars, of sizes that the rule may or may not call letterboxed
        base[: height // 6], base[height - height // 7 :] = 7, 9
    rgba = Image.fromarray(base, "RGBA")
    gray = np.asarray(rgba.convert("L"))
    if mode.startswith("I;16"):
        order = ">u2" if mode == "I;16B" else "<u2"
        image = Image.frombytes(mode, size, (gray.astype(np.uint16) * 257).astype(order).tobytes())
    elif mode in ("I", "F"):
        values = gray.astype(np.int32 if mode == "I" else np.float32)
        scale = 1 if special else (200 if mode == "I" else 1 / 255)
        image = Image.fromarray((values * scale).astype(values.dtype))
    elif mode == "LAB":
        image = ImageCms.profileToProfile(
            rgba.convert("RGB"),
            ImageCms.createProfile("sRGB"),
            ImageCms.createProfile("LAB"),
            outputMode="LAB",
        )
    elif mode in ("RGBA", "LA"):
        image = rgba.convert(mode)
    else:
        image = rgba.convert("RGB").convert(mode)
    key = {"P": 1, "L": int(gray[0, 0]), "RGB": tuple(int(v) for v in base[0, 0, :3])}
    return image, ({"transparency": key[mode]} if special == "key" else {})


@st.composite
def files(draw):
    form = draw(st.sampled_from(sorted(FORMATS)))
    kind = draw(st.sampled_from(FORMATS[form]))
    size = (draw(st.integers(1, 80)), draw(st.integers(1, 80)))
    image, options = drawn(kind, size, draw(st.integers(0, 999)))
    if form not in ("BMP", "PPM", "GIF"):
        turn = draw(st.sampled_from((None, 1, 3, 6, 7)))
        if turn:
            exif = Image.Exif()
            exif[0x0112] = turn
            exif[0x010F] = "maker"
            options["exif"] = exif
        icc = draw(st.sampled_from(profiles()))
        if icc and image.mode != "LAB":
            options["icc_profile"] = icc
    if form == "GIF" and draw(st.booleans()):
        options |= {"save_all": True, "append_images": [image.rotate(90), image.rotate(180)]}
        options["comment"] = b"made at home"
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue(), f".{form.lower()}"


def state(content):
    return content.value.mode, content.value.size, content.value.tobytes(), dict(content.value.info)


def test_every_cleaner_is_here():
    assert set(PARAMETERS) == set(CLEANERS["image"])


@pytest.mark.parametrize(("name", "options"), CASES, ids=str)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(file=files())
def test_cleaners_are_pure_and_idempotent_and_say_what_they_did(name, options, file):
    cleaner = transform_class(CLEANERS["image"][name])(**options)
    content = image_content(*file)
    before = state(content)
    cleaned, note = cleaner.clean(content)
    assert state(content) == before
    assert content.data == file[0]
    assert (note == "") == (cleaned is content)
    if note:
        assert note == note.strip()
        assert note.isprintable()
    again = cleaner.clean(image_content(*file))[0]
    assert finished(again).data == finished(cleaned).data
    assert cleaner.clean(cleaned) == (cleaned, "")
    written = finished(cleaned)
    reopened = image_content(written.data, written.suffix)
    assert cleaner.clean(reopened) == (reopened, "")
    read_image(written.data)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(file=files())
def test_writing_loses_nothing_that_a_png_can_hold(file):
    content = image_content(*file)
    bare = type(content)(content.value, None, ".png")
    written = finished(bare)
    assert written.suffix == ".png"
    assert finished(bare).data == written.data
    reopened = image_content(written.data, ".png").value
    shown = {key: told for key, told in written.value.info.items() if key != "n_frames"}
    assert reopened.info == shown
    # What is measured of the file stays what it is, as far as 8 bits tell.
    before, after = read_image(file[0]), read_image(written.data)
    plain = content.value.mode not in ("CMYK", "LAB", "YCbCr") and file[1] != ".tiff"
    if plain and not before.header["warning"]:
        assert np.array_equal(before.pixels, after.pixels)
        assert before.header["exif_orientation"] == after.header["exif_orientation"]
    raw = Image.open(io.BytesIO(written.data))
    raw.load()
    assert set(raw.info) <= {"icc_profile", "transparency", "exif"}
