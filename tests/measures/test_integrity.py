"""Hostile and broken files: each is a row with its cause, and nothing else is disturbed."""

import io
import os
import socket
import struct
import zlib

import numpy as np
import pytest
from conftest import encoded, textured
from PIL import Image, ImageFile

import datakit as dk
from datakit.measures.image_read import read_image
from datakit.measures.modality import UndecodableError


def png_header(width, height):
    def chunk(kind, data):
        crc = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + crc

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"0" * 99))
        + (chunk(b"IEND", b""))
    )


@pytest.mark.parametrize("keep", [0.25, 0.6, 0.95, 0.995])
@pytest.mark.parametrize("size", [(300, 200), (1500, 1200)])
def test_a_jpeg_that_is_cut_short_is_truncated(keep, size, monkeypatch):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)  # somebody else's import did it
    data = encoded(textured(1, size), "JPEG", quality=92)
    with pytest.raises(UndecodableError) as caught:
        read_image(data[: int(len(data) * keep)])
    assert caught.value.status == "truncated"


@pytest.mark.parametrize(
    ("data", "status", "word"),
    [
        (b"", "empty", "empty"),
        (b"<html>404 Not Found</html>", "unreadable", "not an image"),
        (png_header(25_000, 25_000), "unreadable", "too large"),
        (png_header(10_000, 10_000), "unreadable", "too large"),
        (png_header(2**31 - 1, 2**31 - 1), "unreadable", "too large"),
        (encoded(textured(1))[:500], "truncated", "truncated"),
        (encoded(textured(1), "JPEG")[:30], "truncated", ""),
    ],
)
def test_what_is_no_image_has_a_cause(data, status, word):
    with pytest.raises(UndecodableError) as caught:
        read_image(data)
    assert caught.value.status == status
    assert word in str(caught.value)


