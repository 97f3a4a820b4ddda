import itertools

import numpy as np
import pandas as pd
from conftest import encoded, textured
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

import datakit as dk
from datakit.metrics.neighbours import nearest_neighbours
from datakit.profiles import perceptual
from datakit.profiles.groups import stars
from datakit.profiles.perceptual import MAX_DISTANCE, SYMMETRIES, HashIndex, hashes


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(9, 60))
def test_the_index_finds_what_comparing_all_pairs_finds(seed, n):
    # The index itself, also where comparing outright would be chosen.
    perceptual._CHUNK, chunk = 64, perceptual._CHUNK
    try:
        check_index(seed, n)
    finally:
        perceptual._CHUNK = chunk


def check_index(seed, n):
    rng = np.random.default_rng(seed)
    base = rng.integers(0, 2**63, n, dtype=np.uint64)
    flips = np.array(
        [sum(1 << int(b) for b in rng.permutation(64)[: rng.integers(0, 12)]) for _ in range(n)],
        np.uint64,
    )
    queries = base[rng.permutation(n)] ^ flips
    found = {tuple(p) for chunk in HashIndex(base).close(queries) for p in chunk.tolist()}
    distance = np.bitwise_count(queries[:, None] ^ base[None, :])
    assert found == {tuple(p) for p in np.argwhere(distance <= MAX_DISTANCE).tolist()}


def test_hashes_are_those_of_scipy_s_dct():
    from scipy.fft import dctn

    thumbs = np.random.default_rng(0).uniform(0, 255, (20, 32, 32)).astype(np.float32)
    for thumb, value in zip(thumbs, hashes(thumbs), strict=True):
        low = dctn(thumb.astype(float), norm="ortho")[:8, :8].ravel()
        bits = low > np.median(low[1:])
        assert int(value) == int("".join(str(int(b)) for b in bits), 2)


def test_symmetries_are_the_eight_of_the_square():
    square = np.arange(9).reshape(1, 3, 3)
    seen = {SYMMETRIES[k](square).tobytes() for k in range(8)}
    expected = set()
    for turns in range(4):
        turned = np.rot90(square[0], turns)
        expected |= {turned.tobytes(), np.fliplr(turned).tobytes()}
    assert seen == expected


def test_neighbours_against_scikit_learn():
    from sklearn.neighbors import NearestNeighbors

    x = np.random.default_rng(0).normal(size=(300, 16)).astype(np.float32)
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    found, cosines = nearest_neighbours(x, 5)
    distances, expected = NearestNeighbors(n_neighbors=6, metric="cosine").fit(x).kneighbors(x)
    np.testing.assert_array_equal(found, expected[:, 1:])
    np.testing.assert_allclose(1 - cosines, distances[:, 1:], atol=1e-5)


def test_groups_are_stars_not_chains():
    pairs = np.array([[0, 1], [1, 2], [2, 3], [3, 4]])
    groups = stars(pairs, np.full(4, 0.9))
    edges = {tuple(sorted(p)) for p in pairs.tolist()}
    for members, similarity in groups:
        assert similarity[0] == 1.0
        assert all(tuple(sorted((members[0], m))) in edges for m in members[1:])
    assert max(len(members) for members, _ in groups) == 3


def test_copies_of_every_kind_are_grouped_with_their_original(tmp_path):
    originals = [textured(i, (240, 180), octaves=6) for i in range(25)]
    items = {f"{i:02d}.png": encoded(image) for i, image in enumerate(originals)}
    changes = {
        "jpeg": lambda im: encoded(im, "JPEG", quality=40),
        "half": lambda im: encoded(im.resize((120, 90), Image.LANCZOS)),
        "mirror": lambda im: encoded(ImageOps.mirror(im)),
        "turned": lambda im: encoded(im.transpose(Image.Transpose.ROTATE_90)),
        "framed": lambda im: encoded(ImageOps.expand(im, 20, "black")),
        "gray": lambda im: encoded(im.convert("L")),
        "crop": lambda im: encoded(im.crop((6, 4, 236, 176))),
    }
    for k, (name, change) in enumerate(changes.items()):
        items[f"{k:02d}-{name}.png"] = change(originals[k])
    profile = dk.profile(items.items(), tmp_path / "p", workers=0, encoder="none")
    near = profile.issues[profile.issues["issue"] == "near_duplicate"]
    groups = {frozenset(g["path"]) for _, g in near.groupby("group")}
    expected = {
        frozenset({f"{k:02d}.png", f"{k:02d}-{name}.png"}) for k, name in enumerate(changes)
    }
    assert groups == expected


