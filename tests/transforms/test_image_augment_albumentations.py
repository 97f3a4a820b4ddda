"""Albumentations pipelines: what is taken, what is refused, and that the randomness is ours."""

import os
import pickle
import random
import re
from collections import Counter

import numpy as np
import pytest
import yaml
from PIL import Image

from datakit.errors import InputError
from datakit.transforms import Content, generator
from datakit.transforms.albumentations_pipeline import Albumentations, from_albumentations

os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"
import albumentations as A


def one(name, **arguments):
    return {"transform": {"__class_fullname__": name, "p": 1.0, **arguments}}


def several(*names):
    return {"transform": {"__class_fullname__": "Compose", "transforms": list(names)}}


def photo(size=(48, 40), mode="RGB", seed=0):
    small = np.random.default_rng(seed).integers(0, 256, (6, 7, 4), dtype=np.uint8)
    image = Image.fromarray(small).resize(size, Image.Resampling.BICUBIC)
    return Content(image.convert(mode), None, ".png")


ANY = [
    *(one(name) for name in ("ColorJitter", "ElasticTransform", "GaussNoise", "ISONoise")),
    *(one(name) for name in ("CoarseDropout", "RandomFog", "Perspective", "ImageCompression")),
    *(one(name) for name in ("PadIfNeeded", "RandomGridShuffle", "PlasmaShadow", "GlassBlur")),
    one("RandomResizedCrop", size=[20, 24]),
    several(
        {
            "__class_fullname__": "OneOf",
            "transforms": [{"__class_fullname__": "Blur"}, {"__class_fullname__": "D4"}],
            "p": 1.0,
        },
        {"__class_fullname__": "HorizontalFlip"},
    ),
]


@pytest.mark.parametrize("pipeline", ANY, ids=lambda p: p["transform"]["__class_fullname__"])
class TestAnyPipeline:
    def test_is_the_same_after_yaml_and_pickle(self, pipeline):
        augmenter = Albumentations(pipeline)
        again = Albumentations(yaml.safe_load(yaml.safe_dump(augmenter.pipeline)))
        assert again == augmenter
        pickled = pickle.loads(pickle.dumps(augmenter))
        results = {
            each.augment(photo(), generator(0, "a"))[0].value.tobytes()
            for each in (augmenter, again, pickled)
        }
        assert len(results) == 1

    def test_knows_no_other_randomness_than_the_generator(self, pipeline):
        augmenter = Albumentations(pipeline)
        results = set()
        for state in range(3):
            random.seed(state)
            np.random.seed(state)
            for _ in range(state):  # calls before do not matter
                augmenter.augment(photo(), generator(9, "x", state))
            content, note = augmenter.augment(photo(), generator(0, "a"))
            results.add((content.value.tobytes(), note))
        assert len(results) == 1

    @pytest.mark.parametrize("mode", ["RGB", "L", "RGBA", "LA"])
    def test_keeps_the_mode_and_the_input(self, pipeline, mode):
        given = photo(mode=mode)
        before = given.value.tobytes()
        content, note = Albumentations(pipeline).augment(given, generator(0, "a"))
        assert content.value.mode == mode
        assert given.value.tobytes() == before
        assert (note == "") == (content is given)
        assert len(note) < 200
        assert "array" not in note


def test_is_what_the_library_does():
    # A transform without a choice, on our side and on theirs.
    for transform in (A.HorizontalFlip(p=1), A.Resize(11, 13, p=1), A.InvertImg(p=1)):
        content, note = from_albumentations(transform).augment(photo(), generator(0, "a"))
        expected = A.Compose([transform])(image=np.array(photo().value))["image"]
        assert np.array_equal(np.asarray(content.value), expected)
        assert note == type(transform).__name__


def test_transforms_draw_independently():
    # The library's own `set_random_seed` gives all the same numbers: never one flip alone.
    flips = from_albumentations(A.Compose([A.HorizontalFlip(p=0.5), A.VerticalFlip(p=0.5)]))
    corner = Image.new("L", (2, 2))
    corner.putpixel((0, 0), 255)
    places = Counter()
    for i in range(400):
        content, _ = flips.augment(Content(corner, None, ".png"), generator(0, str(i)))
        places[int(np.asarray(content.value).argmax())] += 1
    assert sorted(places) == [0, 1, 2, 3]
    assert all(60 <= count <= 140 for count in places.values())  # 100 and 4.6 deviations


