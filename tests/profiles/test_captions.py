"""An image with its caption is one sample with the measures of both."""

import json

import numpy as np
import pytest
from conftest import encoded, textured

import datakit as dk
from datakit.profiles.captions import enter_captions
from datakit.sample import Sample


@pytest.fixture
def captioned(tmp_path):
    root = tmp_path / "images"
    root.mkdir()
    captions = [f"A photograph of pattern number {i}, taken in the morning." for i in range(20)]
    captions[3:10] = ["stock photo"] * 7
    captions[10] = "CafÃ© de la gare, with its old sign"
    captions[11] = "Mail anna.smith@gmail.com for prints"
    captions[12] = ""
    with (root / "metadata.jsonl").open("w", encoding="utf-8") as file:
        for i, caption in enumerate(captions):
            (root / f"{i:02d}.png").write_bytes(encoded(textured(i)))
            entry = {"file_name": f"{i:02d}.png", "text": caption}
            file.write(json.dumps(entry, ensure_ascii=False) + "\n")
    return root


def test_captions_are_measured_and_judged(captioned, tmp_path):
    profile = dk.profile(captioned, tmp_path / "a.profile", encoder="none")
    rows = profile.rows.set_index("path")
    assert rows.loc["00.png", "caption_n_words"] == 10
    assert rows.loc["00.png", "caption_language"] == "en"
    assert np.isnan(rows.loc["12.png", "caption_n_words"])
    found = profile.issues.groupby("issue")["path"].agg(list)
    assert found["repeated_caption"] == [f"{i:02d}.png" for i in range(3, 10)]
    assert found["mojibake"] == ["10.png"]
    assert found["pii"] == ["11.png"]
    assert found["missing_caption"] == ["12.png"]
    assert profile.scores["usability"]["value"] <= 11 / 20


def test_a_caption_that_changed_is_measured_again_without_its_image(captioned, tmp_path):
    dk.profile(captioned, tmp_path / "a.profile", encoder="none", workers=0)
    lines = (captioned / "metadata.jsonl").read_text(encoding="utf-8").replace("CafÃ©", "Café")
    (captioned / "metadata.jsonl").write_text(lines, encoding="utf-8")
    again = dk.profile(captioned, tmp_path / "a.profile", encoder="none", workers=0)
    assert "mojibake" not in set(again.issues["issue"])


class Both:
    """An encoder of images and captions that knows two subjects."""

    def encode_captions(self, captions):
        return np.array([[1.0, 0.0] if "cat" in c else [0.0, 2.0] for c in captions], np.float32)


def test_agreement_is_the_cosine_of_image_and_caption():
    samples = [Sample(str(i), str(i), caption=c) for i, c in enumerate(["a cat", "a dog", None])]
    rows = [{}, {}, {}]
    vectors = [np.array([3, 0], np.float16), np.array([1, 1], np.float16), None]
    enter_captions(rows, samples, vectors, Both())
    assert rows[0]["caption_agreement"] == pytest.approx(1)
    assert rows[1]["caption_agreement"] == pytest.approx(0.5**0.5)
    assert "caption_agreement" not in rows[2]
