"""Metadata is really gone: every byte of it, in every format, and the picture as it was."""

import io
import struct

import numpy as np
import pytest
from made_icc import rgb_profile
from PIL import Image, PngImagePlugin

from datakit.measures.jpeg_header import coded_picture
from datakit.transforms.image_content import finished, image_content
from datakit.transforms.image_orient import Orient
from datakit.transforms.image_resize import Resize
from datakit.transforms.image_strip_metadata import StripMetadata

GPS = 0x8825
MARKS = (b"SECRETMAKER", b"exif:GPSLatitude", b"52,31.2N", b"COMMENT-OF-MINE", b"IPTC-CITY")
XMP = (
    b'<?xpacket begin=""?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description '
    b'exif:GPSLatitude="52,31.2N" exif:GPSLongitude="13,24.6E"/></rdf:RDF></x:xmpmeta>'
)
LATITUDE = (52.0, 31.0, 12.0)
LATITUDE_BYTES = {
    order: b"".join(struct.pack(order + "II", int(v), 1) for v in LATITUDE) for order in "<>"
}


def located(turn=None):
    exif = Image.Exif()
    exif[0x010F] = "SECRETMAKER"
    exif[0x010E] = "COMMENT-OF-MINE"
    if turn:
        exif[0x0112] = turn
    exif[GPS] = {1: "N", 2: LATITUDE, 3: "E", 4: (13.0, 24.0, 36.0)}
    return exif.tobytes()


def opened(data):
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def pixels(image):
    return np.asarray(image).copy()


def hidden(data):
    """What of the metadata is still somewhere in the bytes."""
    found = [mark for mark in (*MARKS, *LATITUDE_BYTES.values()) if mark in data]
    exif = opened(data).getexif()
    return (
        found + [tag for tag in exif if tag not in (0x0112, *TIFF_BASICS)] + list(exif.get_ifd(GPS))
    )


TIFF_BASICS = (256, 257, 258, 259, 262, 273, 277, 278, 279, 282, 283, 284, 296, 317, 338, 339)


def save_options(form):
    if form == "PNG":
        info = PngImagePlugin.PngInfo()
        info.add_text("Comment", "COMMENT-OF-MINE")
        info.add_text("Comment", "COMMENT-OF-MINE", zip=True)
        info.add_itxt("XML:com.adobe.xmp", XMP.decode())
        info.add(b"tIME", b"\7\xe8\1\1\1\1\1")
        return {"pnginfo": info}
    return {
        "WEBP": {"xmp": XMP},
        "JPEG": {"xmp": XMP, "comment": b"COMMENT-OF-MINE"},
        "TIFF": {},  # EXIF and further tags exclude each other in Pillow
    }[form]


FORMS = ("JPEG", "PNG", "WEBP", "TIFF")


@pytest.mark.parametrize(
    "tags", [{270: "COMMENT-OF-MINE"}, {700: XMP}, {33723: b"IPTC-CITY"}], ids=str
)
def test_other_tags_of_tiffs_are_gone_too(tags, picture, encode):
    data = encode(picture(1), "TIFF", tiffinfo=tags)
    assert hidden(data)
    stripped, note = StripMetadata().clean(image_content(data, ".tif"))
    assert note == "metadata removed, encoded again"
    assert hidden(finished(stripped).data) == []
    assert np.array_equal(pixels(stripped.value), pixels(picture(1)))