def test_exact_groups_join_bytes_and_pixels_and_feed_labels_and_splits(tmp_path):
    a = encoded(textured(1), "JPEG")
    png = encoded(Image.open(__import__("io").BytesIO(a)))
    root = tmp_path / "c"
    for name, data in (
        ("train/cat/a.jpg", a),
        ("train/dog/b.png", png),
        ("test/cat/c.jpg", a),
        ("train/cat/d.jpg", encoded(textured(2), "JPEG")),
        ("train/cat/e.jpg", b""),
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    (root / "train/cat/f.jpg").write_bytes(b"")
    issues = dk.profile(root, tmp_path / "p", workers=0, encoder="none").issues
    copies = {"train/cat/a.jpg", "train/dog/b.png", "test/cat/c.jpg"}
    for issue in ("exact_duplicate", "label_conflict", "split_leak"):
        part = issues[issues["issue"] == issue]
        assert set(part["path"]) == copies, issue
        assert part["group"].nunique() == 1
    assert isinstance(issues, pd.DataFrame)


def test_a_leak_takes_every_copy_with_it(tmp_path):
    original = textured(1, (256, 192))
    data = encoded(original)
    root = tmp_path / "c"
    near = encoded(original.resize((128, 96), Image.LANCZOS), "JPEG", quality=85)
    for name, content in (("train/a.png", data), ("train/b.png", data), ("test/c.jpg", near)):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    for i in range(4):
        (root / f"train/other{i}.png").write_bytes(encoded(textured(10 + i)))
    issues = dk.profile(root, tmp_path / "p", workers=0, encoder="none").issues
    leaks = issues[issues["issue"] == "split_leak"]
    assert set(leaks["path"]) == {"train/a.png", "train/b.png", "test/c.jpg"}
    assert leaks["group"].nunique() == 1


def test_a_window_hash_is_the_hash_of_the_enlarged_window():
    import cv2

    thumbs = np.random.default_rng(0).uniform(0, 255, (6, 4, 4)).astype(np.float32)
    thumbs = np.stack([cv2.resize(t, (32, 32), interpolation=cv2.INTER_CUBIC) for t in thumbs])
    side, places = 24.6, (0.0, 0.4, 1.0)
    windows = perceptual.window_hashes(thumbs, side, places)
    for (top, left), got in zip(itertools.product(places, places), windows, strict=True):
        x, y = (32 - side) * left, (32 - side) * top
        matrix = np.float32(
            [[side / 32, 0, x + side / 64 - 0.5], [0, side / 32, y + side / 64 - 0.5]]
        )
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        drawn = [
            cv2.warpAffine(t, matrix, (32, 32), flags=flags, borderMode=cv2.BORDER_REPLICATE)
            for t in thumbs
        ]
        # OpenCV rounds positions to 1/32 px, so a bit near the median may differ.
        assert (np.bitwise_count(got ^ hashes(np.array(drawn))) <= 2).all()


def test_the_hashes_of_turned_pictures_come_from_one_transform():
    thumbs = np.random.default_rng(1).uniform(0, 255, (5, 32, 32)).astype(np.float32)
    turned = {tuple(hashes(symmetry(thumbs)).tolist()) for symmetry in perceptual.SYMMETRIES}
    assert {tuple(h.tolist()) for h in perceptual.symmetric_hashes(thumbs)} == turned
