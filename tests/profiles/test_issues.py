import numpy as np
import pytest
from conftest import encoded, textured
from PIL import Image, ImageDraw

import datakit as dk


def issues_of(tmp_path, items, **options):
    options = {"workers": 0, "encoder": "none"} | options
    frame = dk.profile(items, tmp_path / "p", **options).issues
    return {issue: set(part["path"]) for issue, part in frame.groupby("issue")}, frame


def test_odd_ones_out(tmp_path):
    items = [(f"{i:02d}.png", encoded(textured(i))) for i in range(30)]
    items += [
        ("huge.png", encoded(textured(40, (900, 700)))),
        ("thin.png", encoded(textured(41, (300, 30)))),
        ("gray.png", encoded(textured(42).convert("L"))),
        ("flat.png", encoded(Image.new("RGB", (96, 64), (150, 170, 120)))),
        ("dark.png", encoded(textured(43).point(lambda v: v // 3))),
    ]
    found, frame = issues_of(tmp_path, items)
    assert found["odd_size"] == {"huge.png"}
    assert found["odd_aspect"] == {"thin.png"}
    assert found["odd_mode"] == {"gray.png"}
    assert found["grayscale"] >= {"gray.png"}
    assert found["low_information"] == {"flat.png"}
    assert found["too_dark"] == {"dark.png"}
    for _, row in frame[frame["issue"] == "odd_aspect"].iterrows():
        assert row["value"] < row["threshold"]


def test_white_strokes_on_black_are_not_overexposed(tmp_path):
    stroke = Image.new("L", (28, 28), 0)
    ImageDraw.Draw(stroke).rectangle((8, 3, 19, 24), fill=255)
    light = textured(1).point(lambda v: min(255, 3 * v))
    dark_corner = light.copy()
    dark_corner.paste(0, (0, 0, dark_corner.width // 5, dark_corner.height))
    items = [
        ("stroke.png", encoded(stroke)),
        ("light.png", encoded(light)),
        ("corner.png", encoded(dark_corner)),
    ]
    items += [(f"{i:02d}.png", encoded(textured(10 + i))) for i in range(5)]
    profile = dk.profile(items, tmp_path / "p", workers=0, encoder="none")
    rows = profile.rows.set_index("path").loc[["stroke.png", "light.png", "corner.png"]]
    assert (rows["clipped_rate"] > 0.5).all()
    assert (rows["sharpness"] >= 0.62).all()
    bright = profile.issues.query("issue == 'too_bright'")
    assert set(bright["path"]) == {"light.png", "corner.png"}


def test_a_threshold_can_be_set_and_only_where_there_is_one(tmp_path):
    items = [(f"{i:02d}.png", encoded(textured(i))) for i in range(5)]
    found, frame = issues_of(tmp_path, items, thresholds={"too_dark": 1.1})
    assert len(found["too_dark"]) == 5
    assert (frame.loc[frame["issue"] == "too_dark", "threshold"] == 1.1).all()
    with pytest.raises(dk.DatakitError, match="too_darkk"):
        dk.profile(items, tmp_path / "q", thresholds={"too_darkk": 1})


def test_suffixes(tmp_path):
    items = [
        ("a.jpg", encoded(textured(1))),
        ("b.jpeg", encoded(textured(2), "JPEG")),
        ("c.tif", encoded(textured(3), "TIFF")),
        ("d", encoded(textured(4))),
    ]
    found, _ = issues_of(tmp_path, items)
    assert found["wrong_suffix"] == {"a.jpg"}


def test_missing_captions_count_only_where_there_are_captions(tmp_path):
    for k in (0, 1):
        root = tmp_path / f"c{k}"
        root.mkdir()
        for i in range(3):
            (root / f"{i}.png").write_bytes(encoded(textured(i)))
    (tmp_path / "c1" / "0.txt").write_text("a caption")
    plain = dk.profile(tmp_path / "c0", tmp_path / "p0", workers=0, encoder="none").issues
    told = dk.profile(tmp_path / "c1", tmp_path / "p1", workers=0, encoder="none").issues
    assert "missing_caption" not in set(plain["issue"])
    assert set(told.loc[told["issue"] == "missing_caption", "path"]) == {"1.png", "2.png"}


def test_drawings_among_photographs_are_outliers(tmp_path):
    """Lettering on one colour, and pictures cut off to an even gray, among textures."""
    items = [(f"photo{i:03}.png", encoded(textured(i))) for i in range(120)]
    for i in range(12):
        rng = np.random.default_rng(i)
        sign = Image.new("RGB", (96, 64), tuple(rng.integers(0, 90, 3).tolist()))
        ink = tuple(rng.integers(160, 255, 3).tolist())
        ImageDraw.Draw(sign).text((8, 20), f"SIGN {i}", ink, font_size=24)
        cut = textured(1000 + i)
        cut.paste((128, 128, 128), (0, 16, 96, 64))
        items += [(f"sign{i:03}.png", encoded(sign)), (f"cut{i:03}.png", encoded(cut))]
    found, _ = issues_of(tmp_path, items)
    planted = {name for name, _ in items[120:]}
    named = found["low_information"] | found["low_contrast"]  # says as much
    assert found["outlier"] == planted - named
    assert all(name.startswith("cut") for name in named)