@pytest.mark.parametrize("turn", [None, 1, 6])
@pytest.mark.parametrize("form", FORMS)
def test_location_and_everything_else_about_the_taking_is_gone(form, turn, picture, encode):
    image = picture(1, (50, 40))
    options = save_options(form)
    data = encode(image, form, exif=located(turn), icc_profile=rgb_profile(), **options)
    assert len(hidden(data)) >= 3  # it was there
    original = image_content(data, f".{form.lower()}")
    stripped, note = StripMetadata().clean(original)
    written = finished(stripped).data
    assert hidden(written) == []
    assert "metadata removed" in note
    assert ("EXIF with location" in note) == (form != "TIFF")
    before, after = opened(data), opened(written)
    assert after.info["icc_profile"] == rgb_profile()
    turned = [Orient().clean(image_content(d, ".x"))[0].value for d in (data, written)]
    assert np.array_equal(pixels(turned[0]), pixels(turned[1]))
    if form != "TIFF":
        assert after.format == form
        assert np.array_equal(pixels(before), pixels(after))
        assert after.getexif().get(0x0112, 1) == (turn or 1)
        assert stripped.suffix == original.suffix
    if form == "WEBP":  # RFC 9649: the flags of the header say what follows
        assert written[20] & 0b1100 == (0b1000 if turn == 6 else 0)
    assert StripMetadata().clean(stripped) == (stripped, "")


def test_what_is_coded_of_a_jpeg_stays_byte_for_byte(picture, encode):
    for options in ({}, {"progressive": True}, {"restart_marker_rows": 1}, {"subsampling": 2}):
        data = encode(picture(2), "JPEG", exif=located(), **options)
        stripped = StripMetadata().clean(image_content(data, ".jpg"))[0].data
        plain = encode(picture(2), "JPEG", **options)
        assert stripped == plain
        assert coded_picture(stripped) == coded_picture(data)


def segment(marker, body):
    return bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2, "big") + body


def test_unusual_places_in_jpegs_are_cleared(picture, encode):
    plain = encode(picture(3), "JPEG", progressive=True)
    start, rest = plain[:2], plain[2:]
    jfif_end = 2 + int.from_bytes(rest[2:4], "big")
    thumb = bytearray(rest[:jfif_end])
    thumb[16:18] = bytes((2, 2))
    with_thumb = segment(0xE0, bytes(thumb[4:]) + b"SECRETMAKER!")
    extended = segment(0xE0, b"JFXX\0\x10" + b"SECRETMAKER")
    photoshop = segment(0xED, b"Photoshop 3.0\x008BIM\4\4\0\0\0\0\0\x09IPTC-CITY\0")
    extension = segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + XMP)
    unknown = segment(0xE7, b"SECRETMAKER")
    false_profile = segment(0xE2, b"FPXR\0SECRETMAKER")
    adobe_like = segment(0xEE, b"SECRETMAKER")
    planted = with_thumb + extended + photoshop + extension + unknown + false_profile + adobe_like
    # Between two scans of a progressive file, and after its end.
    second = rest.index(b"\xff\xda", rest.index(b"\xff\xda") + 2)
    second = rest.rindex(b"\xff\xc4", 0, second)
    body = rest[jfif_end:second] + segment(0xFE, b"COMMENT-OF-MINE") + rest[second:]
    data = start + planted + b"\xff\xff" + body[1:] + b"SECRETMAKER" + plain
    assert np.array_equal(pixels(opened(data)), pixels(opened(plain)))
    stripped, note = StripMetadata().clean(image_content(data, ".jpg"))
    assert hidden(stripped.data) == []
    assert stripped.data == plain
    for word in ("thumbnail", "IPTC", "XMP", "comment", "data after the picture"):
        assert word in note


def test_inks_of_adobe_keep_their_colours(picture, encode):
    data = encode(picture(4).convert("CMYK"), "JPEG", exif=located())
    stripped, _ = StripMetadata().clean(image_content(data, ".jpg"))
    assert np.array_equal(pixels(opened(data)), pixels(opened(stripped.data)))


def test_further_pictures_of_a_jpeg_go_with_their_metadata(picture, encode):
    first, second = picture(5), picture(6)
    data = encode(first, "MPO", save_all=True, append_images=[second], exif=located())
    assert opened(data).n_frames == 2
    stripped, note = StripMetadata().clean(image_content(data, ".jpg"))
    assert hidden(stripped.data) == []
    assert opened(stripped.data).format == "JPEG"
    assert note.endswith("first of 2 frames")
    assert np.array_equal(pixels(opened(data)), pixels(opened(stripped.data)))
    assert StripMetadata().clean(stripped) == (stripped, "")