def test_a_bad_checksum_is_found():
    data = bytearray(encoded(textured(1)))
    data[len(data) // 2] ^= 0xFF
    with pytest.raises(UndecodableError):
        read_image(bytes(data))


def hostile(root):
    """File name (bytes) -> status that its row must have; None where there is no row."""
    good = encoded(textured(1), "JPEG")
    exif = Image.Exif()
    exif[0x0112] = 6
    frames = [textured(i) for i in range(4)]
    files = {
        b"good.jpg": (good, "ok"),
        b"zero.jpg": (b"", "empty"),
        b"text.jpg": (b"hello", "unreadable"),
        b"cut.jpg": (good[: len(good) // 2], "truncated"),
        b"bomb.png": (png_header(25_000, 25_000), "unreadable"),
        b"caf\xe9.jpg": (encoded(textured(2), "JPEG"), "ok"),
        b"<script>alert(1)<.jpg": (encoded(textured(3), "JPEG"), "ok"),
        b"new\nline \x1b[31m.jpg": (encoded(textured(4), "JPEG"), "ok"),
        b"cmyk.jpg": (encoded(textured(5).convert("CMYK"), "JPEG"), "ok"),
        b"palette.png": (encoded(textured(6).quantize(32), transparency=3), "ok"),
        b"anim.gif": (encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]), "ok"),
        b"turned.jpg": (encoded(textured(7), "JPEG", exif=exif), "ok"),
        b"png.jpg": (encoded(textured(8)), "ok"),
        b"nosuffix": (encoded(textured(9)), "ok"),
        b"readme.md": (b"# no image", None),
    }
    base = os.fsencode(root)
    os.makedirs(base)
    for name, (data, _) in files.items():
        with open(os.path.join(base, name), "wb") as file:
            file.write(data)
    os.mkfifo(os.path.join(base, b"fifo.jpg"))
    os.mkfifo(os.path.join(base, b"fifo"))
    os.symlink(b"nowhere", os.path.join(base, b"dangling.jpg"))
    os.symlink(b"loop.jpg", os.path.join(base, b"loop.jpg"))
    os.symlink(b".", os.path.join(base, b"around"))
    os.symlink(b"/dev/zero", os.path.join(base, b"zeros.jpg"))
    sock = socket.socket(socket.AF_UNIX)
    here = os.getcwd()
    os.chdir(root)
    sock.bind("sock.jpg")
    os.chdir(here)
    sock.close()
    expected = {name: status for name, (_, status) in files.items()}
    for name in (b"fifo.jpg", b"dangling.jpg", b"loop.jpg", b"zeros.jpg", b"sock.jpg"):
        expected[name] = "unreadable"
    return expected


def test_a_folder_of_hostile_files(tmp_path):
    expected = hostile(tmp_path / "bad")
    profile = dk.profile(str(tmp_path / "bad"), tmp_path / "bad.profile", workers=1)
    rows = profile.rows.set_index("path")
    for name, status in expected.items():
        path = name.decode("utf-8", "backslashreplace")
        if status is None:
            assert path not in rows.index
        else:
            assert rows.loc[path, "status"] == status, path
            assert isinstance(rows.loc[path, "error"], str) == (status != "ok"), path
    issues = set(zip(profile.issues["path"], profile.issues["issue"], strict=True))
    for path, issue in (
        ("zero.jpg", "empty_file"),
        ("text.jpg", "unreadable"),
        ("cut.jpg", "truncated"),
        ("bomb.png", "unreadable"),
        ("anim.gif", "animated"),
        ("turned.jpg", "rotated_by_exif"),
        ("png.jpg", "wrong_suffix"),
        ("fifo.jpg", "unreadable"),
    ):
        assert (path, issue) in issues
    notes = profile.manifest["notes"]
    assert notes["symlink to a folder, not followed"] == 1
    assert notes["file that is not an image"] == 1
    assert notes["FIFO, not a regular file, skipped"] == 1
    page = (profile.path / "report.html").read_text()
    assert "<script>alert(1)" not in page


def test_a_decoder_that_crashes_costs_one_sample(folder, tmp_path):
    import crashing_corpus

    corpus = crashing_corpus.Crashing(str(folder), victim="train/cat/012.jpg")
    profile = dk.profile(corpus, tmp_path / "a.profile", workers=2, encoder="none")
    rows = profile.rows.set_index("path")
    assert rows.loc["train/cat/012.jpg", "status"] == "unreadable"
    assert "SIGSEGV" in rows.loc["train/cat/012.jpg", "error"]
    healthy = dk.profile(folder, tmp_path / "b.profile", workers=0, encoder="none")
    others = rows.drop("train/cat/012.jpg")
    assert others["status"].equals(
        healthy.rows.set_index("path").drop("train/cat/012.jpg")["status"]
    )


def test_float_and_palette_images_are_seen_as_they_look():
    gray = Image.new("F", (40, 40), 0.5)
    buffer = io.BytesIO()
    gray.save(buffer, "TIFF")
    assert read_image(buffer.getvalue()).pixels.mean() == pytest.approx(127, abs=1)
    palette = Image.new("P", (40, 40), 1)
    palette.putpalette([0, 0, 0, 250, 250, 250])
    assert read_image(encoded(palette)).pixels.mean() == pytest.approx(250, abs=1)


def test_pixels_that_are_not_all_of_the_picture_make_no_copies(tmp_path):
    import datakit as dk

    rng = np.random.default_rng(0)
    items = []
    for i in range(3):
        alpha = np.zeros((40, 40, 4), np.uint8)
        alpha[..., 3] = rng.integers(0, 256, (40, 40))
        items.append((f"a{i}.png", encoded(Image.fromarray(alpha))))
        heights = rng.uniform(1000, 1500, (40, 40)).astype(np.float32)
        items.append((f"f{i}.tif", encoded(Image.fromarray(heights), "TIFF")))
    profile = dk.profile(items, tmp_path / "p", encoder="none", workers=0)
    assert "exact_duplicate" not in set(profile.issues["issue"])