def test_alpha_moves_with_the_picture():
    given = photo(mode="RGBA")
    content, _ = Albumentations(one("Transpose")).augment(given, generator(0, "a"))
    assert np.array_equal(
        np.asarray(content.value), np.asarray(given.value.transpose(Image.Transpose.TRANSPOSE))
    )
    content, _ = Albumentations(one("InvertImg")).augment(given, generator(0, "a"))
    assert content.value.getchannel("A").tobytes() == given.value.getchannel("A").tobytes()


def test_the_users_compose_is_untouched_and_its_seed_unused():
    compose = A.Compose([A.GaussNoise(p=1)], seed=3)
    first = compose(image=np.array(photo().value))["image"]
    ours = from_albumentations(A.Compose([A.GaussNoise(p=1)], seed=3))
    from_albumentations(compose).augment(photo(), generator(0, "a"))
    twin = A.Compose([A.GaussNoise(p=1)], seed=3)
    assert np.array_equal(first, twin(image=np.array(photo().value))["image"])
    assert np.array_equal(
        compose(image=np.array(photo().value))["image"],
        twin(image=np.array(photo().value))["image"],
    )
    assert ours == from_albumentations(A.Compose([A.GaussNoise(p=1)], seed=4))


def test_left_out_probabilities_are_the_librarys_own():
    told = Albumentations(
        {"transform": {"__class_fullname__": "RandomCrop", "height": 5, "width": 5}}
    )
    assert told.pipeline["transform"]["transforms"][0]["p"] == A.RandomCrop(5, 5).p == 1.0


class Mine(A.ImageOnlyTransform):
    def apply(self, img, **_):
        return img


@pytest.mark.parametrize(
    ("pipeline", "message"),
    [
        ({}, "not in the form that albumentations.to_dict returns"),
        ({"transform": ["HorizontalFlip"]}, "not in the form"),
        (several("HorizontalFlip"), "holds 'HorizontalFlip' where a transform belongs"),
        (
            one("HorizontalFlop"),
            "unknown albumentations transform 'HorizontalFlop': did you mean 'HorizontalFlip'?",
        ),
        (several({"__class_fullname__": "Gauss_Noise"}), "did you mean 'GaussNoise'?"),
        (one("DualTransform"), "unknown albumentations transform 'DualTransform'"),
        (one("Rotate", limits=5), "Rotate has no argument 'limits': did you mean 'limit'?"),
        (one("RandomCrop"), "RandomCrop: height: Field required; width: Field required"),
        (one("Blur", p=3.0), "Blur: p: Input should be less than or equal to 1"),
        (one("Lambda"), "Lambda is code of your own"),
        (one("__main__.Mine"), "Mine is code of your own"),
        (one("MaskDropout"), "MaskDropout needs mask: samples here are pictures alone"),
        (one("BBoxSafeRandomCrop"), "needs boxes or masks"),
        (one("CropNonEmptyMaskIfExists", height=5, width=5), "needs boxes or masks"),
        (one("FDA"), "FDA needs fda_metadata"),
        (one("CoarseDropout3D"), "CoarseDropout3D needs volumes"),
        (one("Normalize"), "Normalize gives numbers, not a picture"),
        (several({"__class_fullname__": "ToTensorV2"}), "ToTensorV2 gives numbers"),
    ],
)
def test_refused_when_made(pipeline, message):
    with pytest.raises(InputError, match=re.escape(message)) as caught:
        Albumentations(pipeline)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: A.Compose([A.Lambda(image=np.fliplr)]), "no form that a recipe"),
        (lambda: A.Compose([A.Lambda(image=np.fliplr, name="mine")]), "code of your own"),
        (lambda: A.Compose([Mine()]), "code of your own"),
        (lambda: A.Compose([A.D4()], bbox_params=A.BboxParams("coco")), "leave them out"),
        (lambda: "flip", "no form that a recipe"),
    ],
)
def test_refused_from_python(make, message):
    with pytest.raises(InputError, match=message):
        from_albumentations(make())


def test_a_picture_that_is_too_small_is_named():
    crop = Albumentations(one("RandomCrop", height=99, width=99))
    with pytest.raises(InputError, match=r"cannot be applied to an image of 48 x 40 px: Crop"):
        crop.augment(photo(), generator(0, "a"))