@pytest.mark.parametrize("form", ["PNG", "WEBP", "GIF"])
def test_animations_stay_whole(form, picture, encode):
    frames = [picture(k, (40, 30)) for k in range(5)]
    options = {"GIF": {"comment": b"COMMENT-OF-MINE"}}.get(form, {"exif": located()})
    options |= {"save_all": True, "append_images": frames[1:], "duration": 70, "loop": 0}
    data = encode(frames[0], form, **options)
    stripped, note = StripMetadata().clean(image_content(data, f".{form.lower()}"))
    assert note
    assert hidden(stripped.data) == []
    before, after = Image.open(io.BytesIO(data)), Image.open(io.BytesIO(stripped.data))
    assert after.n_frames == 5
    for k in range(5):
        before.seek(k)
        after.seek(k)
        assert np.array_equal(pixels(before.convert("RGBA")), pixels(after.convert("RGBA")))
        assert before.info["duration"] == after.info["duration"]


def test_gifs_lose_what_other_programs_left_in_them(picture, encode):
    plain = encode(picture(7, (20, 20)), "GIF")
    xmp = b"\x21\xff\x0bXMP DataXMP" + bytes((len(XMP),)) + XMP + b"\0"
    data = plain[:-1] + xmp + b"\x3bSECRETMAKER"
    stripped, note = StripMetadata().clean(image_content(data, ".gif"))
    assert stripped.data == plain
    assert note == "metadata removed: XMP, data after the picture"


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP", "AVIF"])
def test_files_without_metadata_keep_their_bytes(form, picture, encode):
    options = {} if form in ("GIF", "BMP") else {"icc_profile": rgb_profile()}
    content = image_content(encode(picture(8), form, **options), f".{form.lower()}")
    assert StripMetadata().clean(content) == (content, "")


@pytest.mark.parametrize("form", ["AVIF", "JPEG2000", "PPM"])
def test_other_formats_become_png(form, picture, encode):
    options = {"AVIF": {"exif": located()}, "JPEG2000": {"comment": "COMMENT-OF-MINE"}}
    data = encode(picture(9), form, **options.get(form, {}))
    stripped, note = StripMetadata().clean(image_content(data, ".x"))
    assert note == "metadata removed, encoded again"
    written = finished(stripped).data
    assert hidden(written) == []
    assert np.array_equal(pixels(opened(data)), pixels(opened(written)))


def test_metadata_of_the_second_page_of_a_tiff_counts(picture, encode):
    first, second = picture(1), picture(2)
    second.encoderinfo = {"tiffinfo": {270: "COMMENT-OF-MINE"}}
    data = encode(first, "TIFF", save_all=True, append_images=[second])
    assert b"COMMENT-OF-MINE" in data
    stripped, note = StripMetadata().clean(image_content(data, ".tif"))
    assert note == "metadata removed, encoded again; first of 2 frames"
    assert hidden(finished(stripped).data) == []


@pytest.mark.parametrize("form", FORMS)
def test_what_is_written_from_pixels_has_no_metadata(form, picture, encode):
    data = encode(picture(1), form, exif=located(6), **save_options(form))
    resized, _ = Resize(24).clean(image_content(data, ".x"))
    assert StripMetadata().clean(resized) == (resized, "")
    written = finished(resized).data
    assert hidden(written) == []
    assert opened(written).getexif().get(0x0112) == 6


def test_files_that_end_early_are_coded_again_not_passed_on(picture, encode):
    # Decoders forgive a missing end marker; the parser must neither fail nor keep metadata.
    for form, cut in (("JPEG", 2), ("PNG", 12)):
        data = encode(picture(1), form, exif=located())[:-cut]
        try:
            content = image_content(data, ".x")
        except Exception:
            continue
        stripped, _ = StripMetadata().clean(content)
        assert hidden(finished(stripped).data) == []
